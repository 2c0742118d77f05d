// Objects as files: the operations of the store as steps, told once for both halves.

import { closeSync, openSync, renameSync, rmdirSync } from 'node:fs';
import { StorageError, type ObjectInfo } from '@varve/core';
import { syncFile, unlinkIfThere, writeAll } from './file-steps.ts';
import { Folders } from './folders.ts';
import { codeOf, isMissing } from './fs-errors.ts';
import { isThere } from './is-there.ts';
import { listObjects } from './object-listing.ts';
import { folderOf, objectPath } from './object-paths.ts';
import { GrowingFile } from './object-writer.ts';
import { fileOf, type Link } from './publish.ts';
import type { Steps } from './steps.ts';
import { TemporaryFiles } from './temporary-files.ts';

interface Asked {
  readonly name: string | undefined;
  readonly path: string;
}

/** The objects below one directory. `link` is how a file gets its name: the system's, but in tests. */
export class ObjectFiles {
  readonly folders: Folders;
  readonly temporaryFiles: TemporaryFiles;
  readonly link: Link | undefined;
  /** Of whole objects that were written in one call: the file of the last one with these bytes. */
  readonly #puts = new WeakMap<Uint8Array, GrowingFile>();
  /** The two names that were asked for last, so that their paths are made once. */
  #asked: Asked = { name: undefined, path: '' };
  #askedBefore: Asked = this.#asked;

  constructor(directory: string, link: Link | undefined) {
    this.folders = new Folders(directory);
    this.temporaryFiles = new TemporaryFiles(this.folders);
    this.link = link;
  }

  get directory(): string {
    return this.folders.directory;
  }

  /**
   * A caller in a hurry repeats a pending call synchronously, with the same bytes: then the file of the first call is finished, and both succeed, also
   * when the first one has been done meanwhile.
   */
  *put(name: string, bytes: Uint8Array): Steps<void> {
    const before = this.#puts.get(bytes);
    const file = before?.object === name && this.#isGoingOn(before) ? before : this.#createNew(name);
    this.#puts.set(bytes, file);
    if (!(yield* this.#write(file, bytes))) throw isTaken(name);
  }

  /** False also means that the one which stands there lasts: it may be what a pending call of the other half has just made. */
  *putIfAbsent(name: string, bytes: Uint8Array): Steps<boolean> {
    const won = !this.has(name) && (yield* this.#write(this.create(name), bytes));
    if (!won) yield* this.folders.sync(folderOf(objectPath(this.directory, name)));
    return won;
  }

  #isGoingOn({ state, object }: GrowingFile): boolean {
    return state === 'open' || (state === 'finished' && this.has(object));
  }

  #createNew(name: string): GrowingFile {
    if (this.has(name)) throw isTaken(name);
    return this.create(name);
  }

  /** The one that was there is there until this one is whole: renaming is atomic (https://man7.org/linux/man-pages/man2/rename.2.html). */
  *replace(name: string, bytes: Uint8Array): Steps<void> {
    const path = objectPath(this.directory, name);
    const temporary = this.temporaryFiles.newPath();
    this.folders.make(folderOf(path));
    const descriptor = openSync(temporary, 'wx');
    try {
      yield* writeAll(descriptor, bytes, 0);
      yield* syncFile(descriptor);
      renameSync(temporary, path);
    } finally {
      closeSync(descriptor);
      yield* unlinkIfThere(temporary);
    }
    yield* this.folders.sync(folderOf(path));
  }

  *#write(file: GrowingFile, bytes: Uint8Array): Steps<boolean> {
    if (file.state === 'finished') return true;
    try {
      yield* file.append(bytes, 0);
      return yield* file.finish();
    } finally {
      yield* file.discard();
    }
  }

  /** Hot: a writer asks after every append whether the next manifest has come into being, and whether its own is still there. */
  has(name: string): boolean {
    if (name === this.#asked.name) return isThere(this.#asked.path);
    if (name !== this.#askedBefore.name) {
      this.#askedBefore = this.#asked;
      this.#asked = { name, path: objectPath(this.directory, name) };
      return isThere(this.#asked.path);
    }
    return isThere(this.#askedBefore.path);
  }

  create(name: string): GrowingFile {
    const path = objectPath(this.directory, name);
    return new GrowingFile({ object: name, temporary: this.temporaryFiles.newPath(), path }, this.folders, this.link);
  }

  list(prefix: string, startAfter: string): Steps<ObjectInfo[]> {
    return listObjects(this.directory, prefix, startAfter);
  }

  *delete(names: readonly string[]): Steps<void> {
    for (const name of names) yield* removeObject(objectPath(this.directory, name));
  }
}

function isTaken(name: string): StorageError {
  return new StorageError('CONFLICT', 'object is there already', { object: name });
}

function* removeObject(path: string): Steps<void> {
  const file = fileOf(path);
  yield* unlinkIfThere(file);
  if (file !== path) removeIfEmpty(path);
}

/** A folder that holds other objects stays, as does one that is gone. */
function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && !isMissing(error)) throw error;
  }
}
