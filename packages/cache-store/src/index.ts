// Public names of @varve/cache-store, and nothing else.

export { cacheStore, type CacheStore } from './cache-store.ts';
export type { CacheOptions } from './options.ts';
export type { CacheStats } from './cache-stats.ts';
