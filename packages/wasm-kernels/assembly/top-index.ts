// The top index of an SST, searched as it is stored (drawn in docs/FORMAT.md): which partition of the .meta holds a key, and whether it is
// resident. topCheck stands before all else: what it accepted may be trusted.

import {
  MAX_STORED_KEY,
  PARTITION_HEADER_BYTES,
  TOP_COUNT,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_LONGEST_KEY,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TOP_PREFIX,
  TOP_RESIDENCY,
  TOP_SEPARATOR_END,
} from '../src/layout';
import { areSeparatorsSound, compareSeparator, separatorKeyLength, separatorStart, separatorsBefore } from './separators';

/** See Kernels.topCheck. */
export function topCheck(top: usize, length: u32): bool {
  if (length < u32(TOP_HEADER_BYTES)) return false;
  const count = topCount(top);
  const separators = u64(TOP_HEADER_BYTES) + u64(count) * TOP_ENTRY_BYTES;
  if (separators > length || load<u32>(top, TOP_LONGEST_KEY) > u32(MAX_STORED_KEY)) return false;
  if (!arePartitionsApart(top, count)) return false;
  const bytes = length - u32(separators);
  return areSeparatorsSound(
    topEntry(top, 0),
    TOP_ENTRY_BYTES,
    endsOf(top),
    TOP_ENTRY_BYTES,
    count,
    prefixOf(top),
    separatorsOf(top),
    bytes,
  );
}

/** Index of the first partition whose last separator is at or after (key, epoch): the only one that may hold it. The count when there is none. */
export function topSearch(top: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const windows = topEntry(top, 0);
  const count = topCount(top);
  return separatorsBefore(
    windows,
    TOP_ENTRY_BYTES,
    endsOf(top),
    TOP_ENTRY_BYTES,
    count,
    prefixOf(top),
    separatorsOf(top),
    key,
    keyLength,
    epoch,
  );
}

/** Order of the last separator of a partition and (key, epoch). */
export function compareTopSeparator(top: usize, partition: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  return compareSeparator(endsOf(top), TOP_ENTRY_BYTES, separatorsOf(top), partition, key, keyLength, epoch);
}

/** Address of the key of the SST's last separator. */
export function topLastKey(top: usize): usize {
  return separatorsOf(top) + separatorStart(endsOf(top), TOP_ENTRY_BYTES, topCount(top) - 1);
}

/** Its length. */
export function topLastKeyLength(top: usize): u32 {
  return separatorKeyLength(endsOf(top), TOP_ENTRY_BYTES, topCount(top) - 1);
}

@inline
export function topCount(top: usize): u32 {
  return load<u32>(top, TOP_COUNT);
}

/** Address of the entry of a partition. */
@inline
export function topEntry(top: usize, partition: u32): usize {
  return top + TOP_HEADER_BYTES + partition * TOP_ENTRY_BYTES;
}

@inline
function prefixOf(top: usize): u32 {
  return load<u32>(top, TOP_PREFIX);
}

@inline
function endsOf(top: usize): usize {
  return topEntry(top, 0) + TOP_SEPARATOR_END;
}

@inline
function separatorsOf(top: usize): usize {
  return topEntry(top, topCount(top));
}

function arePartitionsApart(top: usize, count: u32): bool {
  let end: u64 = 0;
  for (let partition: u32 = 0; partition < count; partition++) {
    const entry = topEntry(top, partition);
    const offset = load<u32>(entry, TOP_META_OFFSET);
    const length = load<u32>(entry, TOP_META_LENGTH);
    if (offset < end || length <= u32(PARTITION_HEADER_BYTES) || load<u32>(entry, TOP_RESIDENCY)) return false;
    end = u64(offset) + length;
  }
  return end <= u32.MAX_VALUE;
}
