// For tests: entries as plain objects, their order, and what a reader at an epoch and a time sees of them.

import { KIND_DELETE, KIND_RANGE_DELETE } from './layout.ts';

/** One version of one stored key. */
export interface ReferenceEntry {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly epoch: bigint;
  readonly kind: number;
  readonly value: Uint8Array<ArrayBuffer>;
  /** Milliseconds, 0 when it does not expire. */
  readonly expiry: bigint;
  readonly extension: Uint8Array<ArrayBuffer> | undefined;
}

/** Order of stored keys: bytewise, a shorter one that is a prefix first. */
export function compareKeys(a: Uint8Array, b: Uint8Array): number {
  const limit = Math.min(a.length, b.length);
  for (let at = 0; at < limit; at++) {
    if (a[at] !== b[at]) return a[at] - b[at];
  }
  return a.length - b.length;
}

/** Order of entries: key, then epoch descending. */
export function compareEntries(a: ReferenceEntry, b: ReferenceEntry): number {
  return compareKeys(a.key, b.key) || Number(b.epoch > a.epoch) - Number(b.epoch < a.epoch);
}

/**
 * The newest entry of a key with an epoch at most `epoch`, in entries that ascend; where two have one epoch, the one that stands first.
 */
export function newestVisible(sorted: readonly ReferenceEntry[], key: Uint8Array, epoch: bigint): ReferenceEntry | undefined {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1;
    const order = compareKeys(sorted[middle].key, key);
    if (order < 0 || (order === 0 && sorted[middle].epoch > epoch)) low = middle + 1;
    else high = middle;
  }
  const found = sorted.at(low);
  return found && compareKeys(found.key, key) === 0 ? found : undefined;
}

/** A range of stored keys; an absent bound is none. */
export interface ReferenceRange {
  readonly lower?: Uint8Array | undefined;
  readonly lowerOpen?: boolean | undefined;
  readonly upper?: Uint8Array | undefined;
  readonly upperClosed?: boolean | undefined;
}

/** True when the key lies in the range. */
function isInRange(key: Uint8Array, range: ReferenceRange): boolean {
  if (range.lower) {
    const order = compareKeys(key, range.lower);
    if (order < 0 || (order === 0 && range.lowerOpen)) return false;
  }
  if (!range.upper) return true;
  const order = compareKeys(key, range.upper);
  return order < 0 || (order === 0 && range.upperClosed === true);
}

/** What a scan gives, ascending: the newest visible version of each key of the range, without tombstones and what expired by `now`. */
export function scanVisible(sorted: readonly ReferenceEntry[], range: ReferenceRange, epoch: bigint, now: bigint): ReferenceEntry[] {
  const visible: ReferenceEntry[] = [];
  let decided: Uint8Array | undefined;
  for (const entry of sorted) {
    if (entry.epoch > epoch || entry.kind === KIND_RANGE_DELETE || !isInRange(entry.key, range)) continue;
    if (decided && compareKeys(decided, entry.key) === 0) continue;
    decided = entry.key;
    if (entry.kind !== KIND_DELETE && !(entry.expiry && entry.expiry <= now)) visible.push(entry);
  }
  return visible;
}

/** How many first bytes two keys share. */
export function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return shared;
}
