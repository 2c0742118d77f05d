// A reader that all requests of a Worker share.

import { systemClock } from '../base/clock.ts';
import { letGo, type MaybePromise } from '../base/maybe-promise.ts';
import { hostTurns } from '../scheduler/turn.ts';
import { OneForAll } from './one-for-all.ts';

/** Who opens a reader for so long was cut off, or will be. */
const PATIENCE_MS = 3000;

/**
 * Opens a reader when it is first needed, and gives the same one to everybody. For Workers, where a global may hold a reader but no promise of one: a promise
 * belongs to the request that made it. What the reader has in memory serves all requests.
 * @example
 * import { memoryStore, open, openReader, sharedReader, utf8, type ObjectStore } from '@varve/core';
 *
 * const texts = sharedReader((store: ObjectStore) => openReader(store, { keys: utf8, values: utf8 }));
 *
 * const store = memoryStore();
 * const db = await open(store, { keys: utf8, values: utf8 });
 * await db.put('hello', 'world');
 * await db.flush();
 * console.log(await (await texts(store)).get('hello'));
 */
export function sharedReader<Needs extends unknown[], Reader extends { close(): MaybePromise<void> }>(
  openReader: (...needs: Needs) => Promise<Reader>,
): (...needs: Needs) => Promise<Reader> {
  const opening = new OneForAll(systemClock, hostTurns);
  let reader: Reader | undefined;
  return async (...needs) => {
    const open = async (): Promise<void> => {
      const opened = await openReader(...needs);
      if (reader === undefined) reader = opened;
      else letGo(opened);
    };
    await opening.until(() => reader !== undefined, open, PATIENCE_MS);
    return reader!;
  };
}
