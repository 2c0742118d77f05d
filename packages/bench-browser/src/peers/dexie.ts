// Dexie: tables of objects over IndexedDB.

import { Dexie, type Table } from 'dexie';
import type { Peer } from './peer.ts';

interface Row {
  readonly key: string;
  readonly value: Uint8Array;
}

export function dexie(): Peer {
  let db: Dexie;
  let table: Table<Row, string>;
  return {
    async open(name) {
      db = new Dexie(`bench-dexie-${name}`, { chromeTransactionDurability: 'relaxed' });
      db.version(1).stores({ entries: 'key' });
      table = db.table('entries');
      await db.open();
    },
    put: (key, value) => table.put({ key, value }),
    putBatch: (keys, values) => table.bulkPut(keys.map((key, i) => ({ key, value: values[i] }))),
    get: (key) => table.get(key),
    scan: async () => (await table.toArray()).length,
    seek: async (key) => (await table.where('key').aboveOrEqual(key).limit(10).toArray()).length,
    async close() {
      db.close();
    },
  };
}
