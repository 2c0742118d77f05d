// A cached store is a store: the kits of stores and of whole databases, with the cache in a directory.

import { fsStore } from '@varve/adapter-fs';
import { memoryStore, type MemoryStore, type ObjectStore } from '@varve/core';
import { compareWithMap, engineConformance, objectStoreConformance } from '@varve/store-conformance';
import { describe, expect, it } from 'vitest';
import { cacheOn, cacheStore } from '../src/cache-store.ts';
import { fixedHistory, MIB } from './cache-test-kit.ts';
import { freshDirectories } from './directories-test-kit.ts';

const freshDirectory = freshDirectories();
const remotes = new WeakMap<ObjectStore, MemoryStore>();
const directories = new WeakMap<ObjectStore, string>();

function remember(store: ObjectStore, remote: MemoryStore, directory: string): ObjectStore {
  remotes.set(store, remote);
  directories.set(store, directory);
  return store;
}

/** Its objects are of no database. */
function plain(remote: MemoryStore, directory = freshDirectory()): ObjectStore {
  return remember(cacheOn(remote, fsStore(directory), { budgetBytes: 4 * MIB }, fixedHistory()), remote, directory);
}

function ofDatabase(remote: MemoryStore, directory = freshDirectory()): ObjectStore {
  return remember(cacheStore(remote, fsStore(directory), { budgetBytes: MIB }), remote, directory);
}

const asynchronous = { sync: false } as const;
const runner = { testRunner: { describe, it } };

objectStoreConformance({
  name: 'cacheStore over memory, in a directory',
  open: () => plain(memoryStore(asynchronous)),
  reopen: (store) => plain(remotes.get(store)!.share(asynchronous)),
  powerCut: (store) => plain(remotes.get(store)!.crash(asynchronous)),
  sync: false,
  lock: true,
  ...runner,
});

objectStoreConformance({
  name: 'cacheStore over memory, in a directory that another handle has',
  open: () => plain(memoryStore(asynchronous)),
  reopen: (store) => plain(remotes.get(store)!.share(asynchronous), directories.get(store)),
  sync: false,
  lock: true,
  ...runner,
});

engineConformance({
  name: 'an engine on cacheStore over memory, in a directory',
  open: () => ofDatabase(memoryStore(asynchronous)),
  reopen: (store) => ofDatabase(remotes.get(store)!.share(asynchronous), directories.get(store)),
  sync: false,
  ...runner,
});

it.each([1, 2, 3])('a database is what a map would be, under seed %i', async (seed) => {
  const store = cacheStore(memoryStore(asynchronous), fsStore(freshDirectory()), { budgetBytes: MIB, pieceBytes: 4096 });
  await compareWithMap(store, seed, 1500);
  const { hits, keptBytes } = store.stats();
  expect(hits).toBeGreaterThan(0);
  expect(keptBytes).toBeLessThanOrEqual(MIB);
});
