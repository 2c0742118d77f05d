// Opening a database to read from it: a directory with the lock that writers take, everything else as a reader, which disturbs nobody.

import { openReader, type KeySpace } from '@varve/core';
import { ancestorStores } from '../place/ancestors.ts';
import type { Place } from '../place/place.ts';
import { codecsOf, noKeySpace, ROOT, stateOf, withDatabase, type Space, type SpaceOptions } from './space.ts';

/** A key space to read from, with its codecs. */
export interface ReadSpace extends Pick<Space, 'keys' | 'values'> {
  readonly entries: Pick<KeySpace<unknown, unknown>, 'getEntry' | 'scan'>;
}

/** Reads of one moment. */
interface Moment extends Pick<KeySpace<unknown, unknown>, 'scan'> {
  keyspace(entries: never): Pick<KeySpace<unknown, unknown>, 'scan'>;
  close(): void;
}

/** What moments are had from. */
export interface Moments {
  snapshot(): Moment;
}

/** A command sees one state from its beginning to its end. */
const NEVER_STALE_MS = 86_400_000;

/** Opens the database for the time of `use`. */
export async function withReading<T>(
  place: Place,
  options: Omit<SpaceOptions, 'create'>,
  use: (db: Moments, space: ReadSpace) => Promise<T>,
): Promise<T> {
  if (place.kind === 'directory') return withDatabase(place, options, (db, space) => use(db as unknown as Moments, space));
  const store = place.store();
  const state = await stateOf(place, store);
  const { keyspace } = options;
  if (keyspace !== undefined && !state.keySpaces.some(({ name }) => name === keyspace)) throw noKeySpace(keyspace, state);
  const reader = await openReader(store, { ...codecsOf(state, ROOT, {}), ancestors: ancestorStores(state), staleMs: NEVER_STALE_MS });
  try {
    const codecs = codecsOf(state, keyspace ?? ROOT, {});
    const entries = keyspace === undefined ? reader : reader.keyspace(keyspace, codecs);
    return await use(reader as unknown as Moments, { entries: entries as unknown as ReadSpace['entries'], ...codecs });
  } finally {
    await reader.close();
  }
}
