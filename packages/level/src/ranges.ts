// From a range of abstract-level to one of the engine. Level lets `gte` and `lte` count where `gt` and `lt` are given as well; the engine refuses both.

import type { ScanRange } from '@varve/core';
import type { Data } from './formats.ts';

const encoder = new TextEncoder();

/** A range, its keys encoded. */
export interface LevelRange {
  readonly gt?: Data | undefined;
  readonly gte?: Data | undefined;
  readonly lt?: Data | undefined;
  readonly lte?: Data | undefined;
  readonly reverse: boolean;
}

/** The same keys in the same order. */
export function engineRange({ gt, gte, lt, lte, reverse }: LevelRange): ScanRange<Data> {
  return { gt: gte === undefined ? gt : undefined, gte, lt: lte === undefined ? lt : undefined, lte, reverse };
}

/** What is left of the range from `target` on; undefined where the target lies outside, which ends the iteration. */
export function rangeFrom(range: ScanRange<Data>, target: Data): ScanRange<Data> | undefined {
  if (!contains(range, target)) return undefined;
  return range.reverse === true ? { ...range, lt: undefined, lte: target } : { ...range, gt: undefined, gte: target };
}

function contains({ gt, gte, lt, lte }: ScanRange<Data>, key: Data): boolean {
  return (
    (gt === undefined || compare(key, gt) > 0) &&
    (gte === undefined || compare(key, gte) >= 0) &&
    (lt === undefined || compare(key, lt) < 0) &&
    (lte === undefined || compare(key, lte) <= 0)
  );
}

/** In the order in which they are stored. */
function compare(a: Data, b: Data): number {
  const [left, right] = [storedBytes(a), storedBytes(b)];
  const common = Math.min(left.length, right.length);
  for (let i = 0; i < common; i++) if (left[i] !== right[i]) return left[i] - right[i];
  return left.length - right.length;
}

function storedBytes(key: Data): Uint8Array {
  return typeof key === 'string' ? encoder.encode(key) : key;
}
