// Which SSTs to merge next: a pure function of the version. L0 is tiering: it is merged into L1 as a whole once it holds enough runs. Below,
// the most overfull level goes first, and of it the SST that overlaps least with the level below, in proportion to its size.

import { compareBytes } from '../format/compare-bytes.ts';
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

const DEAREST = 4;

/** How overfull a level is: 1 and more asks for a compaction. */
export function levelScore(version: Version, level: number, shape: TreeShape): number {
  if (level === 0) return version.levels[0].length / shape.level0Runs;
  return version.levelBytes(level) / (shape.level1Bytes * shape.fanOut ** (level - 1));
}

/** The most urgent compaction that meets no running one, or undefined. */
export function planCompaction(
  version: Version,
  shape: TreeShape,
  conflicts: (plan: CompactionPlan) => boolean,
): CompactionPlan | undefined {
  const levels = Array.from({ length: LEVELS - 1 }, (_, level) => ({ level, score: levelScore(version, level, shape) }))
    .filter(({ score }) => score >= 1)
    .sort((a, b) => b.score - a.score);
  for (const { level } of levels) {
    const plan = level === 0 ? planLevel0(version, shape) : planLevel(version, level);
    if (!conflicts(plan)) return plan;
  }
  return undefined;
}

/**
 * A merge of L0 before it is due, for when nothing else is to be done: reads ask fewer runs then. Only where it is cheap: what it rewrites of L1 is
 * no more than DEAREST times what it brings there.
 */
export function planQuiet(version: Version, shape: TreeShape): CompactionPlan | undefined {
  if (version.levels[0].length < 2) return undefined;
  const plan = planLevel0(version, shape);
  return bytesOf(plan.below) <= DEAREST * bytesOf(plan.inputs) ? plan : undefined;
}

/** Merges what overlaps the keys from `smallest` to `largest` of a level into the next one; of L0 the oldest runs, as many as one merge takes. */
export function planRange(
  version: Version,
  level: number,
  smallest: Uint8Array,
  largest: Uint8Array,
  shape: TreeShape,
): CompactionPlan | undefined {
  const touched = version.overlapping(level, smallest, largest);
  if (touched.length === 0) return undefined;
  const inputs = level === 0 ? version.levels[0].slice(-shape.level0RunsAtOnce) : touched;
  return complete(version, level, inputs, false);
}

/** The oldest runs, as many as one merge takes. One that overlaps nothing moves alone (ascending writes). */
function planLevel0(version: Version, shape: TreeShape): CompactionPlan {
  const runs = version.levels[0];
  const oldest = runs.at(-1)!;
  const meetsOthers = runs.slice(0, -1).some((sst) => within(sst, oldest.smallest, oldest.largest));
  if (!meetsOthers && version.overlapping(1, oldest.smallest, oldest.largest).length === 0) return complete(version, 0, [oldest], true);
  return complete(version, 0, runs.slice(-shape.level0RunsAtOnce), false);
}

function planLevel(version: Version, level: number): CompactionPlan {
  let best: SstInfo | undefined;
  let least = Infinity;
  for (const sst of version.levels[level]) {
    const below = version.overlapping(level + 1, sst.smallest, sst.largest);
    const cost = below.reduce((sum, other) => sum + other.dataBytes, 0) / sst.dataBytes;
    if (cost < least) [best, least] = [sst, cost];
    if (cost === 0) break;
  }
  return complete(version, level, [best!], least === 0);
}

/** Inputs of L0 are its oldest runs, so nothing older than the output stays behind in L0. */
function complete(version: Version, level: number, inputs: readonly SstInfo[], move: boolean): CompactionPlan {
  const outputLevel = level + 1;
  const below = version.overlapping(outputLevel, ...spanOf(inputs));
  const span = spanOf([...inputs, ...below]);
  const bottom = version.levels.every((_, deeper) => deeper <= outputLevel || version.overlapping(deeper, ...span).length === 0);
  return { level, outputLevel, inputs, below, move: move && below.length === 0, bottom };
}

const bytesOf = (ssts: readonly SstInfo[]): number => ssts.reduce((sum, { dataBytes }) => sum + dataBytes, 0);

/** Smallest and largest key of the SSTs. */
function spanOf(ssts: readonly SstInfo[]): [Uint8Array, Uint8Array] {
  return [
    ssts.map((sst) => sst.smallest).reduce((a, b) => (compareBytes(a, b) <= 0 ? a : b)),
    ssts.map((sst) => sst.largest).reduce((a, b) => (compareBytes(a, b) >= 0 ? a : b)),
  ];
}

function within(sst: SstInfo, smallest: Uint8Array, largest: Uint8Array): boolean {
  return compareBytes(sst.smallest, largest) <= 0 && compareBytes(sst.largest, smallest) >= 0;
}
