// Public names of the Durable Object adapter.

export { doLog } from './log/do-log.ts';
export { doStore, type DoStore } from './do-store.ts';
export type { ObjectStorage, Sql, SqlRows, SqlValue } from './storage.ts';
