// Varve on a directory: Node, Deno and Bun. Every object is a file that gets its name when it is whole and synced (publish.ts). Reads are system calls
// in both halves; what is slow runs in the system's threads for the asynchronous one (steps.ts).

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AsyncOperations, LockOptions, LogStore, ObjectStore, StoreCapabilities, SyncOperations } from '@varve/core';
import { lockDirectory, lockHolder } from './directory-lock.ts';
import { storageError, type ErrorPlace } from './fs-errors.ts';
import { FsLog } from './log/fs-log.ts';
import { ObjectFiles } from './object-files.ts';
import { openReader, readObject } from './object-reader.ts';
import { objectWriter } from './object-writer.ts';
import { naming, performLater, performNow, type Perform, type PerformNow } from './perform.ts';
import type { Link } from './publish.ts';

/** A store on a directory: synchronous, with a log and a lock of its own. */
export interface FsStore extends ObjectStore {
  readonly sync: SyncOperations;
  openLog(): LogStore;
  lock(options?: LockOptions): (() => void) | undefined;
  lockHolder(): string | undefined;
  close(): void;
}

/**
 * A store on a directory, which is made when something is first written. Runs on Node, Deno (with `--allow-read --allow-write`; the lock knows dead
 * processes with `--allow-sys --allow-run` as well) and Bun.
 * @example
 * import { open } from '@varve/core';
 * import { fsStore } from '@varve/adapter-fs';
 *
 * const db = await open(fsStore('./data'));
 * await db.close();
 */
export function fsStore(directory: string | URL): FsStore {
  return storeOn(resolve(typeof directory === 'string' ? directory : fileURLToPath(directory)));
}

/** Packed by about a third, a block of 6 KiB takes a page of the disk. */
const CAPABILITIES: StoreCapabilities = { kind: 'fs', blockSizeBytes: 6144, largestObjectBytes: 2 ** 40 };

/** A store on an absolute path. `link` is how a file gets its name: the system's, but in tests of file systems that have none. */
export function storeOn(directory: string, link?: Link): FsStore {
  const files = new ObjectFiles(directory, link);
  return {
    ...operations(files, performLater),
    sync: operations(files, performNow),
    replace: (name, bytes) => performLater({ directory, object: name, intent: 'write' }, files.replace(name, bytes)),
    capabilities: CAPABILITIES,
    openLog: () => new FsLog(files),
    lock: (options) => lockDirectory(files, options),
    lockHolder: () => lockHolder(files),
    close() {},
  };
}

function operations(files: ObjectFiles, perform: PerformNow): SyncOperations;
function operations(files: ObjectFiles, perform: Perform): AsyncOperations;
function operations(files: ObjectFiles, perform: Perform): AsyncOperations {
  const { directory } = files;
  const reading = (object?: string): ErrorPlace => ({ directory, object, intent: 'read' });
  const writing = (object?: string): ErrorPlace => ({ directory, object, intent: 'write' });
  return {
    put: (name, bytes) => perform(writing(name), files.put(name, bytes)),
    putIfAbsent: (name, bytes) => perform(writing(name), files.putIfAbsent(name, bytes)),
    get: (name) => naming(reading(name), () => readObject(directory, name)),
    has(name) {
      try {
        return files.has(name);
      } catch (error) {
        throw storageError(error, reading(name));
      }
    },
    openObject: (name) => naming(reading(name), () => openReader(directory, name, perform)),
    createObject: (name) => naming(writing(name), () => objectWriter(files.create(name), writing(name))),
    list: (prefix, startAfter = '') => perform(reading(), files.list(prefix, startAfter)),
    delete: (names) => perform(writing(), files.delete(names)),
  };
}
