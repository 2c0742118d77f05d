// What runs in a dedicated worker, where browsers allow synchronous access: the kits, and a reader that comes again; each in a folder of its own.

import { opfsStore } from '@varve/adapter-opfs';
import { memoryStore, open, openReader, utf8, type MemoryStore, type ObjectStore } from '@varve/core';
import { compareWithMap, engineChecks, objectStoreChecks, type Check } from '@varve/store-conformance';
import { cacheOn, cacheStore } from '../src/cache-store.ts';
import { countedStore, fixedHistory, MIB } from './cache-test-kit.ts';

const asynchronous = { sync: false } as const;
const remotes = new WeakMap<ObjectStore, MemoryStore>();

export const ROOT = 'varve-cache-test';
const freshStore = (): ObjectStore => opfsStore(`${ROOT}/${crypto.randomUUID()}`);

function remember(store: ObjectStore, remote: MemoryStore): ObjectStore {
  remotes.set(store, remote);
  return store;
}

const plain = (remote: MemoryStore): ObjectStore =>
  remember(cacheOn(remote, freshStore(), { budgetBytes: 4 * MIB }, fixedHistory()), remote);
const ofDatabase = (remote: MemoryStore): ObjectStore => remember(cacheStore(remote, freshStore(), { budgetBytes: MIB }), remote);

const lives = [1, 2].map((seed): Check => ({
  theme: 'a database',
  title: `is what a map would be, under seed ${seed}`,
  run: () => compareWithMap(cacheStore(memoryStore(asynchronous), freshStore(), { budgetBytes: MIB, pieceBytes: 4096 }), seed, 800),
}));

const comesAgain: Check = {
  theme: 'a reader',
  title: 'that comes again reads no byte of an SST from the remote store',
  async run() {
    const { store: remote, sstReads } = countedStore();
    const db = await open(remote, { keys: utf8, values: utf8 });
    for (let i = 0; i < 2000; i++) await db.put(`key/${i}`, `${i} `.repeat(100));
    await db.compact();
    await db.close();
    const folder = `${ROOT}/${crypto.randomUUID()}`;
    for (const wanted of [true, false]) {
      const before = sstReads().length;
      const reader = await openReader(cacheStore(remote, opfsStore(folder), { budgetBytes: 16 * MIB }), { keys: utf8, values: utf8 });
      for (let i = 0; i < 2000; i += 7) if ((await reader.get(`key/${i}`)) !== `${i} `.repeat(100)) throw new Error(`key/${i} is wrong`);
      await reader.close();
      if (sstReads().length > before !== wanted) throw new Error(`${sstReads().length - before} reads of the remote store`);
    }
  },
};

export const checks: readonly Check[] = [
  ...objectStoreChecks({
    open: () => plain(memoryStore(asynchronous)),
    reopen: (store) => plain(remotes.get(store)!.share(asynchronous)),
    sync: false,
    lock: true,
  }),
  ...engineChecks({
    open: () => ofDatabase(memoryStore(asynchronous)),
    reopen: (store) => ofDatabase(remotes.get(store)!.share(asynchronous)),
    sync: false,
  }),
  ...lives,
  comesAgain,
];
