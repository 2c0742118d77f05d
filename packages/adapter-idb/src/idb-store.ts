// Varve in IndexedDB: pages, dedicated and shared workers, service workers. What stands where in the database is drawn in connection/schema.ts.
//
// How long things last: an object is there after its transaction with durability 'strict', which browsers report as done when the disk has it ("after
// verifying that all outstanding changes have been written to a persistent storage medium",
// https://w3c.github.io/IndexedDB/#transaction-durability-hint). Pieces and log records are written 'relaxed', which hands them to the system: they
// survive the end of the browser. A later strict transaction covers them, since each browser writes transactions one after the other to one file.

import { StorageError, type LockOptions, type LogStore, type ObjectStore, type StoreCapabilities } from '@varve/core';
import { defaultBucket, webLocks, type IdbBucket } from './connection/bucket.ts';
import { Connection } from './connection/connection.ts';
import { Patience } from './connection/patience.ts';
import { IdbLog } from './log/idb-log.ts';
import { ObjectRecords } from './objects/object-records.ts';
import { PieceReader } from './objects/object-reader.ts';
import { PieceWriter } from './objects/object-writer.ts';
import { PieceCache } from './objects/piece-cache.ts';
import { UnfinishedObjects } from './objects/unfinished-objects.ts';
import { lockNameOf, takeWebLock, webLockHolder, type Release } from './web-lock.ts';

/** A store in IndexedDB, with a log and a lock of its own. */
export interface IdbStore extends ObjectStore {
  readonly sync?: undefined;
  openLog(): LogStore;
  lock(options?: LockOptions): Promise<Release | undefined>;
  lockHolder(): Promise<string | undefined>;
  close(): Promise<void>;
}

/**
 * Options of {@link idbStore}.
 * @example
 * import { idbStore, type IdbBucket } from '@varve/adapter-idb';
 *
 * // A bucket is kept or evicted by itself: await navigator.storageBuckets.open('drafts', { persisted: true })
 * export const draftsIn = (bucket: IdbBucket) => idbStore('drafts', { bucket });
 */
export interface IdbStoreOptions {
  /** The storage bucket to keep the database in. Default: the one that everything of the site is in that names none. */
  readonly bucket?: IdbBucket | undefined;
}

/**
 * A store in the IndexedDB database `name`, which is made when the store is first used. Works on pages, in dedicated and shared workers and in service
 * workers. `indexedDB.deleteDatabase(name)` removes everything, also while the store is in use.
 * @example
 * import { open } from '@varve/core';
 * import { idbStore } from '@varve/adapter-idb';
 *
 * export async function greet(): Promise<void> {
 *   const db = await open(idbStore('notes'));
 *   await db.put('hello', 'world');
 *   await db.close();
 * }
 */
export function idbStore(name: string, { bucket }: IdbStoreOptions = {}): IdbStore {
  return storeOn(name, bucket === undefined ? defaultBucket : () => bucket);
}

/** A block is a quarter of a piece, so that few reads need two pieces. */
const CAPABILITIES: StoreCapabilities = { kind: 'idb', blockSizeBytes: 16_384, largestObjectBytes: 2 ** 31 };

/** `patience` is for tests: how long an answer is waited for. */
export function storeOn(name: string, bucket: () => IdbBucket, patience = new Patience()): IdbStore {
  const connection = new Connection(name, bucket, patience);
  const objects = new ObjectRecords(connection);
  const unfinished = new UnfinishedObjects(connection);
  const cache = new PieceCache();
  return {
    capabilities: CAPABILITIES,
    put: (object, bytes) => objects.put(object, bytes),
    putIfAbsent: (object, bytes) => objects.putIfAbsent(object, bytes),
    get: (object) => objects.get(object),
    has: (object) => objects.has(object),
    async openObject(object) {
      const head = await objects.head(object);
      if (head === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object });
      return new PieceReader(head, connection, cache);
    },
    createObject: (object) => new PieceWriter(object, connection, unfinished),
    list: (prefix, startAfter = '') => objects.list(prefix, startAfter),
    delete: (names) => objects.delete(names),
    openLog: () => new IdbLog(connection),
    lock: (options = {}) => lock(connection, unfinished, options),
    async lockHolder() {
      const locks = webLocks();
      if (locks === undefined) return undefined;
      return connection.naming(webLockHolder(locks, lockNameOf(connection.bucket.name, name)));
    },
    async close() {
      cache.clear();
      await connection.close();
    },
  };
}

/** Whoever gets the lock clears up after those who had it. */
async function lock(connection: Connection, unfinished: UnfinishedObjects, options: LockOptions): Promise<Release | undefined> {
  const name = lockNameOf(connection.bucket.name, connection.name);
  const locks = webLocks();
  const release = locks === undefined ? async () => undefined : await connection.naming(takeWebLock(locks, name, options));
  if (release === undefined) return undefined;
  try {
    await unfinished.removeAbandoned(locks !== undefined);
    return release;
  } catch (error) {
    await release();
    throw error;
  }
}
