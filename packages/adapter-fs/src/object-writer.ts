// An object that is being written: a temporary file that gets its name at the end. Every write has its position, so a pending call may be repeated
// by the synchronous half: both write the same bytes to the same place, and whoever comes second finds the rest done.

import { closeSync, openSync } from 'node:fs';
import { StorageError, type ObjectWriter, type SyncWriterOperations } from '@varve/core';
import { syncFile, unlinkIfThere, writeAll } from './file-steps.ts';
import type { Folders } from './folders.ts';
import type { ErrorPlace } from './fs-errors.ts';
import { folderOf } from './object-paths.ts';
import { performLater, performNow, type Perform, type PerformNow } from './perform.ts';
import { publish, type Link } from './publish.ts';
import type { Steps } from './steps.ts';

/** Where the file of an object is written, and the path it gets. */
export interface NewFile {
  readonly object: string;
  readonly temporary: string;
  readonly path: string;
}

/** Both halves of a writer. */
export function objectWriter(file: GrowingFile, place: ErrorPlace): ObjectWriter & { readonly sync: SyncWriterOperations } {
  return { ...operations(file, place, performLater), sync: operations(file, place, performNow) };
}

function operations(file: GrowingFile, place: ErrorPlace, perform: PerformNow): SyncWriterOperations;
function operations(file: GrowingFile, place: ErrorPlace, perform: Perform): ObjectWriter;
function operations(file: GrowingFile, place: ErrorPlace, perform: Perform): ObjectWriter {
  return {
    append: (bytes, position) => perform(place, file.append(bytes, position)),
    finish: () => perform(place, finishNew(file)),
    abort: () => perform(place, file.abort()),
  };
}

function* finishNew(file: GrowingFile): Steps<void> {
  if (!(yield* file.finish())) throw new StorageError('CONFLICT', 'object is there already', { object: file.object });
}

/** A file that is being written and has no name yet. */
export class GrowingFile {
  readonly object: string;
  readonly #file: NewFile;
  readonly #folders: Folders;
  readonly #link: Link | undefined;
  readonly #descriptor: number;
  /** Operations under way, of both halves; the last one closes the file. */
  #users = 0;
  #published = false;
  #state: 'open' | 'finished' | 'aborted' = 'open';

  constructor(file: NewFile, folders: Folders, link: Link | undefined) {
    this.object = file.object;
    this.#file = file;
    this.#folders = folders;
    this.#link = link;
    folders.make(folderOf(file.path));
    this.#descriptor = openSync(file.temporary, 'wx');
  }

  *append(bytes: Uint8Array, position: number): Steps<void> {
    yield* this.#use(writeAll(this.#descriptor, bytes, position));
  }

  get state(): 'open' | 'finished' | 'aborted' {
    return this.#state;
  }

  /** False: the name is taken. Once the file has its name a failure leaves it unknown whether the name lasts. */
  *finish(): Steps<boolean> {
    return this.#state === 'finished' || (yield* this.#use(this.#finish()));
  }

  /** Leaves nothing, not even under the name. */
  *abort(): Steps<void> {
    if (this.#published && this.#state === 'open') yield* unlinkIfThere(this.#file.path);
    yield* this.discard();
  }

  /** Leaves no temporary file; what has its name keeps it. */
  *discard(): Steps<void> {
    if (this.#state === 'finished' || (this.#state === 'aborted' && this.#users === 0)) return;
    this.#state = 'aborted';
    yield* this.#count(unlinkIfThere(this.#file.temporary));
  }

  *#finish(): Steps<boolean> {
    yield* syncFile(this.#descriptor);
    // The other half may have done it meanwhile.
    this.#published ||= this.#publish();
    if (!this.#published) return false;
    try {
      yield* this.#folders.sync(folderOf(this.#file.path));
    } catch (cause) {
      throw new StorageError('UNKNOWN', 'object was written, but it is not known whether it lasts', { object: this.object, cause });
    }
    this.#state = 'finished';
    return true;
  }

  #publish(): boolean {
    this.#checkOpen();
    return publish(this.#descriptor, this.#file.temporary, this.#file.path, this.#link);
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new StorageError('CLOSED', 'object writer was finished or aborted', { object: this.object });
  }

  *#use<T>(steps: Steps<T>): Steps<T> {
    this.#checkOpen();
    return yield* this.#count(steps);
  }

  *#count<T>(steps: Steps<T>): Steps<T> {
    this.#users++;
    try {
      return yield* steps;
    } finally {
      if (--this.#users === 0 && this.#state !== 'open') closeSync(this.#descriptor);
    }
  }
}
