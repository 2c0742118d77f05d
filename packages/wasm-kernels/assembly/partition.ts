// A partition of a .meta, searched as it is stored (drawn in docs/FORMAT.md): which block of its range holds a key, whether the filter knows the
// key, and where the blocks lie. partitionCheck stands before all else: what it accepted may be trusted.

import {
  BLOCK_HEADER_BYTES,
  PARTITION_CHECKSUM,
  PARTITION_COUNT,
  PARTITION_DATA_END,
  PARTITION_FILTER,
  PARTITION_FILTER_LINES,
  PARTITION_HEADER_BYTES,
  PARTITION_LENGTH,
  PARTITION_PREFIX,
  SLOT_BYTES,
  SLOT_OFFSET,
  SLOT_RESIDENCY,
  TRAILER_BYTES,
} from '../src/layout';
import { bloomProbe } from './bloom';
import { fetchLines } from './cache-lines';
import { metaSeed } from './place-seed';
import { areSeparatorsSound, compareSeparator, isSeparatorKey, separatorsBefore } from './separators';
import { checksum } from './xxh64';

const WINDOW_BYTES: u32 = 8;
const END_BYTES: u32 = 4;
const BYTES_A_BLOCK: u32 = WINDOW_BYTES + SLOT_BYTES + END_BYTES;
const LINE_BYTES: u32 = 64;

/** See Kernels.partitionCheck. */
export function partitionCheck(partition: usize, length: u32, term: u32, counter: u32, offset: u32): bool {
  return (
    isOutlineSound(partition, length) && isChecksumRight(partition, length, metaSeed(term, counter, offset)) && isIndexSound(partition)
  );
}

/** Index of the first block whose separator is at or after (key, epoch): the only one that may hold it. The block count when there is none. */
export function partitionSearch(partition: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const count = partitionCount(partition);
  const windows = partition + PARTITION_HEADER_BYTES;
  if (!fetchLines(windows, count * WINDOW_BYTES)) return count;
  const prefixLength = load<u32>(partition, PARTITION_PREFIX);
  return separatorsBefore(
    windows,
    WINDOW_BYTES,
    endsOf(partition),
    END_BYTES,
    count,
    prefixLength,
    separatorsOf(partition),
    key,
    keyLength,
    epoch,
  );
}

/** Order of the separator of a block and (key, epoch). */
export function comparePartitionSeparator(partition: usize, block: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  return compareSeparator(endsOf(partition), END_BYTES, separatorsOf(partition), block, key, keyLength, epoch);
}

/** True when the separator of a block is this very key, with or without an epoch. */
export function isPartitionSeparator(partition: usize, block: u32, key: usize, keyLength: u32): bool {
  return isSeparatorKey(endsOf(partition), END_BYTES, separatorsOf(partition), block, key, keyLength);
}

/** False: no block of the partition holds a key of this hash. */
@inline
export function partitionMayHold(partition: usize, hash: u64): bool {
  const lines = load<u32>(partition, PARTITION_FILTER_LINES);
  return !lines || bloomProbe(partition + load<u32>(partition, PARTITION_FILTER), lines, hash);
}

@inline
export function partitionCount(partition: usize): u32 {
  return load<u32>(partition, PARTITION_COUNT);
}

/** Address of a block's slot. */
@inline
export function partitionSlot(partition: usize, block: u32): usize {
  return slotsOf(partition) + block * SLOT_BYTES;
}

/** Bytes of a stored block, trailer included. */
@inline
export function storedBlockBytes(partition: usize, block: u32): u32 {
  const isLast = block + 1 == partitionCount(partition);
  const end = isLast ? load<u32>(partition, PARTITION_DATA_END) : load<u32>(partitionSlot(partition, block + 1), SLOT_OFFSET);
  return end - load<u32>(partitionSlot(partition, block), SLOT_OFFSET);
}

@inline
function slotsOf(partition: usize): usize {
  return partition + PARTITION_HEADER_BYTES + partitionCount(partition) * WINDOW_BYTES;
}

@inline
function endsOf(partition: usize): usize {
  return partition + PARTITION_HEADER_BYTES + partitionCount(partition) * (WINDOW_BYTES + SLOT_BYTES);
}

@inline
function separatorsOf(partition: usize): usize {
  return partition + PARTITION_HEADER_BYTES + partitionCount(partition) * BYTES_A_BLOCK;
}

// Checking -------------------------------------------------------------------------------------------------------------------------

/** True when windows, slots and ends, separators, and filter lie one behind the other in `length` bytes. */
function isOutlineSound(partition: usize, length: u32): bool {
  if (length < u32(PARTITION_HEADER_BYTES) || load<u32>(partition, PARTITION_LENGTH) != length) return false;
  const filter = load<u32>(partition, PARTITION_FILTER);
  const separators = u64(PARTITION_HEADER_BYTES) + u64(partitionCount(partition)) * BYTES_A_BLOCK;
  const end = u64(filter) + u64(load<u32>(partition, PARTITION_FILTER_LINES)) * LINE_BYTES;
  return !(filter % LINE_BYTES) && separators <= filter && end == length;
}

/** The checksum is of the partition with a zero in its own place. Residency words are zero in a stored partition: isIndexSound. */
function isChecksumRight(partition: usize, length: u32, seed: u64): bool {
  const stored = load<u64>(partition, PARTITION_CHECKSUM);
  store<u64>(partition, 0, PARTITION_CHECKSUM);
  const sum = checksum(partition, length, seed);
  store<u64>(partition, stored, PARTITION_CHECKSUM);
  return sum == stored;
}

function isIndexSound(partition: usize): bool {
  const count = partitionCount(partition);
  for (let block: u32 = 0; block < count; block++) {
    const slot = partitionSlot(partition, block);
    const offset = load<u32>(slot, SLOT_OFFSET);
    const end = block + 1 < count ? load<u32>(slot + SLOT_BYTES, SLOT_OFFSET) : load<u32>(partition, PARTITION_DATA_END);
    if (end < offset || end - offset <= u32(BLOCK_HEADER_BYTES + TRAILER_BYTES) || load<u32>(slot, SLOT_RESIDENCY)) return false;
  }
  const windows = partition + PARTITION_HEADER_BYTES;
  const bytes = load<u32>(partition, PARTITION_FILTER) - PARTITION_HEADER_BYTES - count * BYTES_A_BLOCK;
  const prefixLength = load<u32>(partition, PARTITION_PREFIX);
  return areSeparatorsSound(windows, WINDOW_BYTES, endsOf(partition), END_BYTES, count, prefixLength, separatorsOf(partition), bytes);
}
