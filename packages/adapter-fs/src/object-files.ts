// Objects as files: the operations of the store as steps, told once for both halves.

import { rmdirSync } from 'node:fs';
import { StorageError, type ObjectInfo } from '@varve/core';
import { unlinkIfThere } from './file-steps.ts';
import { Folders } from './folders.ts';
import { codeOf, isMissing } from './fs-errors.ts';
import { isThere } from './is-there.ts';
import { listObjects } from './object-listing.ts';
import { objectPath } from './object-paths.ts';
import { GrowingFile } from './object-writer.ts';
import { fileOf, type Link } from './publish.ts';
import type { Steps } from './steps.ts';
import { TemporaryFiles } from './temporary-files.ts';

/** The objects below one directory. `link` is how a file gets its name: the system's, but in tests. */
export class ObjectFiles {
  readonly folders: Folders;
  readonly temporaryFiles: TemporaryFiles;
  readonly link: Link | undefined;
  #askedName: string | undefined;
  #askedPath = '';

  constructor(directory: string, link: Link | undefined) {
    this.folders = new Folders(directory);
    this.temporaryFiles = new TemporaryFiles(this.folders);
    this.link = link;
  }

  get directory(): string {
    return this.folders.directory;
  }

  *put(name: string, bytes: Uint8Array): Steps<void> {
    if (!(yield* this.putIfAbsent(name, bytes))) throw new StorageError('CONFLICT', 'object is there already', { object: name });
  }

  *putIfAbsent(name: string, bytes: Uint8Array): Steps<boolean> {
    if (this.has(name)) return false;
    const file = this.create(name);
    try {
      yield* file.append(bytes, 0);
      return yield* file.finish();
    } finally {
      yield* file.discard();
    }
  }

  /** Hot: a writer asks after every append whether a certain name has come into being. It asks for the same name, which is absent, many times. */
  has(name: string): boolean {
    if (name !== this.#askedName) {
      this.#askedPath = objectPath(this.directory, name);
      this.#askedName = name;
    }
    return isThere(this.#askedPath) && isThere(fileOf(this.#askedPath));
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
