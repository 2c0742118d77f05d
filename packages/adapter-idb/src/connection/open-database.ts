// Opening the IndexedDB database. `openDB` of the idb package knows only the global factory; a bucket has its own.

import { StorageError } from '@varve/core';
import { wrap } from 'idb';
import { hasPlaces, makePlaces, SCHEMA_VERSION, type Database } from './schema.ts';

/** Opens or creates the database. `lost` is called when the connection ends without our doing, or has to. */
export async function openDatabase(factory: IDBFactory, name: string, lost: (database: Database) => void): Promise<Database> {
  const request = factory.open(name, SCHEMA_VERSION);
  request.addEventListener('upgradeneeded', () => makePlaces(wrap(request.result) as unknown as Database));
  const database = (await wrap(request)) as unknown as Database;
  // Somebody wants to delete the database: whoever stays connected would keep them waiting for ever.
  database.addEventListener('versionchange', () => lost(database));
  database.addEventListener('close', () => lost(database));
  if (hasPlaces(database)) return database;
  database.close();
  throw new StorageError('UNSUPPORTED', `an IndexedDB database of another program has this name: use another one database=${name}`);
}
