// Which back end each database lives in: one small IndexedDB database, one record a name.

import { openDB, type IDBPDatabase } from 'idb';

export type Place = 'opfs' | 'idb';

/** No name of a database has a colon. */
const DATABASE = 'varve:places';
const STORE = 'places';

function places(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 1, { upgrade: (db) => void db.createObjectStore(STORE) });
}

/** The place of a database: the one that is recorded, or `place` from now on. */
export async function recordPlace(name: string, place: Place): Promise<Place> {
  const db = await places();
  try {
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
    const recorded = (await transaction.store.get(name)) as Place | undefined;
    if (recorded === undefined) await transaction.store.add(place, name);
    await transaction.done;
    return recorded ?? place;
  } finally {
    db.close();
  }
}

export async function forgetPlace(name: string): Promise<void> {
  const db = await places();
  try {
    await db.delete(STORE, name);
  } finally {
    db.close();
  }
}
