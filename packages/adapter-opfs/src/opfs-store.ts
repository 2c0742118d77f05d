// Varve in the origin private file system. A database is four files, opened once: no call opens a file, so every read and write is done when its call
// returns, and a database needs four handles whatever its size (browsers allow some hundreds).
//
// Whoever has the files open is alone with them (https://fs.spec.whatwg.org/#file-entry-lock): that is what makes create-if-absent have one winner, and a
// stopped tab cannot write into what another one owns, since nobody else can own it before.

import {
  isPromise,
  StorageError,
  type AsyncOperations,
  type LockOptions,
  type LogStore,
  type MaybePromise,
  type ObjectReader,
  type ObjectStore,
  type StoreCapabilities,
  type SyncOperations,
} from '@varve/core';
import type { Catalog } from './catalog.ts';
import { objectWriter } from './object-writer.ts';
import { naming } from './opfs-errors.ts';
import { openerOf, type OpenFiles } from './opfs-files.ts';
import { OpfsHome } from './opfs-home.ts';
import { OpfsLog } from './opfs-log.ts';

/** Options of {@link opfsStore}. */
export interface OpfsOptions {
  /** How long to wait for files that a closing tab or worker still holds, in milliseconds. Default 1000. */
  readonly patienceMs?: number | undefined;
}

/** A store in the origin private file system: synchronous, with a log and a lock of its own. */
export interface OpfsStore extends ObjectStore {
  readonly sync: SyncOperations;
  openLog(): LogStore;
  lock(options?: LockOptions): Promise<(() => void) | undefined>;
  close(): void;
}

const CAPABILITIES: StoreCapabilities = { kind: 'opfs', blockSizeBytes: 6144, largestObjectBytes: 2 ** 40 };
const PATIENCE_MS = 1000;

/**
 * A store in a folder of the origin private file system, named by its path from the root, or given as a handle. Works in dedicated workers, which are where
 * browsers allow synchronous access; elsewhere the first call is `UNSUPPORTED`.
 * @example
 * import { open, utf8 } from '@varve/core';
 * import { opfsStore } from '@varve/adapter-opfs';
 *
 * async function main() {
 *   const db = await open(opfsStore('my-app/data'), { keys: utf8, values: utf8 });
 *   await db.put('greeting', 'hello');
 *   return db.getSync('greeting');
 * }
 */
export function opfsStore(folder: string | FileSystemDirectoryHandle, { patienceMs = PATIENCE_MS }: OpfsOptions = {}): OpfsStore {
  return storeOn(openerOf(folder), patienceMs);
}

/** A store on files that are opened in some way: the system's, but in tests of what a power cut leaves. */
export function storeOn(open: OpenFiles, patienceMs = PATIENCE_MS): OpfsStore {
  const home = new OpfsHome(open, patienceMs);
  const now: Enter = (work) => work(home.catalog);
  const soon = <T>(work: (catalog: Catalog) => T): MaybePromise<T> => {
    const entered = home.entered();
    return isPromise(entered) ? entered.then(work) : work(entered);
  };
  return {
    ...operations(home, soon),
    sync: operations(home, now),
    capabilities: CAPABILITIES,
    openLog: () => new OpfsLog(home),
    lock: (options) => lock(home, options),
    close: () => home.close(),
  };
}

type Enter = <T>(work: (catalog: Catalog) => T) => T;
type EnterSoon = <T>(work: (catalog: Catalog) => T) => MaybePromise<T>;

function operations(home: OpfsHome, enter: Enter): SyncOperations;
function operations(home: OpfsHome, enter: EnterSoon): AsyncOperations;
function operations(home: OpfsHome, enter: EnterSoon): AsyncOperations {
  const write = (name: string, bytes: Uint8Array): void => {
    const writer = objectWriter(home, name, bytes.length);
    if (bytes.length > 0) writer.append(bytes, 0);
    writer.finish();
  };
  return {
    put: (name, bytes) => {
      // Whoever waits for the files may change them meanwhile.
      const kept = keptFor(home, bytes);
      return enter((catalog) => {
        // A call that failed may have taken place, and is repeated.
        if (catalog.objects.has(name)) naming(name, () => catalog.deleteObjects([name]));
        write(name, kept);
      });
    },
    putIfAbsent: (name, bytes) => {
      const kept = keptFor(home, bytes);
      return enter((catalog) => {
        // What is there lasts, unless the attempt that made it failed.
        catalog.check();
        if (catalog.objects.has(name)) return false;
        write(name, kept);
        return true;
      });
    },
    get: (name) =>
      enter((catalog) => {
        const found = catalog.objects.get(name);
        if (found === undefined) return undefined;
        const bytes = new Uint8Array(found.size);
        readInto(catalog, name, bytes, 0);
        return bytes;
      }),
    has: (name) => enter((catalog) => catalog.objects.has(name)),
    openObject: (name) => enter((catalog) => openReader(home, catalog, name)),
    createObject: (name, sizeHint) =>
      enter(() => {
        const writer = objectWriter(home, name, sizeHint);
        return { ...writer, sync: writer };
      }),
    list: (prefix, startAfter = '') =>
      enter(({ objects }) =>
        [...objects]
          .filter(([name]) => name.startsWith(prefix) && name > startAfter)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, { size }]) => ({ name, size })),
      ),
    delete: (names) => enter((catalog) => naming(names[0], () => catalog.deleteObjects(names))),
  };
}

function keptFor(home: OpfsHome, bytes: Uint8Array): Uint8Array {
  return home.isOpen ? bytes : bytes.slice();
}

function openReader(
  home: OpfsHome,
  { objects }: Catalog,
  name: string,
): ObjectReader & { readInto(target: Uint8Array, offset: number): void; close(): void } {
  if (!objects.has(name)) throw new StorageError('CORRUPTION', 'object is missing', { object: name });
  return {
    readInto: (target, offset) => readInto(home.catalog, name, target as Uint8Array<ArrayBuffer>, offset),
    close() {},
  };
}

function readInto({ objects, data }: Catalog, name: string, target: Uint8Array<ArrayBuffer>, offset: number): void {
  const found = objects.get(name);
  if (found === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object: name });
  const isInside = offset + target.length <= found.size;
  if (isInside && naming(name, () => data.read(found.extents, target, offset)) === target.length) return;
  throw new StorageError('CORRUPTION', 'object is too short', { object: name, offset });
}

/** The files are the lock: nobody else opens them while they are open here. Among the users of one store it is a word. */
async function lock(home: OpfsHome, { takeOver = false }: LockOptions = {}): Promise<(() => void) | undefined> {
  if (!(await home.tryEnter())) return undefined;
  if (home.locked !== undefined && !takeOver) return undefined;
  const mine = {};
  home.locked = mine;
  return () => {
    if (home.locked === mine) home.locked = undefined;
  };
}
