// Builds partitions of a .meta (drawn in docs/FORMAT.md): index and filter of consecutive blocks.
//
// The filter's size depends on how many keys there are, so their hashes are collected first: those of the partition's blocks, then those of the
// blocks that do not belong to a partition yet. A key that stands in several blocks counts once in each.

import {
  EPOCH_IN_SEPARATOR,
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
} from '../src/layout';
import { bloomAdd } from './bloom';
import { alignUp, commonPrefix, loadWindow } from './bytes';
import { separatorBytes } from './separator';
import { separatorKeyLength, separatorStart } from './separators';
import { checksum } from './xxh64';

// The staged partition: 64 bytes.
const PART_TARGET = 0;
const PART_OFFSETS = 4; // address of the blocks' offsets in the .sst, u32 each
const PART_ENDS = 8; // address of the ends of the separators, u32 each, as they are stored
const PART_SEPARATORS = 12; // address of the separators
const PART_HASHES = 16; // address of the hashes, u64 each
export const PART_COUNT = 20; // blocks
const PART_SEPARATORS_BYTES = 24;
const PART_DATA_END = 28; // end of the last block in the .sst
const PART_HASH_COUNT = 32; // hashes of the partition's blocks
const PART_ALL_HASHES = 36; // and of the blocks behind

const WINDOW_BYTES: u32 = 8;
const END_BYTES: u32 = 4;
const BLOCK_BYTES: u32 = WINDOW_BYTES + SLOT_BYTES + END_BYTES; // a block's, besides its separator
const HASH_BYTES: u32 = 8;
const FILTER_BITS: u32 = 10; // a key
const LINE_BYTES: u32 = 64;
const LINE_BITS: u32 = 512;
const SMALLEST_ENTRY: u32 = 5; // of a block
const MAX_PREFIX: u32 = 0xffff;
const HAS_EPOCH: u32 = EPOCH_IN_SEPARATOR;

/** Bytes of the buffers that partitions of this target need. */
export function partitionStageBytes(target: u32, blockTarget: u32, longestKey: u32): u32 {
  return offsetsBytes(target) * 2 + separatorsBytes(target, longestKey) + hashesBytes(target, blockTarget);
}

/** A partition has one block, or no more than fit the target. */
function offsetsBytes(target: u32): u32 {
  return alignUp((target / BLOCK_BYTES + 1) * END_BYTES, 8);
}

/** Those of a partition, and one more that may not belong to it. */
function separatorsBytes(target: u32, longestKey: u32): u32 {
  return alignUp(target + 2 * separatorBytes(longestKey), 8);
}

/** Hashes that a filter within the target can hold, or those of a single block; and those of the block behind. */
function hashesBytes(target: u32, blockTarget: u32): u32 {
  const ofBlock = blockTarget / SMALLEST_ENTRY + 1;
  return ((target * 8) / FILTER_BITS + LINE_BITS + 2 * ofBlock) * HASH_BYTES;
}

/** Prepares building partitions of at most `target` bytes, unless a single block needs more, in partitionStageBytes(...) bytes at `buffers`. */
export function partitionInit(part: usize, target: u32, longestKey: u32, buffers: usize): void {
  const ends = buffers + offsetsBytes(target);
  const separators = ends + offsetsBytes(target);
  store<u32>(part, target, PART_TARGET);
  store<u32>(part, buffers, PART_OFFSETS);
  store<u32>(part, ends, PART_ENDS);
  store<u32>(part, separators, PART_SEPARATORS);
  store<u32>(part, separators + separatorsBytes(target, longestKey), PART_HASHES);
  store<u32>(part, 0, PART_COUNT);
  store<u32>(part, 0, PART_SEPARATORS_BYTES);
  store<u32>(part, 0, PART_HASH_COUNT);
  store<u32>(part, 0, PART_ALL_HASHES);
}

/** Collects the hash of a key of the block that is being built. */
@inline
export function partitionAddHash(part: usize, hash: u64): void {
  const count = load<u32>(part, PART_ALL_HASHES);
  store<u64>(load<u32>(part, PART_HASHES) + count * HASH_BYTES, hash);
  store<u32>(part, count + 1, PART_ALL_HASHES);
}

/** Where the separator of the next block is to be written, before partitionTakes and partitionAdd. */
export function partitionSeparator(part: usize): usize {
  return load<u32>(part, PART_SEPARATORS) + load<u32>(part, PART_SEPARATORS_BYTES);
}

/** True when the next block, its separator being of this length, belongs to the partition. */
export function partitionTakes(part: usize, separatorLength: u32): bool {
  const count = load<u32>(part, PART_COUNT);
  if (!count) return true;
  const separators = load<u32>(part, PART_SEPARATORS_BYTES) + (separatorLength & ~HAS_EPOCH);
  return imageBytes(count + 1, separators, load<u32>(part, PART_ALL_HASHES)) <= load<u32>(part, PART_TARGET);
}

