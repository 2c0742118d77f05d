// The tables, made when they are first needed, and SQL in the words of StorageError. Only tables that begin with `varve_` are touched.
//
//   varve_writer     id, term                   one row: the term of the writer that has the log
//   varve_segments   number                     a segment of the log: whoever inserted it owns it
//   varve_records    segment, position, bytes   what was appended there; long appends are several rows
//   varve_objects    name, size                 an object that is there
//   varve_pieces     name, start, bytes         its bytes, PIECE_BYTES each but for the last; those of an object that is being written as well
//
// Tables without row ids: a row is one row written, as the bill counts. A value has at most 2 MB.

import { StorageError, type StorageErrorCode } from '@varve/core';
import type { ObjectStorage, SqlValue } from './storage.ts';

const TABLES = [
  'CREATE TABLE IF NOT EXISTS varve_writer (id INTEGER PRIMARY KEY, term INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS varve_segments (number INTEGER PRIMARY KEY) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS varve_records (segment INTEGER, position INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (segment, position)) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS varve_objects (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE TABLE IF NOT EXISTS varve_pieces (name TEXT, start INTEGER, bytes BLOB NOT NULL, PRIMARY KEY (name, start)) WITHOUT ROWID',
];

/** What SQLite calls its failures, and what they are called here. */
const CODES: readonly [name: string, code: StorageErrorCode, words: string][] = [
  ['SQLITE_FULL', 'QUOTA', 'the Durable Object has no room: delete something, or move the database to R2'],
  ['SQLITE_TOOBIG', 'UNSUPPORTED', 'a value is larger than SQLite takes here'],
  ['SQLITE_CORRUPT', 'CORRUPTION', 'the storage of the Durable Object is damaged'],
];

export class Tables {
  readonly storage: ObjectStorage;
  #made = false;

  constructor(storage: ObjectStorage) {
    this.storage = storage;
  }

  /** Executes one statement; how many rows it wrote. */
  run(query: string, ...values: unknown[]): number {
    return this.#try(() => {
      const rows = this.storage.sql.exec(query, ...values);
      for (const _ of rows.raw());
      return rows.rowsWritten;
    });
  }

  /** The rows of an answer, all of them. */
  all(query: string, ...values: unknown[]): SqlValue[][] {
    return this.#try(() => [...this.storage.sql.exec(query, ...values).raw()]);
  }

  /** The rows of an answer, one by one: they do not have to fit into memory together. Nothing is executed meanwhile. */
  each(visit: (row: SqlValue[]) => void, query: string, ...values: unknown[]): void {
    this.#try(() => {
      for (const row of this.storage.sql.exec(query, ...values).raw()) visit(row);
    });
  }

  /** All of it, or nothing where it throws. */
  atomically<T>(work: () => T): T {
    return this.#try(() => this.storage.transactionSync(work));
  }

  /** Everything written before is confirmed once this is fulfilled. */
  async sync(): Promise<void> {
    try {
      await this.storage.sync();
    } catch (error) {
      throw failure(error);
    }
  }

  #try<T>(work: () => T): T {
    try {
      if (!this.#made) {
        for (const table of TABLES) this.storage.sql.exec(table);
        this.#made = true;
      }
      return work();
    } catch (error) {
      throw failure(error);
    }
  }
}

function failure(cause: unknown): unknown {
  if (cause instanceof StorageError) return cause;
  const message = String((cause as Error | undefined)?.message);
  for (const [name, code, words] of CODES) if (message.includes(name)) return new StorageError(code, words, { cause });
  return new StorageError('UNAVAILABLE', `the storage of the Durable Object has failed said=${JSON.stringify(message)}`, { cause });
}
