// For whoever is the browser: pages and workers in a realm that is handed over.

export { openDatabaseIn, type BrowserDatabase } from './open-database.ts';
export { deleteDatabaseIn } from './tabs/delete-database.ts';
export { serveDatabase } from './host/serve-database.ts';
export type { BackEnds } from './host/back-ends.ts';
export type { RawDatabase } from './host/raw-database.ts';
export type { Live } from './client/live-range.ts';
export type { RangeChange, Watch } from './client/watch.ts';
export type { RemoteSnapshot } from './client/remote-database.ts';
export type { RemoteSpace } from './client/remote-space.ts';
export type { Channel, Locks, PageRealm, Realm, WorkerEnd, WorkerScope } from './wire/realm.ts';
