// Varve in the worker, with its synchronous calls where the store has them.

import { bytes, open, utf8, type Database, type ObjectStore, type SyncOperations } from '@varve/core';
import { idbStore } from '@varve/adapter-idb';
import { opfsStore } from '@varve/adapter-opfs';
import type { Peer } from './peer.ts';

type SyncStore = ObjectStore & { readonly sync: SyncOperations };
type SyncDatabase = Database<SyncStore, string, Uint8Array, string, string, Uint8Array>;

const CODECS = { keys: utf8, values: bytes } as const;

export function varveOnOpfs(): Peer {
  let db: SyncDatabase;
  return {
    async open(name) {
      db = (await open(opfsStore(`bench/${name}`) as SyncStore, CODECS)) as unknown as SyncDatabase;
    },
    put: (key, value, synced) => (synced ? db.put(key, value, { durability: 'synced' }) : db.put(key, value)),
    putBatch(keys, values) {
      const batch = db.batch();
      for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
      return db.write(batch);
    },
    get: (key) => db.getSync(key),
    scan() {
      let count = 0;
      for (const _entry of db.scanSync()) count++;
      return count;
    },
    seek(key) {
      let count = 0;
      for (const _entry of db.scanSync({ gte: key, limit: 10 })) count++;
      return count;
    },
    close: () => db.close(),
  };
}

export function varveOnIdb(): Peer {
  let db: Database<ObjectStore, string, Uint8Array, string, string, Uint8Array>;
  return {
    async open(name) {
      db = (await open(idbStore(`bench-${name}`), CODECS)) as unknown as typeof db;
    },
    put: (key, value, synced) => (synced ? db.put(key, value, { durability: 'synced' }) : db.put(key, value)),
    putBatch(keys, values) {
      const batch = db.batch();
      for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
      return db.write(batch);
    },
    get: (key) => db.get(key),
    scan: async () => (await db.scan().all()).length,
    seek: async (key) => (await db.scan({ gte: key, limit: 10 }).all()).length,
    close: () => db.close(),
  };
}
