// `objectLog`: the log over objects (wal/object-log.ts) for writers, with what readers need to follow it.

import { systemRandom, type Random } from '../base/random.ts';
import type { LogStore } from '../store/log-store.ts';
import { ObjectLog, type LogObjects } from '../wal/object-log.ts';
import { FOLLOW, type Follow } from './follow.ts';
import { ObjectLogFollower } from './log-follower.ts';

/**
 * A log that keeps its segments as objects of a store, beside those of the database. One append, which is one group of writes, costs one object. Readers
 * can follow it: `openReader(store, { follow: 'log', log: objectLog(store) })`.
 *
 * @example
 * import { memoryStore, open } from '@varve/core';
 * import { objectLog } from '@varve/core/object-log';
 *
 * const store = memoryStore({ sync: false });
 * const db = await open(store, { log: objectLog(store) });
 * await db.put('hello', 'world');
 * await db.close();
 */
export function objectLog(store: LogObjects, { random = systemRandom }: { readonly random?: Random } = {}): LogStore {
  const log = new ObjectLog(store, random);
  const follow: Follow = (host) => new ObjectLogFollower(host, store, log);
  return Object.assign(log, { [FOLLOW]: follow });
}
