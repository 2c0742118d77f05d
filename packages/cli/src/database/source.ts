// What a command copies, pins or clones: the open database of a directory, everything written included; of a bucket or a host what its writer has flushed.

import type { ObjectStore } from '@varve/core';
import { checkpointStore } from '@varve/core/checkpoint';
import type { ImageSource } from '@varve/core/copy';
import { StorageError } from '@varve/core';
import type { Place } from '../place/place.ts';
import { stateOf, withDatabase } from './space.ts';

/** Calls `use` with it. A directory that another process has open is taken as that has flushed it. */
export async function withSource<T>(place: Place, use: (source: ImageSource | ObjectStore) => Promise<T>): Promise<T> {
  if (place.kind === 'directory') {
    try {
      return await withDatabase(place, {}, (db) => use(db as unknown as ImageSource));
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'LOCKED') throw error;
    }
  }
  const store = place.store();
  await stateOf(place, store);
  try {
    return await use(store);
  } finally {
    await store.close?.();
  }
}

/** The same, or a checkpoint of it. */
export async function withSourceAt<T>(
  place: Place,
  checkpoint: string | undefined,
  use: (source: ImageSource | ObjectStore) => Promise<T>,
): Promise<T> {
  return checkpoint === undefined ? withSource(place, use) : use(await checkpointStore(place.store(), checkpoint));
}
