// The order of a scan's sources by their current entries, and how far the first of them may go before another has its turn.
//
// Forward the order is (key, epoch descending), the younger source first on an exact tie; backward it is the same turned around.

import { SCAN_REVERSE } from '../src/layout';
import { DECODED_BYTES, DECODED_EPOCH, DECODED_KEY, DECODED_KEY_LENGTH } from './block-interval';
import { compareBytes } from './bytes';
import { STATE_ACTIVE, orderField, sourceEnd, sourceEntry, sourceFirst } from './scan-layout';

/** Puts a source that stands on an entry where it belongs in the order. */
export function orderSource(scan: usize, source: usize): void {
  const isReverse = load<u32>(scan, SCAN_REVERSE) != 0;
  const active = load<u32>(scan, STATE_ACTIVE);
  store<u32>(scan, active + 1, STATE_ACTIVE);
  const place = placeAmong(scan, 0, active, source, isReverse);
  memory.copy(orderField(scan, place + 1), orderField(scan, place), (active - place) << 2);
  store<u32>(orderField(scan, place), source);
}

/** Takes the first source out. */
export function unorderFirst(scan: usize): void {
  const active = load<u32>(scan, STATE_ACTIVE) - 1;
  store<u32>(scan, active, STATE_ACTIVE);
  memory.copy(orderField(scan, 0), orderField(scan, 1), active << 2);
}

/** Moves the first source, which went on to another entry, to its new place. */
export function reorderFirst(scan: usize): void {
  const source = load<u32>(orderField(scan, 0));
  const isReverse = load<u32>(scan, SCAN_REVERSE) != 0;
  const place = placeAmong(scan, 1, load<u32>(scan, STATE_ACTIVE), source, isReverse) - 1;
  for (let index: u32 = 0; index < place; index++) store<u32>(orderField(scan, index), load<u32>(orderField(scan, index + 1)));
  store<u32>(orderField(scan, place), source);
}

/**
 * The first entry of the first source, in the scan's direction, that does not come before the second source's current one; or where its decoded
 * entries end in that direction.
 */
export function turnEnd(scan: usize): usize {
  const isReverse = load<u32>(scan, SCAN_REVERSE) != 0;
  const source = load<u32>(orderField(scan, 0));
  const step: i32 = isReverse ? -DECODED_BYTES : DECODED_BYTES;
  const end = isReverse ? sourceFirst(source) - DECODED_BYTES : sourceEnd(source);
  if (load<u32>(scan, STATE_ACTIVE) == 1) return end;
  const rival = load<u32>(orderField(scan, 1));
  const rivalEntry = sourceEntry(rival);
  let next = sourceEntry(source) + step;
  if (next == end || !isBefore(next, source, rivalEntry, rival, isReverse)) return next;
  if (isBefore(end - step, source, rivalEntry, rival, isReverse)) return end;
  do next += step;
  while (isBefore(next, source, rivalEntry, rival, isReverse));
  return next;
}

/** Index among the fields `low` to `high` (exclusive) of the order before which the source belongs. */
function placeAmong(scan: usize, low: u32, high: u32, source: usize, isReverse: bool): u32 {
  const entry = sourceEntry(source);
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = load<u32>(orderField(scan, middle));
    if (isBefore(entry, source, sourceEntry(other), other, isReverse)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** True when entry `a` of source `aSource` comes before entry `b` of another source in the scan's direction. Sources are placed by age. */
@inline
function isBefore(a: usize, aSource: usize, b: usize, bSource: usize, isReverse: bool): bool {
  return compare(a, aSource, b, bSource) < 0 != isReverse;
}

function compare(a: usize, aSource: usize, b: usize, bSource: usize): i32 {
  const order = compareBytes(
    load<u32>(a, DECODED_KEY),
    load<u32>(a, DECODED_KEY_LENGTH),
    load<u32>(b, DECODED_KEY),
    load<u32>(b, DECODED_KEY_LENGTH),
  );
  if (order) return order;
  const aEpoch = load<u64>(a, DECODED_EPOCH);
  const bEpoch = load<u64>(b, DECODED_EPOCH);
  if (aEpoch != bEpoch) return aEpoch > bEpoch ? -1 : 1;
  return aSource < bSource ? -1 : 1;
}
