// A clone reads what it did not make itself where it was cloned from. It notes the address of that.

import type { ObjectStore } from '@varve/core';
import type { ManifestState } from '@varve/core/inspect';
import { placeOf } from './place-of.ts';

/** Stores of the databases that it comes from, the nearest first; of a database that is no clone none. */
export function ancestorStores(state: ManifestState | undefined): ObjectStore[] {
  const addresses = (state?.ancestors ?? []).map(({ address }) => address);
  return addresses.flatMap((address) => (address === undefined ? [] : [placeOf(address).store()]));
}
