// Varve whole in a Durable Object's SQLite storage: for small databases, which are read and written without a request. tables.ts draws the rows.
//
// How long things last: SQLite has an object when the call returns, and nobody outside hears of anything before that is confirmed (the output gate). An object
// that is being written is there once its row in varve_objects is, in one transaction with its last bytes.

import type { AsyncOperations, LogStore, ObjectStore, StoreCapabilities, SyncOperations } from '@varve/core';
import { DoLog } from './log/do-log.ts';
import { createObject, deleteAbandoned, deleteObjects, getObject, hasObject, listObjects } from './objects/whole-objects.ts';
import { PieceReader } from './objects/piece-reader.ts';
import { PieceWriter } from './objects/piece-writer.ts';
import { checkStorage, type ObjectStorage } from './storage.ts';
import { Tables } from './tables.ts';

/** A store in a Durable Object, with a log of its own. */
export interface DoStore extends ObjectStore {
  readonly sync: SyncOperations;
  openLog(): LogStore;
}

/** A block is a quarter of a piece, so that few reads need two pieces. */
const CAPABILITIES: StoreCapabilities = { kind: 'do', blockSizeBytes: 16_384, largestObjectBytes: 2 ** 31 };

/**
 * A store in the SQLite storage of a Durable Object, whose log is there as well. It answers at once, so databases on it have `getSync` and `putSync`. One
 * object holds one database, of at most the 10 GB that an object has.
 *
 * A write is acknowledged when SQLite has it: the output gate holds back whatever the object says until that is confirmed. `db.sync()` waits for that itself.
 * @throws TypeError when this is not the storage of an object with SQLite.
 * @example
 * import { open, utf8 } from '@varve/core';
 * import { doStore, type ObjectStorage } from '@varve/adapter-do';
 *
 * export async function countVisit(storage: ObjectStorage, page: string): Promise<string> {
 *   const db = await open(doStore(storage), { keys: utf8, values: utf8 });
 *   const visits = String(Number(db.getSync(page) ?? 0) + 1);
 *   db.putSync(page, visits);
 *   return visits;
 * }
 */
export function doStore(storage: ObjectStorage): DoStore {
  checkStorage('doStore', storage);
  const tables = new Tables(storage);
  let claimed = false;
  const sync: SyncOperations = {
    put: (name, bytes) => void createObject(tables, name, bytes, true),
    putIfAbsent(name, bytes) {
      // The first of a writer is its claim.
      if (!claimed) deleteAbandoned(tables);
      claimed = true;
      return createObject(tables, name, bytes, false);
    },
    get: (name) => getObject(tables, name),
    has: (name) => hasObject(tables, name),
    openObject: (name) => new PieceReader(tables, name),
    createObject: (name) => new PieceWriter(tables, name),
    list: (prefix, startAfter = '') => listObjects(tables, prefix, startAfter),
    delete: (names) => deleteObjects(tables, names),
  };
  const later: AsyncOperations = sync;
  return { ...later, sync, capabilities: CAPABILITIES, openLog: () => new DoLog(tables, true) };
}
