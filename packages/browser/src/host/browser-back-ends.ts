// The places that a browser has for databases.

import { open, StorageError, type ObjectStore } from '@varve/core';
import type { StorageReport } from '../wire/storage-report.ts';
import { chooseBackEnd } from './back-end.ts';
import type { BackEnds, RawOptions } from './back-ends.ts';
import { deletePlace, removeOthers } from './delete-place.ts';
import { confirmPlace, type Place } from './places.ts';
import type { RawDatabase } from './raw-database.ts';
import { restorePlace } from './restore-place.ts';

export const browserBackEnds: BackEnds = {
  async open(name, fallback, options) {
    const { place, store } = await chooseBackEnd(name, fallback);
    // Without a manifest there is no database (docs/PROTOCOL.md, rule 6); what else is left is for `open` to judge.
    const evicted = place?.isConfirmed === true && (await store.list('manifest/')).length === 0;
    const db = await openIn(name, place, store, options);
    if (place?.isConfirmed === false) await confirmPlace(name, place);
    const backEnd = place?.backEnd ?? 'memory';
    return {
      db,
      backEnd,
      isSync: store.sync !== undefined,
      storage: () => report(backEnd, evicted),
      tidy: async () => {
        if (place !== undefined) await removeOthers(name, place);
      },
    };
  },
  remove: deletePlace,
  restore: restorePlace,
};

async function openIn(name: string, place: Place | undefined, store: ObjectStore, options: RawOptions): Promise<RawDatabase> {
  const opened = (): Promise<unknown> => open(store, { ...options, takeover: 'wait' });
  return (await opened().catch(async (error: unknown) => {
    // What an import has left may hold the room.
    if (place === undefined || !(error instanceof StorageError) || error.code !== 'QUOTA') throw error;
    await removeOthers(name, place);
    return opened();
  })) as RawDatabase;
}

async function report(backEnd: string, evicted: boolean): Promise<StorageReport> {
  const { usage, quota } = (await navigator.storage?.estimate?.()) ?? {};
  const persisted = (await navigator.storage?.persisted?.()) ?? false;
  return { backEnd, usageBytes: usage, quotaBytes: quota, persisted, evicted };
}
