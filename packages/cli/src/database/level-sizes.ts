// The levels as a manifest has them. Scores are known to whoever has the database open.

import type { ManifestState } from '@varve/core/inspect';
import type { PicturedLevel } from '../text/level-picture.ts';

export function levelSizes({ version }: ManifestState): PicturedLevel[] {
  return version.levels.map((ssts, level) => ({
    level,
    ssts: ssts.length,
    bytes: ssts.reduce((sum, sst) => sum + sst.dataBytes + sst.metaBytes, 0),
    entries: ssts.reduce((sum, sst) => sum + sst.entries, 0),
    tombstones: ssts.reduce((sum, sst) => sum + sst.tombstones, 0),
    score: undefined,
  }));
}