/** Adds the next block, at offsets [offset, end) of the .sst, and all hashes collected so far. */
export function partitionAdd(part: usize, offset: u32, end: u32, separatorLength: u32): void {
  const count = load<u32>(part, PART_COUNT);
  const separators = load<u32>(part, PART_SEPARATORS_BYTES) + separatorLength; // with the mark of an epoch
  store<u32>(load<u32>(part, PART_OFFSETS) + (count << 2), offset);
  store<u32>(load<u32>(part, PART_ENDS) + (count << 2), separators);
  store<u32>(part, separators & ~HAS_EPOCH, PART_SEPARATORS_BYTES);
  store<u32>(part, count + 1, PART_COUNT);
  store<u32>(part, end, PART_DATA_END);
  store<u32>(part, load<u32>(part, PART_ALL_HASHES), PART_HASH_COUNT);
}

/** Bytes of the partition. */
export function partitionBytes(part: usize): u32 {
  return imageBytes(load<u32>(part, PART_COUNT), load<u32>(part, PART_SEPARATORS_BYTES), load<u32>(part, PART_HASH_COUNT));
}

/** Writes the partition's partitionBytes(part) bytes to `image` and starts the next one. `seed`: metaSeed of its place. */
export function partitionFinish(part: usize, image: usize, seed: u64): void {
  const length = partitionBytes(part);
  const lines = filterLines(load<u32>(part, PART_HASH_COUNT));
  const filter = length - lines * LINE_BYTES;
  memory.fill(image, 0, length);
  store<u32>(image, load<u32>(part, PART_COUNT), PARTITION_COUNT);
  store<u32>(image, filter, PARTITION_FILTER);
  store<u32>(image, lines, PARTITION_FILTER_LINES);
  store<u32>(image, load<u32>(part, PART_DATA_END), PARTITION_DATA_END);
  store<u32>(image, length, PARTITION_LENGTH);
  writeIndex(part, image);
  writeFilter(part, image + filter, lines);
  store<u64>(image, checksum(image, length, seed), PARTITION_CHECKSUM);
  store<u32>(part, 0, PART_COUNT);
  store<u32>(part, 0, PART_SEPARATORS_BYTES);
}

/** Prefix, windows, slots, ends and separators. */
function writeIndex(part: usize, image: usize): void {
  const count = load<u32>(part, PART_COUNT);
  const separators = usize(load<u32>(part, PART_SEPARATORS));
  const staged = usize(load<u32>(part, PART_ENDS));
  const windows = image + PARTITION_HEADER_BYTES;
  const slots = windows + count * WINDOW_BYTES;
  const ends = slots + count * SLOT_BYTES;
  memory.copy(ends, staged, count * END_BYTES);
  memory.copy(ends + count * END_BYTES, separators, load<u32>(part, PART_SEPARATORS_BYTES));
  const prefixLength = sharedPrefix(ends, count, separators);
  store<u32>(image, prefixLength, PARTITION_PREFIX);
  for (let block: u32 = 0; block < count; block++) {
    const window = loadWindow(
      separators + separatorStart(ends, END_BYTES, block) + prefixLength,
      separatorKeyLength(ends, END_BYTES, block) - prefixLength,
    );
    store<u64>(windows + block * WINDOW_BYTES, window);
    store<u32>(slots + block * SLOT_BYTES, load<u32>(load<u32>(part, PART_OFFSETS) + (block << 2)), SLOT_OFFSET);
  }
}

/** What the keys of all separators share: they are in order, so first and last tell. */
function sharedPrefix(ends: usize, count: u32, separators: usize): u32 {
  const last = count - 1;
  const limit = min(separatorKeyLength(ends, END_BYTES, 0), separatorKeyLength(ends, END_BYTES, last));
  return commonPrefix(separators, separators + separatorStart(ends, END_BYTES, last), min(limit, MAX_PREFIX));
}

/** Adds the partition's hashes to the zeroed filter; those of later blocks move to the front. */
function writeFilter(part: usize, filter: usize, lines: u32): void {
  const hashes = usize(load<u32>(part, PART_HASHES));
  const count = load<u32>(part, PART_HASH_COUNT);
  const rest = load<u32>(part, PART_ALL_HASHES) - count;
  for (let i: u32 = 0; i < count; i++) bloomAdd(filter, lines, load<u64>(hashes + i * HASH_BYTES));
  memory.copy(hashes, hashes + count * HASH_BYTES, rest * HASH_BYTES);
  store<u32>(part, 0, PART_HASH_COUNT);
  store<u32>(part, rest, PART_ALL_HASHES);
}

function imageBytes(blocks: u32, separators: u32, hashes: u32): u32 {
  return alignUp(PARTITION_HEADER_BYTES + blocks * BLOCK_BYTES + separators, LINE_BYTES) + filterLines(hashes) * LINE_BYTES;
}

function filterLines(hashes: u32): u32 {
  return (hashes * FILTER_BITS + LINE_BITS - 1) / LINE_BITS;
}
