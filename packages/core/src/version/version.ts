// Which SSTs exist, level by level: an immutable list. L0 is tiering (SSTs overlap, newest first), L1 and below are leveling (disjoint,
// in key order). Pure data: an edit makes a new version.

import { compareBytes } from '../format/compare-bytes.ts';
import { checkDistinct, unsound } from '../format/json-checks.ts';
import type { ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';

/** Number of levels, L0 included. */
export const LEVELS = 7;

export type Level = readonly SstInfo[];

/** What an edit adds to and removes from the levels. */
export interface LevelChange {
  /** SSTs that go, by id. */
  readonly removed: readonly ObjectId[];
  /** SSTs that come, with their level. New ones of L0 are given oldest first. */
  readonly added: readonly { readonly level: number; readonly sst: SstInfo }[];
}

export class Version {
  static readonly empty = new Version(Array.from({ length: LEVELS }, () => []));
  readonly levels: readonly Level[];

  constructor(levels: readonly Level[]) {
    this.levels = levels;
  }

  /** Throws CORRUPTION unless every SST stands in one place, and those of L1 and below are disjoint and in order. */
  check(): void {
    checkDistinct([...this.ssts()].map(({ id }) => keyOf(id)));
    const isSound = (level: Level): boolean =>
      level.every(({ smallest }, i) => i === 0 || compareBytes(level[i - 1].largest, smallest) < 0);
    if (this.levels.length !== LEVELS || !this.levels.slice(1).every(isSound)) throw unsound('levels');
  }

  get sstCount(): number {
    return this.levels.reduce((sum, level) => sum + level.length, 0);
  }

  levelBytes(level: number): number {
    return this.levels[level]!.reduce((sum, sst) => sum + sst.dataBytes, 0);
  }

  *ssts(): Generator<SstInfo> {
    for (const level of this.levels) yield* level;
  }

  /** The version after a change. Levels that it does not touch are shared. */
  apply(change: LevelChange): Version {
    const gone = new Set(change.removed.map(keyOf));
    const levels = this.levels.map((level) =>
      level.some((sst) => gone.has(keyOf(sst.id))) ? level.filter((sst) => !gone.has(keyOf(sst.id))) : level,
    );
    const added = new Set(change.added.map(({ level }) => level));
    for (const level of added) {
      const ssts = change.added.filter((one) => one.level === level).map(({ sst }) => sst);
      levels[level] =
        level === 0 ? [...ssts.reverse(), ...levels[0]] : [...levels[level], ...ssts].sort((a, b) => compareBytes(a.smallest, b.smallest));
    }
    return new Version(levels);
  }

  /** SSTs of a level that overlap the keys from `smallest` to `largest`, both inclusive. */
  overlapping(level: number, smallest: Uint8Array, largest: Uint8Array): SstInfo[] {
    const ssts = this.levels[level];
    if (level === 0) return ssts.filter((sst) => compareBytes(sst.smallest, largest) <= 0 && compareBytes(sst.largest, smallest) >= 0);
    let first = 0;
    for (let end = ssts.length; first < end;) {
      const middle = (first + end) >>> 1;
      if (compareBytes(ssts[middle].largest, smallest) < 0) first = middle + 1;
      else end = middle;
    }
    let end = first;
    while (end < ssts.length && compareBytes(ssts[end].smallest, largest) <= 0) end++;
    return ssts.slice(first, end);
  }
}

/** Not padded as names are: it is only compared, often at every open. */
function keyOf({ term, counter }: ObjectId): string {
  return `${term}-${counter}`;
}
