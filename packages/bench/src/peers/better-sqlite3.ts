// SQLite through better-sqlite3 (https://github.com/WiseLibs/better-sqlite3).

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Peer, PeerDatabase, PeerOptions, Visit } from './peer.ts';

type Row = [key: string, value: Uint8Array];

export const betterSqlite3: Peer = {
  name: 'better-sqlite3',
  module: 'better-sqlite3',
  notes:
    'prepared statements, raw rows; transaction() around a batch; getMany: IN of 100 keys. Table (k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID, WAL, locking_mode EXCLUSIVE, cache_size = memory. Buffered: synchronous OFF; synced: FULL. It has no asynchronous calls',
  open: (folder, options) => Promise.resolve(new Sqlite(folder, options)),
};

class Sqlite implements PeerDatabase {
  readonly #db: Database.Database;
  readonly #put: Database.Statement<[string, Uint8Array]>;
  readonly #get: Database.Statement<[string], Uint8Array>;
  readonly #many: Database.Statement<string[], Row>;
  readonly #forward: Database.Statement<[], Row>;
  readonly #backward: Database.Statement<[], Row>;
  readonly #seek: Database.Statement<[string, number], Row>;
  readonly #putAll: (keys: readonly string[], values: readonly Uint8Array[]) => void;
  readonly #deleteAll: (keys: readonly string[]) => void;

  constructor(folder: string, { durability, memoryBytes }: PeerOptions) {
    mkdirSync(folder, { recursive: true });
    const db = new Database(join(folder, 'database.sqlite'));
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma(`synchronous = ${durability === 'synced' ? 'FULL' : 'OFF'}`);
    if (memoryBytes !== undefined) db.pragma(`cache_size = -${Math.floor(memoryBytes / 1024)}`);
    db.exec('CREATE TABLE IF NOT EXISTS entries (k TEXT PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID');
    const remove = db.prepare<[string]>('DELETE FROM entries WHERE k = ?');
    const put = db.prepare<[string, Uint8Array]>('INSERT OR REPLACE INTO entries VALUES (?, ?)');
    this.#db = db;
    this.#put = put;
    this.#get = db.prepare<[string], Uint8Array>('SELECT v FROM entries WHERE k = ?').pluck();
    this.#many = db.prepare<string[], Row>(`SELECT k, v FROM entries WHERE k IN (${Array(100).fill('?').join()})`).raw();
    this.#forward = db.prepare<[], Row>('SELECT k, v FROM entries ORDER BY k').raw();
    this.#backward = db.prepare<[], Row>('SELECT k, v FROM entries ORDER BY k DESC').raw();
    this.#seek = db.prepare<[string, number], Row>('SELECT k, v FROM entries WHERE k >= ? ORDER BY k LIMIT ?').raw();
    this.#putAll = db.transaction((keys: readonly string[], values: readonly Uint8Array[]) => {
      for (let i = 0; i < keys.length; i++) put.run(keys[i], values[i]);
    });
    this.#deleteAll = db.transaction((keys: readonly string[]) => {
      for (const key of keys) remove.run(key);
    });
  }

  async putBatch(keys: readonly string[], values: readonly Uint8Array[]): Promise<void> {
    this.#putAll(keys, values);
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.#put.run(key, value);
  }

  async deleteBatch(keys: readonly string[]): Promise<void> {
    this.#deleteAll(keys);
  }

  getSync(key: string): Uint8Array | undefined {
    return this.#get.get(key);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.#get.get(key);
  }

  async getMany(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const found = new Map(this.#many.all(...keys));
    return keys.map((key) => found.get(key));
  }

  async scan(reverse: boolean, visit: Visit): Promise<void> {
    const rows = reverse ? this.#backward : this.#forward;
    for (const [key, value] of rows.iterate()) visit(key, value);
  }

  async seek(key: string, count: number, visit: Visit): Promise<void> {
    for (const [found, value] of this.#seek.all(key, count)) visit(found, value);
  }

  async settle(): Promise<void> {
    this.#db.pragma('wal_checkpoint(TRUNCATE)');
  }

  async close(): Promise<void> {
    this.#db.close();
  }
}
