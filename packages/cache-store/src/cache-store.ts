// A slow store whose SSTs are kept, by pieces, in a fast one (docs/CACHE.md). Only objects that never change are kept: SSTs. Manifests, the log, lists
// and everything conditional go to the remote store, always: what decides which data are valid is never answered from here (docs/PROTOCOL.md).

import type { ObjectStore, ObjectWriter } from '@varve/core';
import type { CacheStats } from './cache-stats.ts';
import { CacheTier } from './cache-tier.ts';
import { DatabaseHistory, type RemoteHistory } from './history/history.ts';
import type { LocalPieces } from './local/local-pieces.ts';
import { planOf, type CacheOptions } from './options.ts';
import { CachedObject } from './pieces/cached-object.ts';
import { KeptWriter } from './pieces/kept-writer.ts';

/** A remote store with a local cache. */
export interface CacheStore extends ObjectStore {
  readonly sync?: undefined;
  /** What the cache did since it was made. */
  stats(): CacheStats;
  /** Writes what waits, releases the local store, and closes both stores. Idempotent; whoever uses the store again opens them again. */
  close(): Promise<void>;
}

/** Objects that are written once, under names that nobody uses again. */
const isSst = (name: string): boolean => name.startsWith('sst/');

/**
 * A store over a slow remote store, such as a bucket, that keeps pieces of its SSTs in a local one: a directory, the origin private file system, IndexedDB,
 * memory. The local store is the cache's alone: a place of its own, for one remote place. What is read comes from there when it is there, and is asked
 * for in whole pieces when it is not; after a restart it is found again. All else goes to the remote store. When the local store cannot be used, or
 * somebody else has it, everything comes from the remote one, and `onEvent` says so.
 *
 * @throws TypeError or RangeError when the options make no sense.
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { cacheStore } from '@varve/cache-store';
 *
 * const bucket = memoryStore();
 * const store = cacheStore(bucket, memoryStore(), { budgetBytes: 64 * 2 ** 20 });
 * const db = await open(store);
 * await db.put('key', 'value');
 * await db.close();
 * console.log(store.stats().keptBytes);
 */
export function cacheStore(remote: ObjectStore, local: ObjectStore, options: CacheOptions): CacheStore {
  return cacheOn(remote, local, options, new DatabaseHistory());
}

/** `history` is for tests: whose objects the remote store holds, where no database is. */
export function cacheOn(remote: ObjectStore, local: ObjectStore, options: CacheOptions, history: RemoteHistory): CacheStore {
  const { writeThrough = true, onEvent } = options;
  const tier = new CacheTier({ remote, local, plan: planOf(options), history, onEvent });
  return {
    capabilities: remote.capabilities,
    ...passedOn(remote),
    put: (name, bytes) => (isSst(name) ? putSst(tier, writeThrough, name, bytes) : remote.put(name, bytes)),
    putIfAbsent: (name, bytes) => putIfAbsent(tier, writeThrough, name, bytes),
    get: (name) => (isSst(name) ? getSst(tier, name) : getOther(tier, name)),
    openObject: (name, size) => (isSst(name) ? new CachedObject(tier, name, size) : remote.openObject(name, size)),
    createObject: (name, sizeHint) => (isSst(name) && writeThrough ? createSst(tier, name, sizeHint) : remote.createObject(name, sizeHint)),
    async delete(names) {
      try {
        await remote.delete(names);
      } finally {
        for (const name of names.filter(isSst)) await tier.forget(name);
      }
    },
    stats: () => tier.counters.snapshot(),
    async close() {
      await tier.close();
      await remote.close?.();
    },
  };
}

/** What only the remote store knows. */
function passedOn(
  remote: ObjectStore,
): Pick<ObjectStore, 'has' | 'list' | 'replace' | 'prepare' | 'requests' | 'openLog' | 'lock' | 'lockHolder'> {
  return {
    has: (name) => remote.has(name),
    list: (prefix, startAfter) => remote.list(prefix, startAfter),
    ...(remote.replace !== undefined && { replace: (name, bytes) => remote.replace!(name, bytes) }),
    ...(remote.prepare !== undefined && { prepare: () => remote.prepare!() }),
    ...(remote.requests !== undefined && { requests: () => remote.requests!() }),
    ...(remote.openLog !== undefined && { openLog: () => remote.openLog!() }),
    ...(remote.lock !== undefined && { lock: (options) => remote.lock!(options) }),
    ...(remote.lockHolder !== undefined && { lockHolder: () => remote.lockHolder!() }),
  };
}

/** Bytes are handed to the remote store, and copied, in the call. */
async function putSst(tier: CacheTier, isKept: boolean, name: string, bytes: Uint8Array): Promise<void> {
  const copy = isKept ? bytes.slice() : undefined;
  await tier.remote.put(name, bytes);
  await (copy === undefined ? tier.forget(name) : tier.keepWhole(name, copy));
}

async function putIfAbsent(tier: CacheTier, isKept: boolean, name: string, bytes: Uint8Array): Promise<boolean> {
  const isWanted = isSst(name) ? isKept : isManifest(name);
  const copy = isWanted ? bytes.slice() : undefined;
  const won = await tier.remote.putIfAbsent(name, bytes);
  if (won && isSst(name)) await (copy === undefined ? tier.forget(name) : tier.keepWhole(name, copy));
  else if (won && copy !== undefined) tier.history.observe(name, copy);
  return won;
}

async function createSst(tier: CacheTier, name: string, sizeHint: number): Promise<ObjectWriter> {
  const local = tier.pieces();
  const writer = await tier.remote.createObject(name, sizeHint);
  const pieces = await local;
  return pieces === undefined ? writer : new KeptWriter(name, writer, pieces, tier.plan.pieceBytes);
}

async function getOther(tier: CacheTier, name: string): Promise<Uint8Array | undefined> {
  const bytes = await tier.remote.get(name);
  if (bytes !== undefined) tier.history.observe(name, bytes);
  return bytes;
}

/** Whether the object is there the remote store says: others may have deleted it. */
async function getSst(tier: CacheTier, name: string): Promise<Uint8Array | undefined> {
  const local = await tier.pieces();
  const size = local?.objectBytes(name) ?? 0;
  if (local === undefined || size === 0 || !isWhole(local, name, size, tier.plan.pieceBytes)) return getRemote(tier, name);
  if (!(await tier.remote.has(name))) return undefined;
  const bytes = new Uint8Array(size);
  const object = new CachedObject(tier, name, size);
  try {
    await object.readInto(bytes, 0);
    return bytes;
  } finally {
    await object.close();
  }
}

async function getRemote({ remote, counters }: CacheTier, name: string): Promise<Uint8Array | undefined> {
  counters.requests++;
  const bytes = await remote.get(name);
  counters.remoteBytes += bytes?.length ?? 0;
  return bytes;
}

function isWhole(local: LocalPieces, name: string, size: number, pieceBytes: number): boolean {
  for (let index = 0; index * pieceBytes < size; index++) if (local.find(name, index) === undefined) return false;
  return true;
}

const isManifest = (name: string): boolean => name.startsWith('manifest/');
