// Public names of the IndexedDB adapter.

export { idbStore, type IdbStore, type IdbStoreOptions } from './idb-store.ts';
export type { IdbBucket } from './connection/bucket.ts';
