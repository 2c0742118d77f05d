// Public names of @varve/browser, and nothing else.

export { openDatabase, type BrowserDatabase, type OpenDatabaseOptions } from './open-database.ts';
export { deleteDatabase } from './tabs/delete-database.ts';
export type { Live } from './client/live-range.ts';
export type { RangeChange, Watch } from './client/watch.ts';
export type { RemoteBatch } from './client/remote-batch.ts';
export type { RemoteSnapshot } from './client/remote-database.ts';
export type { RemoteReads, RemoteSpace } from './client/remote-space.ts';
export type { StorageReport } from './wire/storage-report.ts';
export type { EngineOptions } from './tabs/messages.ts';
