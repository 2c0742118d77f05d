// Which SSTs to merge next: a pure function of the version. L0 is tiering: it is merged into L1 as a whole once it holds enough runs. Below,
// the most overfull level goes first, and of it the SST that overlaps least with the level below, in proportion to its size.

import { compareBytes } from '../format/compare-bytes.ts';
import { idText } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { LEVELS, type Version } from '../version/version.ts';

/** Shape of the tree. */
export interface TreeShape {
  /** Runs of L0 at which it is merged. */
  readonly level0Runs: number;
  /** Most runs of L0 in one merge (bounds its memory). */
  readonly level0RunsAtOnce: number;
  /** Bytes that L1 may hold; each level below holds `fanOut` times more. */
  readonly level1Bytes: number;
  readonly fanOut: number;
}

export interface CompactionPlan {
  readonly level: number;
  readonly outputLevel: number;
  /** From `level`; youngest first where that is L0. */
  readonly inputs: readonly SstInfo[];
  /** From `outputLevel`, in key order. */
  readonly below: readonly SstInfo[];
  /** The inputs only change their level. */
  readonly move: boolean;
  /** Nothing older lies below the output. */
  readonly bottom: boolean;
}

/** How overfull a level is: 1 and more asks for a compaction. */
export function levelScore(version: Version, level: number, shape: TreeShape): number {
  if (level === 0) return version.levels[0].length / shape.level0Runs;
  return version.levelBytes(level) / (shape.level1Bytes * shape.fanOut ** (level - 1));
}

/** The most urgent compaction that touches no busy SST, or undefined. */
export function planCompaction(version: Version, shape: TreeShape, isBusy: (sst: SstInfo) => boolean): CompactionPlan | undefined {
  const levels = Array.from({ length: LEVELS - 1 }, (_, level) => ({ level, score: levelScore(version, level, shape) }))
    .filter(({ score }) => score >= 1)
    .sort((a, b) => b.score - a.score);
  for (const { level } of levels) {
    const plan = level === 0 ? planLevel0(version, shape) : planLevel(version, level, isBusy);
    if (plan !== undefined && ![...plan.inputs, ...plan.below].some(isBusy)) return plan;
  }
  return undefined;
}

/** Merges everything that overlaps the keys from `smallest` to `largest` of a level into the next one. */
export function planRange(version: Version, level: number, smallest: Uint8Array, largest: Uint8Array): CompactionPlan | undefined {
  const touched = version.overlapping(level, smallest, largest);
  if (touched.length === 0) return undefined;
  const inputs = level === 0 ? version.levels[0] : touched;
  return complete(version, level, inputs, false);
}

/** The oldest runs, as many as one merge takes. One that overlaps nothing moves alone (ascending writes). */
function planLevel0(version: Version, shape: TreeShape): CompactionPlan {
  const runs = version.levels[0];
  const oldest = runs.at(-1)!;
  const meetsOthers = runs.slice(0, -1).some((sst) => overlap(sst, oldest));
  if (!meetsOthers && version.overlapping(1, oldest.smallest, oldest.largest).length === 0) return complete(version, 0, [oldest], true);
  return complete(version, 0, runs.slice(-shape.level0RunsAtOnce), false);
}

function planLevel(version: Version, level: number, isBusy: (sst: SstInfo) => boolean): CompactionPlan | undefined {
  let best: { sst: SstInfo; cost: number } | undefined;
  for (const sst of version.levels[level]) {
    if (isBusy(sst)) continue;
    const below = version.overlapping(level + 1, sst.smallest, sst.largest);
    const cost = below.reduce((sum, other) => sum + other.dataBytes, 0) / sst.dataBytes;
    if (below.some(isBusy) || (best !== undefined && cost >= best.cost)) continue;
    best = { sst, cost };
    if (cost === 0) break;
  }
  return best === undefined ? undefined : complete(version, level, [best.sst], best.cost === 0);
}

function complete(version: Version, level: number, inputs: readonly SstInfo[], move: boolean): CompactionPlan {
  const outputLevel = level + 1;
  const smallest = inputs.map((sst) => sst.smallest).reduce((a, b) => (compareBytes(a, b) <= 0 ? a : b));
  const largest = inputs.map((sst) => sst.largest).reduce((a, b) => (compareBytes(a, b) >= 0 ? a : b));
  const below = version.overlapping(outputLevel, smallest, largest);
  const all = [...inputs, ...below];
  const from = all.map((sst) => sst.smallest).reduce((a, b) => (compareBytes(a, b) <= 0 ? a : b));
  const to = all.map((sst) => sst.largest).reduce((a, b) => (compareBytes(a, b) >= 0 ? a : b));
  const taken = new Set(all.map((sst) => idText(sst.id)));
  const deeper = version.levels.slice(outputLevel + 1).some((_, i) => version.overlapping(outputLevel + 1 + i, from, to).length > 0);
  const older = level === 0 && version.levels[0].some((sst) => !taken.has(idText(sst.id)) && isOlder(version, sst, inputs) && within(sst, from, to));
  return { level, outputLevel, inputs, below, move: move && below.length === 0, bottom: !deeper && !older };
}

/** L0 is newest first: an SST that stands behind all inputs is older than they are. */
function isOlder(version: Version, sst: SstInfo, inputs: readonly SstInfo[]): boolean {
  return version.levels[0].indexOf(sst) > Math.max(...inputs.map((input) => version.levels[0].indexOf(input)));
}

function overlap(a: SstInfo, b: SstInfo): boolean {
  return within(a, b.smallest, b.largest);
}

function within(sst: SstInfo, smallest: Uint8Array, largest: Uint8Array): boolean {
  return compareBytes(sst.smallest, largest) <= 0 && compareBytes(sst.largest, smallest) >= 0;
}
