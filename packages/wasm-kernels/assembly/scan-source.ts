// A source of a scan, whatever it reads from: it gives its entries in portions, cut at the range's far bound.

import { SCAN_REVERSE, SOURCE_RUN, STATUS_DONE, STATUS_FOUND } from '../src/layout';
import { DECODED_BYTES, DECODED_KEY, DECODED_KEY_LENGTH, PORTION_END, PORTION_FIRST } from './block-interval';
import { compareBytes } from './bytes';
import {
  SOURCE_AT_BOUND,
  SOURCE_IMAGE,
  SOURCE_KIND,
  SOURCE_PAYLOAD,
  SOURCE_PORTION,
  STATE_LOWER,
  STATE_LOWER_LENGTH,
  STATE_UPPER,
  STATE_UPPER_LENGTH,
  sourceEnd,
  sourceEntry,
  sourceFirst,
} from './scan-layout';
import { fillFromMemtable } from './scan-source-memtable';
import { fillFromRun } from './scan-source-run';

/**
 * Gets the source's next decoded entries. STATUS_FOUND: at least one is in the range. STATUS_DONE: the source has no more, and uses no frame.
 * STATUS_NEED_*: call again once it is resident. STATUS_CORRUPT.
 */
export function fillSource(scan: usize, source: usize): i32 {
  const isReverse = load<u32>(scan, SCAN_REVERSE) != 0;
  const status = load<u32>(source, SOURCE_AT_BOUND) ? STATUS_DONE : fillFrom(scan, source, isReverse);
  if (status == STATUS_FOUND && (isReverse ? cutAtLower(scan, source) : cutAtUpper(scan, source))) return STATUS_FOUND;
  if (status != STATUS_FOUND && status != STATUS_DONE) return status;
  store<u32>(source, 0, SOURCE_IMAGE);
  store<u32>(source, 0, SOURCE_PAYLOAD);
  return STATUS_DONE;
}

@inline
function fillFrom(scan: usize, source: usize, isReverse: bool): i32 {
  return load<u32>(source, SOURCE_KIND) == SOURCE_RUN ? fillFromRun(scan, source, isReverse) : fillFromMemtable(scan, source, isReverse);
}

/** Leaves entries at or above the upper bound away. False when none is left. */
function cutAtUpper(scan: usize, source: usize): bool {
  const upper = load<u32>(scan, STATE_UPPER);
  if (!upper) return true;
  const length = load<u32>(scan, STATE_UPPER_LENGTH);
  const entry = sourceEntry(source);
  let end = sourceEnd(source);
  while (end != entry && compareKey(end - DECODED_BYTES, upper, length) >= 0) end -= DECODED_BYTES;
  if (end != sourceEnd(source)) store<u32>(source, 1, SOURCE_AT_BOUND);
  store<u32>(source, end, SOURCE_PORTION + PORTION_END);
  return end != entry;
}

/** Leaves entries below the lower bound away. False when none is left. */
function cutAtLower(scan: usize, source: usize): bool {
  const lower = load<u32>(scan, STATE_LOWER);
  if (!lower) return true;
  const length = load<u32>(scan, STATE_LOWER_LENGTH);
  const end = sourceEntry(source) + DECODED_BYTES;
  let first = sourceFirst(source);
  while (first != end && compareKey(first, lower, length) < 0) first += DECODED_BYTES;
  if (first != sourceFirst(source)) store<u32>(source, 1, SOURCE_AT_BOUND);
  store<u32>(source, first, SOURCE_PORTION + PORTION_FIRST);
  return first != end;
}

@inline
function compareKey(entry: usize, key: usize, keyLength: u32): i32 {
  return compareBytes(load<u32>(entry, DECODED_KEY), load<u32>(entry, DECODED_KEY_LENGTH), key, keyLength);
}
