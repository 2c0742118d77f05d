// The places that a browser has for databases.

import { open } from '@varve/core';
import { chooseBackEnd } from './back-end.ts';
import type { BackEnds } from './back-ends.ts';
import { deletePlace, removeOthers } from './delete-place.ts';
import type { RawDatabase } from './raw-database.ts';
import { restorePlace } from './restore-place.ts';

export const browserBackEnds: BackEnds = {
  async open(name, fallback, options) {
    const { place, store } = await chooseBackEnd(name, fallback);
    const db = (await open(store, { ...options, takeover: 'wait' })) as unknown as RawDatabase;
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
