// Where the database lives: the origin's default bucket, or one that was opened with the Storage Buckets API. Nothing of it is touched before use, so
// a server may import the package.

import { StorageError } from '@varve/core';

/** What a store needs of a storage bucket: a `StorageBucket` of the browser has it. */
export interface IdbBucket {
  readonly name: string;
  readonly indexedDB: IDBFactory;
  /** For the message when the bucket is full. */
  estimate(): Promise<StorageEstimate>;
}

/** The globals that are used. Servers lack some or all. */
interface Globals {
  readonly indexedDB?: IDBFactory;
  readonly navigator?: { readonly locks?: LockManager; readonly storage?: StorageManager };
}

/** The bucket of everybody who names none. */
export function defaultBucket(): IdbBucket {
  const { indexedDB, navigator } = globalThis as Globals;
  if (indexedDB === undefined) throw new StorageError('UNSUPPORTED', 'there is no IndexedDB here: use another store');
  return { name: 'default', indexedDB, estimate: async () => (await navigator?.storage?.estimate()) ?? {} };
}

/** Web Locks, shared by all buckets of an origin. Pages that are not secure have none: there a second writer is not kept out but fenced. */
export function webLocks(): LockManager | undefined {
  return (globalThis as Globals).navigator?.locks;
}
