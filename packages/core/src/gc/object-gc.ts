// Deleting what is proven garbage (docs/PROTOCOL.md, rule 11): an unreferenced SST counts only when its creator's term is over, or its counter is
// below what the manifest calls pending. Age proves nothing. What went out of use not long ago stays for readers, and what is pinned stays (rule 12).

import { metaName, parseSstName, SST_PREFIX, sstName, type ObjectId } from '../format/object-names.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { Pinned } from './pinned.ts';

/** Objects that are deleted in one call. */
export const NAMES_AT_ONCE = 64;

/** Names of the SST objects in a listing that no version needs and no writer will ever name. */
function findGarbage(
  names: readonly string[],
  state: ManifestState,
  isPinned: (id: ObjectId) => boolean,
  inUse: Iterable<ObjectId>,
): string[] {
  const needed = new Set<string>();
  const named = [...state.version.ssts(), ...state.retired].map(({ id }) => id);
  for (const id of [...named, ...inUse]) needed.add(sstName(id)).add(metaName(id));
  return names.filter((name) => {
    const id = parseSstName(name);
    return id !== undefined && !needed.has(name) && isOver(id, state) && !isPinned(id);
  });
}

function isOver(id: ObjectId, state: ManifestState): boolean {
  return id.term < state.term || (id.term === state.term && id.counter < state.pendingFrom);
}

/**
 * Deletes what earlier writers left behind. `current` is asked after the listing: what it names then is needed. So are the ids that are `inUse`: of jobs
 * under way, whose term may end before they do, and of what readers hold. Whoever pins something later sees by the floor that it is late.
 */
export function* collectGarbage(
  store: ObjectStore,
  pinned: Pinned,
  current: () => ManifestState,
  inUse: () => Iterable<ObjectId> = () => [],
): Job<number> {
  const infos = yield* io(store, (door) => door.list(SST_PREFIX));
  // Before pins are looked for: what goes out of use while they are was there for whoever pinned it meanwhile.
  const state = current();
  const used = [...inUse()];
  const isPinned = yield* pinned.look();
  const names = infos.map((info) => info.name);
  const garbage = findGarbage(names, state, isPinned, used);
  for (let i = 0; i < garbage.length; i += NAMES_AT_ONCE) {
    const some = garbage.slice(i, i + NAMES_AT_ONCE);
    yield* io(store, (door) => door.delete(some));
    yield;
  }
  return garbage.length;
}
