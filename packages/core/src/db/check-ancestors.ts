// A clone needs the stores of the databases that it was cloned from. A copy of a clone does not: it has everything.

import { StorageError } from '../base/errors.ts';
import { metaName } from '../format/object-names.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { birthplaceOf, inheritedSsts, SstPlaces } from '../version/ancestors.ts';
import type { ManifestState } from '../version/manifest-state.ts';

/** Throws `UNSUPPORTED` when an SST of an ancestor is not where it is looked for. One of each ancestor is asked for. */
export async function checkAncestors(state: ManifestState, store: ObjectStore, stores: readonly ObjectStore[]): Promise<void> {
  const samples = new Map(inheritedSsts(state).map((id) => [birthplaceOf(state, id), id]));
  const places = new SstPlaces(state, store, stores);
  for (const [database, id] of samples) {
    const name = metaName(id);
    if (await places.storeOf(name).has(name)) continue;
    throw new StorageError(
      'UNSUPPORTED',
      `this is a clone: give the stores of the databases that it comes from, the nearest first, as { ancestors: [store] }: missing database=${database}`,
      { object: name },
    );
  }
}
