// Which back end each database lives in, and which of its generations: one small IndexedDB database, one record a name. An import is written to a new
// generation, beside the one that is there, and the record says in one step which of them is the database.

import { openDB, type IDBPDatabase } from 'idb';

/** Recorded as `opfs` or `idb` until a database has been opened there, then as `opfs~0`, with the generation. */
export interface Place {
  readonly backEnd: 'opfs' | 'idb';
  readonly generation: number;
  /** A database has been opened here: if nothing is here any more, somebody has deleted it. */
  readonly isConfirmed: boolean;
}

/** No name of a database has a colon. */
const DATABASE = 'varve:places';
const STORE = 'places';

function places(): Promise<IDBPDatabase> {
  return openDB(DATABASE, 1, { upgrade: (db) => void db.createObjectStore(STORE) });
}

/** The place of a database: the one that is recorded, or this back end from now on. */
export async function recordPlace(name: string, backEnd: Place['backEnd']): Promise<Place> {
  const db = await places();
  try {
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
    const recorded = (await transaction.store.get(name)) as string | undefined;
    if (recorded === undefined) await transaction.store.add(backEnd, name);
    await transaction.done;
    return placeOf(recorded ?? backEnd);
  } finally {
    db.close();
  }
}

/** The database is here, or another one is from now on. */
export async function confirmPlace(name: string, { backEnd, generation }: Omit<Place, 'isConfirmed'>): Promise<void> {
  const db = await places();
  try {
    const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' });
    await transaction.store.put(`${backEnd}~${generation}`, name);
    await transaction.done;
  } finally {
    db.close();
  }
}

/** The place that is recorded, if any. */
export async function findPlace(name: string): Promise<Place | undefined> {
  const db = await places();
  try {
    const recorded = (await db.get(STORE, name)) as string | undefined;
    return recorded === undefined ? undefined : placeOf(recorded);
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

/** What the files of a generation are called. No name of a database has a tilde. */
export function generationName(name: string, generation: number): string {
  return generation === 0 ? name : `${name}~${generation}`;
}

function placeOf(recorded: string): Place {
  const [backEnd, generation] = recorded.split('~');
  return { backEnd: backEnd as Place['backEnd'], generation: Number(generation ?? 0), isConfirmed: generation !== undefined };
}
