// SQLite's own WebAssembly build on OPFS, with its pool of access handles: the fastest of its ways to the disk.

import sqlite3InitModule, { type OpfsSAHPoolDatabase, type PreparedStatement } from '@sqlite.org/sqlite-wasm';
import type { Peer } from './peer.ts';

/** Everything fits; negative numbers are KiB. */
const CACHE_KIBIBYTES = -64_000;

export function sqlite(synchronous: 'FULL' | 'OFF'): Peer {
  let db: OpfsSAHPoolDatabase;
  let pool: { removeVfs(): Promise<boolean> };
  let statements: Record<'put' | 'get' | 'seek' | 'scan', PreparedStatement>;
  const put = (key: string, value: Uint8Array): void => {
    statements.put.bind(1, key).bind(2, value);
    statements.put.stepReset();
  };
  return {
    async open(name) {
      const sqlite3 = await sqlite3InitModule();
      const made = await sqlite3.installOpfsSAHPoolVfs({ name: `pool-${name}`, directory: `bench-sqlite-${name}`, clearOnInit: true });
      pool = made;
      db = new made.OpfsSAHPoolDb('/bench.db');
      db.exec(`PRAGMA synchronous=${synchronous}; PRAGMA cache_size=${CACHE_KIBIBYTES}`);
      db.exec('CREATE TABLE entries (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID');
      statements = {
        put: db.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?)'),
        get: db.prepare('SELECT value FROM entries WHERE key = ?'),
        seek: db.prepare('SELECT key, value FROM entries WHERE key >= ? ORDER BY key LIMIT 10'),
        scan: db.prepare('SELECT key, value FROM entries ORDER BY key'),
      };
    },
    put,
    putBatch(keys, values) {
      db.exec('BEGIN');
      for (let i = 0; i < keys.length; i++) put(keys[i], values[i]);
      db.exec('COMMIT');
    },
    get(key) {
      const { get } = statements;
      get.bind(1, key);
      const value = get.step() ? get.getBlob(0) : undefined;
      get.reset();
      return value;
    },
    scan: () => rows(statements.scan),
    seek(key) {
      statements.seek.bind(1, key);
      return rows(statements.seek);
    },
    async close() {
      for (const statement of Object.values(statements)) statement.finalize();
      db.close();
      await pool.removeVfs();
    },
  };
}

function rows(statement: PreparedStatement): number {
  let count = 0;
  while (statement.step()) {
    statement.getString(0);
    statement.getBlob(1);
    count++;
  }
  statement.reset();
  return count;
}
