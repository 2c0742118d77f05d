// Where the database lives: the origin's default bucket, or one that was opened with the Storage Buckets API. Nothing of it is touched before use, so
// a server may import the package.

import { StorageError } from '@varve/core';

/** What a store needs of a storage bucket: a `StorageBucket` has it, and so do the globals of a page or worker. */
export interface IdbBucket {
  readonly indexedDB: IDBFactory;
  /** Where there are none (pages without https), a second writer is not kept out but fenced. */
  readonly locks?: LockManager | undefined;
  /** For the message when the bucket is full. */
  estimate(): Promise<StorageEstimate>;
}

/** The bucket of everybody who asks for none. */
export function defaultBucket(): IdbBucket {
  const { indexedDB, navigator } = globalThis as { indexedDB?: IDBFactory; navigator?: { locks?: LockManager; storage?: StorageManager } };
  if (indexedDB === undefined) {
    throw new StorageError('UNSUPPORTED', 'there is no IndexedDB here: use another store');
  }
  return { indexedDB, locks: navigator?.locks, estimate: async () => (await navigator?.storage?.estimate()) ?? {} };
}
