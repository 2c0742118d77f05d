// What nobody needs is deleted by whoever writes the database. This is for where nobody does so for long.

import { systemClock, type Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { collectGarbage as collect } from '../gc/object-gc.ts';
import { Pinned } from '../gc/pinned.ts';
import { manifestRoom, readState } from '../inspect/manifest.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';

/**
 * Deletes objects that are proven garbage, and pins whose time is over. A writer may be at work: what it makes, and what it keeps for readers, stays. But one
 * that keeps nothing (`retainMs` is 0, as where its store has a lock) may still read what it has just replaced: then wait until it is closed. Returns how many
 * objects of SSTs were deleted.
 *
 * @throws StorageError `UNAVAILABLE` when there is no database, `CORRUPTION` when a manifest or pin is damaged: then nothing is deleted.
 */
export async function collectGarbage(store: ObjectStore, clock: Clock = systemClock): Promise<number> {
  // Whatever is no longer named in this state, by somebody whose time is over, is never named again: that it grows old meanwhile does not matter.
  const state = await readState(store);
  if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here');
  const pinned = new Pinned({ ...manifestRoom(), store }, () => clock.now());
  return runJob(collect(store, pinned, () => state));
}
