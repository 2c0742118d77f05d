// Where a worker finds databases. The browser's own places are browser-back-ends.ts.

import type { OpenOptions } from '@varve/core';
import type { RestoreAnswer, RestoreMessage, RestoreQuestion } from '../tabs/messages.ts';
import type { StorageReport } from '../wire/storage-report.ts';
import type { RawDatabase } from './raw-database.ts';

/** Codecs that leave bytes as they are, and whatever else of the options of `open` is the page's or the host's to say. */
export type RawOptions = OpenOptions<Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array>;

/** A database that is open, and where that is. */
export interface OpenedPlace {
  readonly db: RawDatabase;
  /** As pages are told: `opfs`, say. */
  readonly backEnd: string;
  /** The store answers at once. */
  readonly isSync: boolean;
  storage(): Promise<StorageReport>;
  /** Removes what an import left that did not come to its end. */
  tidy(): Promise<void>;
}

/** Asks the page, which has the file. */
export type Ask = (question: RestoreQuestion) => Promise<RestoreAnswer>;

export interface BackEnds {
  /** Opens the database of a name where it lives. */
  open(name: string, fallback: 'memory' | 'throw', options: RawOptions): Promise<OpenedPlace>;
  /** Removes it with all that it holds. What is not there is no error. Nobody has it open. */
  remove(name: string): Promise<void>;
  /** Puts what the page hands over in its place: all of it, or nothing is changed. Nobody has it open. */
  restore(asked: RestoreMessage['restore'], ask: Ask): Promise<void>;
}
