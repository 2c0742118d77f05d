// Prepares a page: places the sources of the view and their buffers behind the scan's header, and makes both bounds half-open.

import {
  SCAN_COUNT,
  SCAN_LONGEST_KEY,
  SCAN_LOWER,
  SCAN_LOWER_LENGTH,
  SCAN_LOWER_OPEN,
  SCAN_STARTED,
  SCAN_UPPER,
  SCAN_UPPER_CLOSED,
  SCAN_UPPER_LENGTH,
  SCAN_USED,
  SCAN_VIEW,
  VIEW_COUNT,
  VIEW_HEADER_BYTES,
  VIEW_SOURCE_ADDRESS,
  VIEW_SOURCE_BYTES,
  VIEW_SOURCE_KIND,
} from '../src/layout';
import { portionInit, portionKeyBytes } from './block-interval';
import { copyBytes } from './bytes';
import {
  GOAL_SEEK,
  NO_KEY,
  SOURCE_ADDRESS,
  SOURCE_AT_BOUND,
  SOURCE_GOAL,
  SOURCE_IMAGE,
  SOURCE_KIND,
  SOURCE_PAYLOAD,
  SOURCE_PORTION,
  STATE_ACTIVE,
  STATE_DECIDED,
  STATE_EMPTIED,
  STATE_KEY_BUFFER,
  STATE_KEY_LENGTH,
  STATE_LOWER,
  STATE_LOWER_LENGTH,
  STATE_OPENED,
  STATE_PINNED,
  STATE_SOURCES,
  STATE_STAGED,
  STATE_UPPER,
  STATE_UPPER_LENGTH,
  boundBytes,
  sourceAt,
} from './scan-layout';

/** Prepares the page: nothing is sought yet. */
export function scanStart(scan: usize): void {
  const view = load<u32>(scan, SCAN_VIEW);
  const sources = load<u32>(view, VIEW_COUNT);
  const longestKey = load<u32>(scan, SCAN_LONGEST_KEY);
  store<u32>(scan, sources, STATE_SOURCES);
  let buffer = sourceAt(scan, sources);
  for (let index: u32 = 0; index < sources; index++) {
    placeSource(sourceAt(scan, index), viewSource(view, index), buffer, longestKey);
    buffer += portionKeyBytes(longestKey);
  }
  store<u32>(scan, buffer, STATE_KEY_BUFFER);
  buffer += boundBytes(longestKey);
  placeLower(scan, buffer, longestKey);
  placeUpper(scan, buffer + boundBytes(longestKey), longestKey);
  store<u32>(scan, 0, STATE_OPENED);
  store<u32>(scan, 0, STATE_ACTIVE);
  store<u32>(scan, 0, STATE_EMPTIED);
  store<u32>(scan, 0, STATE_PINNED);
  store<u32>(scan, NO_KEY, STATE_KEY_LENGTH);
  store<u32>(scan, 0, STATE_DECIDED);
  store<u32>(scan, 0, STATE_STAGED);
  store<u32>(scan, 0, SCAN_COUNT);
  store<u32>(scan, 0, SCAN_USED);
  store<u32>(scan, 1, SCAN_STARTED);
}

function placeSource(source: usize, viewed: usize, keys: usize, longestKey: u32): void {
  store<u32>(source, load<u32>(viewed, VIEW_SOURCE_KIND), SOURCE_KIND);
  store<u32>(source, load<u32>(viewed, VIEW_SOURCE_ADDRESS), SOURCE_ADDRESS);
  store<u32>(source, GOAL_SEEK, SOURCE_GOAL);
  store<u32>(source, 0, SOURCE_AT_BOUND);
  store<u32>(source, 0, SOURCE_IMAGE);
  store<u32>(source, 0, SOURCE_PAYLOAD);
  portionInit(source + SOURCE_PORTION, keys, longestKey);
}

/** An open lower bound begins with the least key above it: the bound with a zero byte behind. */
function placeLower(scan: usize, buffer: usize, longestKey: u32): void {
  const bound = load<u32>(scan, SCAN_LOWER);
  const length = load<u32>(scan, SCAN_LOWER_LENGTH);
  const isMoved = bound != 0 && load<u32>(scan, SCAN_LOWER_OPEN) != 0 && length <= longestKey;
  if (isMoved) copyWithZero(buffer, bound, length);
  store<u32>(scan, isMoved ? buffer : bound, STATE_LOWER);
  store<u32>(scan, length + u32(isMoved), STATE_LOWER_LENGTH);
}

/** A closed upper bound ends before the least key above it. */
function placeUpper(scan: usize, buffer: usize, longestKey: u32): void {
  const bound = load<u32>(scan, SCAN_UPPER);
  const length = load<u32>(scan, SCAN_UPPER_LENGTH);
  const isMoved = bound != 0 && load<u32>(scan, SCAN_UPPER_CLOSED) != 0 && length <= longestKey;
  if (isMoved) copyWithZero(buffer, bound, length);
  store<u32>(scan, isMoved ? buffer : bound, STATE_UPPER);
  store<u32>(scan, length + u32(isMoved), STATE_UPPER_LENGTH);
}

/** A bound longer than every key equals none, so it needs no zero: whether it is open or closed does not matter. */
function copyWithZero(target: usize, bound: usize, length: u32): void {
  copyBytes(target, bound, length);
  store<u8>(target + length, 0);
}

@inline
function viewSource(view: usize, index: u32): usize {
  return view + VIEW_HEADER_BYTES + index * VIEW_SOURCE_BYTES;
}
