// IndexedDB as the idb package brings it: a record for each key.

import { openDB, type IDBPDatabase } from 'idb';
import type { Peer } from './peer.ts';

export function idb(): Peer {
  let db: IDBPDatabase;
  return {
    async open(name) {
      db = await openDB(`bench-idb-${name}`, 1, { upgrade: (made) => void made.createObjectStore('entries') });
    },
    async put(key, value, synced) {
      const transaction = db.transaction('entries', 'readwrite', { durability: synced ? 'strict' : 'relaxed' });
      void transaction.store.put(value, key);
      await transaction.done;
    },
    async putBatch(keys, values) {
      const transaction = db.transaction('entries', 'readwrite', { durability: 'relaxed' });
      for (let i = 0; i < keys.length; i++) void transaction.store.put(values[i], keys[i]);
      await transaction.done;
    },
    get: (key) => db.get('entries', key),
    async scan() {
      const { store } = db.transaction('entries');
      const [keys, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
      return Math.min(keys.length, values.length);
    },
    async seek(key) {
      const { store } = db.transaction('entries');
      const range = IDBKeyRange.lowerBound(key);
      const [keys] = await Promise.all([store.getAllKeys(range, 10), store.getAll(range, 10)]);
      return keys.length;
    },
    async close() {
      db.close();
    },
  };
}
