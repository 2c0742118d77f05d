// The database: places under keys of three parts, so that a country is a prefix and names are a range; and beside them an index by latitude. A batch
// writes both, so they never disagree.
//
//   own key space       ['NO', 'Oslo', 114865]     -> { lat: 59.91273, lng: 10.74609 }
//   key space latitude  [59.91273, 114865]         -> 'Oslo, NO'

import { json, open, tuple, utf8 } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';
import type { Place } from './data-set.ts';

export type PlacesDatabase = Awaited<ReturnType<typeof openPlaces>>;

/** Opens the database in a directory, or makes it. */
export async function openPlaces(directory: string) {
  const db = await open(fsStore(directory), { keys: tuple('string', 'string', 'number'), values: json<{ lat: number; lng: number }>() });
  const latitude = db.keyspace('latitude', { keys: tuple('number', 'number'), values: utf8 });
  return { db, latitude };
}

/** Writes the places batch by batch, in order. `done` is called after each acknowledged batch, with how many places were written so far. */
export async function importPlaces(
  { db, latitude }: PlacesDatabase,
  places: readonly Place[],
  batchPlaces: number,
  done: (written: number) => void,
): Promise<void> {
  for (let start = 0; start < places.length; start += batchPlaces) {
    const end = Math.min(start + batchPlaces, places.length);
    const batch = db.batch();
    for (const { country, name, id, lat, lng } of places.slice(start, end)) {
      batch.put([country, name, id], { lat, lng });
      batch.put(latitude, [lat, id], `${name}, ${country}`);
    }
    await db.write(batch);
    done(end);
  }
}
