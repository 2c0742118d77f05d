// The cache in IndexedDB, on a page.

import { idbStore } from '@varve/adapter-idb';
import { memoryStore, open, openReader, utf8, type MemoryStore, type ObjectStore } from '@varve/core';
import { compareWithMap, objectStoreConformance } from '@varve/store-conformance';
import { afterAll, describe, expect, it } from 'vitest';
import { cacheOn, cacheStore } from '../src/cache-store.ts';
import { countedStore, fixedHistory, MIB } from './cache-test-kit.ts';

const asynchronous = { sync: false } as const;
const names: string[] = [];
const remotes = new WeakMap<ObjectStore, MemoryStore>();

function freshName(): string {
  const name = `cache-${crypto.randomUUID()}`;
  names.push(name);
  return name;
}

afterAll(async () => {
  for (const name of names) {
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase(name);
      request.addEventListener('success', resolve);
      request.addEventListener('error', reject);
    });
  }
});

function plain(remote: MemoryStore): ObjectStore {
  const store = cacheOn(remote, idbStore(freshName()), { budgetBytes: 4 * MIB }, fixedHistory());
  remotes.set(store, remote);
  return store;
}

objectStoreConformance({
  name: 'cacheStore over memory, in IndexedDB',
  open: () => plain(memoryStore(asynchronous)),
  reopen: (store) => plain(remotes.get(store)!.share(asynchronous)),
  sync: false,
  lock: true,
  testRunner: { describe, it },
});

it.each([1, 2])('a database is what a map would be, under seed %i', async (seed) => {
  const store = cacheStore(memoryStore(asynchronous), idbStore(freshName()), { budgetBytes: MIB, pieceBytes: 4096 });
  await compareWithMap(store, seed, 800);
  expect(store.stats().hits).toBeGreaterThan(0);
  expect(store.stats().keptBytes).toBeLessThanOrEqual(MIB);
});

it('a reader that comes again reads no byte of an SST from the remote store', async () => {
  const { store: remote, sstReads } = countedStore();
  const db = await open(remote, { keys: utf8, values: utf8 });
  for (let i = 0; i < 2000; i++) await db.put(`key/${i}`, `${i} `.repeat(100));
  await db.compact();
  await db.close();
  const name = freshName();
  for (const wanted of [true, false]) {
    const before = sstReads().length;
    const reader = await openReader(cacheStore(remote, idbStore(name), { budgetBytes: 16 * MIB }), { keys: utf8, values: utf8 });
    for (let i = 0; i < 2000; i += 7) expect(await reader.get(`key/${i}`)).toBe(`${i} `.repeat(100));
    await reader.close();
    expect(sstReads().length > before).toBe(wanted);
  }
});
