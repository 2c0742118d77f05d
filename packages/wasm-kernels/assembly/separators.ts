// Separators as partitions and top indexes hold them (drawn in docs/FORMAT.md), and the search over them: an 8-byte window of each, behind the
// bytes that all share, decides nearly always; separator bytes are read on a tie only. An image keeps the windows and where each separator
// ends at some distance (stride) from one to the next; separator bytes stand one behind the other.
//
// Windows and shared bytes are of the keys: an epoch at the end of a separator belongs to neither.

import { EPOCH_IN_SEPARATOR } from '../src/layout';
import { compareBytes, loadWindow } from './bytes';

const HAS_EPOCH: u32 = EPOCH_IN_SEPARATOR;
const EPOCH_BYTES: u32 = 8;

/** Where the key of separator `index` starts, from the start of all separators. */
@inline
export function separatorStart(ends: usize, stride: u32, index: u32): u32 {
  return index ? load<u32>(ends + (index - 1) * stride) & ~HAS_EPOCH : 0;
}

/** Length of its key, without the epoch. */
@inline
export function separatorKeyLength(ends: usize, stride: u32, index: u32): u32 {
  const end = load<u32>(ends + index * stride);
  return (end & ~HAS_EPOCH) - separatorStart(ends, stride, index) - (end & HAS_EPOCH ? EPOCH_BYTES : 0);
}

/** Order of separator `index` and (key, epoch). Without an epoch it stands for epoch 0: after all versions of its key. */
export function compareSeparator(ends: usize, stride: u32, separators: usize, index: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  const start = separators + separatorStart(ends, stride, index);
  const length = separatorKeyLength(ends, stride, index);
  const order = compareBytes(start, length, key, keyLength);
  if (order) return order;
  const separatorEpoch = load<u32>(ends + index * stride) & HAS_EPOCH ? bswap<u64>(load<u64>(start + length)) : 0;
  return separatorEpoch > epoch ? -1 : i32(separatorEpoch < epoch);
}

/** True when the key of separator `index` is this one. */
export function isSeparatorKey(ends: usize, stride: u32, separators: usize, index: u32, key: usize, keyLength: u32): bool {
  const length = separatorKeyLength(ends, stride, index);
  return length == keyLength && !compareBytes(separators + separatorStart(ends, stride, index), length, key, keyLength);
}

/** Index of the first of `count` separators at or after (key, epoch); `count` when there is none. Hot: twice a get. */
export function separatorsBefore(
  windows: usize,
  windowStride: u32,
  ends: usize,
  endStride: u32,
  count: u32,
  prefixLength: u32,
  separators: usize,
  key: usize,
  keyLength: u32,
  epoch: u64,
): u32 {
  const order = prefixLength ? compareBytes(separators, prefixLength, key, min(keyLength, prefixLength)) : 0;
  if (order) return order > 0 ? 0 : count;
  const window = loadWindow(key + prefixLength, keyLength - prefixLength);
  let low = windowsBefore(windows, windowStride, count, window);
  if (low == count || load<u64>(windows + low * windowStride) != window) return low;
  let high = windowsUpTo(windows, windowStride, count, window);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareSeparator(ends, endStride, separators, middle, key, keyLength, epoch) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many of the ascending windows are smaller. No branch depends on their values: it could not be predicted. */
export function windowsBefore(windows: usize, stride: u32, count: u32, window: u64): u32 {
  if (!count) return 0;
  let base: u32 = 0;
  for (let rest = count; rest > 1;) {
    const half = rest >> 1;
    base = select(base + half, base, load<u64>(windows + (base + half - 1) * stride) < window);
    rest -= half;
  }
  return base + u32(load<u64>(windows + base * stride) < window);
}

/** How many of the ascending windows are smaller or equal. */
@inline
export function windowsUpTo(windows: usize, stride: u32, count: u32, window: u64): u32 {
  return window == u64.MAX_VALUE ? count : windowsBefore(windows, stride, count, window + 1);
}

/**
 * True when `count` separators, at least one, lie in `bytes` bytes, share their first `prefixLength` bytes, and have the windows they should, in
 * ascending order.
 */
export function areSeparatorsSound(
  windows: usize,
  windowStride: u32,
  ends: usize,
  endStride: u32,
  count: u32,
  prefixLength: u32,
  separators: usize,
  bytes: u32,
): bool {
  let start: u32 = 0;
  let previous: u64 = 0;
  for (let index: u32 = 0; index < count; index++) {
    const word = load<u32>(ends + index * endStride);
    const end = word & ~HAS_EPOCH;
    if (end < start || end > bytes) return false;
    const epochBytes = word & HAS_EPOCH ? EPOCH_BYTES : 0;
    if (end - start < prefixLength || end - start - prefixLength < epochBytes) return false;
    const key = separators + start;
    if (compareBytes(key, prefixLength, separators, prefixLength)) return false;
    const window = load<u64>(windows + index * windowStride);
    if (window < previous || window != loadWindow(key + prefixLength, end - start - prefixLength - epochBytes)) return false;
    previous = window;
    start = end;
  }
  return count > 0;
}
