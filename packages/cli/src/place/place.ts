// Where the database is that a command works on: a directory, a bucket, or a static host.

import type { ObjectStore } from '@varve/core';
import { Failure, usage } from '../failure.ts';

/** A place. Whoever only reads a bucket or a host takes no lock and claims nothing: somebody else may be writing there. */
export interface Place {
  readonly kind: 'directory' | 'bucket' | 'host';
  /** For people: nothing that is secret. A directory's is its path. */
  readonly name: string;
  /** What leads here from anywhere; without what is secret. */
  readonly address: string;
  /** A handle of its own. */
  store(): ObjectStore;
}

/** Throws `READ_ONLY` where nothing can be written. */
export function assertWritable({ kind, name }: Place): void {
  if (kind === 'host') throw new Failure('READ_ONLY', `a static host is read only: write where it is published from place=${name}`);
}

/** The path of a place that has to be a directory. */
export function directoryOf({ kind, name }: Place, command: string): string {
  if (kind === 'directory') return name;
  throw usage(`${command} works on a directory place=${name}`);
}
