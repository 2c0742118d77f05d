// The places that a browser has for databases.

import { open, StorageError } from '@varve/core';
import { chooseBackEnd } from './back-end.ts';
import type { BackEnds } from './back-ends.ts';
import { deletePlace, removeOthers } from './delete-place.ts';
import type { RawDatabase } from './raw-database.ts';
import { restorePlace } from './restore-place.ts';

export const browserBackEnds: BackEnds = {
  async open(name, fallback, options) {
    const { place, store } = await chooseBackEnd(name, fallback);
    const opened = (): Promise<unknown> => open(store, { ...options, takeover: 'wait' });
    const db = (await opened().catch(async (error: unknown) => {
      // What an import has left may hold the room.
      if (place === undefined || !(error instanceof StorageError) || error.code !== 'QUOTA') throw error;
      await removeOthers(name, place);
      return opened();
    })) as RawDatabase;
    return {
      db,
      backEnd: place?.backEnd ?? 'memory',
      isSync: store.sync !== undefined,
      tidy: async () => {
        if (place !== undefined) await removeOthers(name, place);
      },
    };
  },
  remove: deletePlace,
  restore: restorePlace,
};
