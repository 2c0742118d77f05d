// The SSTs that a place holds: a static host cannot list them, and holds what the newest manifest names.

import { listSsts, type ManifestState, type StoredSst } from '@varve/core/inspect';
import type { Place } from '../place/place.ts';

export function storedSsts(place: Place, { version }: ManifestState): Promise<StoredSst[]> | StoredSst[] {
  return place.kind === 'host' ? [...version.ssts()] : listSsts(place.store());
}
