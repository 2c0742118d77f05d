// For tests: a whole SST as a merge wrote it, read with the reference decoder, and the rules that speak of more than one block or partition:
// where blocks and partitions close, separators, filters, results.

import { KIND_DELETE, KIND_RANGE_DELETE } from './layout.ts';
import { createTestMemory } from './memory-test-kit.ts';
import type { MergeSettings, MergedFile } from './merge-job-test-kit.ts';
import { decodePartition, decodeStoredBlock, require, sharedBytes } from './reference-decoder-test-kit.ts';
import type { DecodedBlock, DecodedPartition, DecodedSeparator } from './reference-decoder-test-kit.ts';
import { compareEntries, compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { encodeFilter } from './reference-seal-test-kit.ts';

const BLOCK_HEADER = 16;
const PARTITION_HEADER = 32;
const RESTART_POINT = 8;
const BYTES_A_BLOCK = 20;
const LINE_BYTES = 64;
const READ_FROM = 0x10000;
const READ_TO = 0x300000;
const readers = createTestMemory(128);

/** The entries of a file that keeps all rules. */
export function checkedEntries(file: MergedFile, settings: MergeSettings): ReferenceEntry[] {
  const partitions = decodePartitions(file);
  const blocks = partitions.map((partition) => decodeBlocks(file, partition));
  const all = blocks.flat();
  require(file.data.length === file.bytes && all.at(-1)?.end === file.bytes && all[0].offset === 0, 'blocks fill the file');
  checkBlockSizes(all, settings.blockTarget);
  checkReaders(file, partitions, all);
  checkSeparators(all, partitions);
  checkPartitions(partitions, blocks, settings.partitionTarget);
  checkResults(file, all);
  checkWarmed(file, all, settings);
  const entries = all.flatMap((block) => block.entries);
  entries.forEach((entry, i) => require(i === 0 || compareEntries(entries[i - 1], entry) < 0, 'entries ascend from block to block'));
  return entries;
}

/** True when the file went on beyond its target only for further versions of the key that stood there. */
export function endsAtTarget(file: MergedFile, settings: MergeSettings): boolean {
  const blocks = decodePartitions(file).flatMap((partition) => decodeBlocks(file, partition));
  const reached = blocks.findIndex((block) => block.end >= settings.fileTarget);
  if (reached < 0) return false;
  const key = blocks[reached].entries.at(-1)!.key;
  return blocks.slice(reached + 1).every(({ entries }) => entries.every((entry) => compareKeys(entry.key, key) === 0));
}

function decodePartitions(file: MergedFile): DecodedPartition[] {
  const partitions: DecodedPartition[] = [];
  let offset = 0;
  for (let i = 0; i < file.partitionCount; i++) {
    partitions.push(decodePartition(file.partitions, offset, file.id));
    offset += partitions[i].length;
  }
  require(offset === file.partitions.length, 'the file has as many partitions as it counts');
  return partitions;
}

/** The kernels that read accept what the one that merges has written. */
function checkReaders(
  { id, data, partitions: images }: MergedFile,
  partitions: readonly DecodedPartition[],
  blocks: readonly DecodedBlock[],
): void {
  const { kernels, put } = readers;
  let offset = 0;
  for (const { length } of partitions) {
    put(READ_FROM, images.subarray(offset, offset + length));
    require(Boolean(kernels.partitionCheck(READ_FROM, length, id.term, id.counter, offset)), 'a partition is accepted');
    offset += length;
  }
  for (const block of blocks) {
    const length = block.end - block.offset;
    put(READ_FROM, data.subarray(block.offset, block.end));
    const loaded = kernels.blockLoad(READ_FROM, length, id.term, id.counter, block.offset, READ_TO, block.payload.length);
    require(loaded === block.payload.length, 'a block is accepted');
  }
}

function decodeBlocks(file: MergedFile, { blockOffsets, dataEnd }: DecodedPartition): DecodedBlock[] {
  return blockOffsets.map((offset, i) => decodeStoredBlock(file.data, offset, blockOffsets.at(i + 1) ?? dataEnd, file.id));
}

function checkBlockSizes(blocks: readonly DecodedBlock[], target: number): void {
  blocks.forEach((block, i) => {
    require(block.entries.length === 1 || block.payload.length <= target, 'a block of several entries fits the target');
    const next = blocks.at(i + 1);
    require(!next ||
      i + 1 === blocks.length ||
      countedBytes([...block.entries, next.entries[0]]) > target, 'a block closes when it is full');
  });
}

/** Payload bytes, every epoch counted as wide as the widest. */
function countedBytes(entries: readonly ReferenceEntry[]): number {
  const epochs = entries.map((entry) => entry.epoch);
  const widest = varintBytes(epochs.reduce((a, b) => (a > b ? a : b)) - epochs.reduce((a, b) => (a < b ? a : b)));
  let bytes = BLOCK_HEADER;
  let inInterval = 0;
  let keyBytes = 0;
  entries.forEach((entry, i) => {
    const isRestart = i === 0 || inInterval === 16 || keyBytes > 2048;
    if (isRestart) {
      inInterval = 0;
      keyBytes = 0;
      bytes += RESTART_POINT;
    }
    bytes += entryBytes(entry, isRestart ? 0 : sharedBytes(entries[i - 1].key, entry.key)) + widest;
    inInterval++;
    keyBytes += entry.key.length;
  });
  return bytes;
}

function entryBytes({ key, value, expiry, extension }: ReferenceEntry, shared: number): number {
  const lengths = [shared, key.length - shared, value.length].reduce((sum, length) => sum + varintBytes(BigInt(length)), 0);
  const optional = (expiry ? varintBytes(expiry) : 0) + (extension ? varintBytes(BigInt(extension.length)) + extension.length : 0);
  return 1 + lengths + optional + key.length - shared + value.length;
}

function varintBytes(value: bigint): number {
  return Math.max(1, Math.ceil(value.toString(2).length / 7));
}

// Separators -----------------------------------------------------------------------------------------------------------------------

function checkSeparators(blocks: readonly DecodedBlock[], partitions: readonly DecodedPartition[]): void {
  const separators = partitions.flatMap((partition) => partition.separators);
  blocks.forEach((block, i) => checkSeparator(separators[i], block.entries.at(-1)!, blocks.at(i + 1)?.entries[0]));
}

function checkSeparator(separator: DecodedSeparator, last: ReferenceEntry, next: ReferenceEntry | undefined): void {
  if (next && compareKeys(last.key, next.key) === 0) {
    require(compareKeys(separator.key, last.key) === 0, 'between versions of one key stands that key');
    require(separator.epoch === last.epoch, 'and the epoch of the last entry before');
    return;
  }
  require(separator.epoch === undefined, 'between keys stands no epoch');
  require(compareKeys(last.key, separator.key) <= 0, 'a separator sorts at or after the last entry before');
  require(!next || compareKeys(separator.key, next.key) < 0, 'a separator sorts before the first entry behind');
  require(Boolean(next) || compareKeys(separator.key, last.key) === 0, 'the last separator is the last key');
  // Only a last key that is a prefix of the next can be told apart within the bytes that both share.
  for (let length = next ? sharedBytes(last.key, next.key) : 0; next && length < separator.key.length; length++) {
    const shorter = smallestAtOrAfter(last.key, length);
    require(!shorter || compareKeys(shorter, next.key) >= 0, 'a separator is as short as can be');
  }
}

/** The smallest key of `length` bytes at or after a longer key, or undefined. */
function smallestAtOrAfter(key: Uint8Array, length: number): Uint8Array | undefined {
  const smallest = new Uint8Array(length);
  smallest.set(key.subarray(0, length));
  if (length >= key.length) return smallest;
  for (let at = length - 1; at >= 0; at--) {
    if (smallest[at] < 255) {
      smallest[at]++;
      return smallest;
    }
    smallest[at] = 0;
  }
  return undefined;
}

// Partitions -----------------------------------------------------------------------------------------------------------------------

function checkPartitions(partitions: readonly DecodedPartition[], blocks: readonly DecodedBlock[][], target: number): void {
  const separators = partitions.flatMap((partition) => partition.separators);
  let end = 0;
  partitions.forEach((partition, i) => {
    const own = blocks[i];
    end += own.length;
    require(partition.dataEnd === own.at(-1)!.end, 'a partition knows where its last block ends');
    require(own.length === 1 || partition.length <= target, 'a partition of several blocks fits the target');
    const hashed = own.flatMap(distinctKeys);
    const expected = encodeFilter(hashed);
    require(expected.length === partition.filter.length &&
      compareKeys(expected, partition.filter) === 0, 'the filter holds the keys of the blocks');
    const next = blocks.at(i + 1)?.[0];
    if (!next || i + 1 === partitions.length) return;
    const more = imageBytes([...partition.separators, separators[end]], hashed.length + distinctKeys(next).length);
    require(more > target, 'a partition closes when it is full');
  });
}

function distinctKeys({ entries }: DecodedBlock): Uint8Array[] {
  return entries.map((entry) => entry.key).filter((key, i, keys) => i === 0 || compareKeys(keys[i - 1], key) !== 0);
}

function imageBytes(separators: readonly DecodedSeparator[], keys: number): number {
  const bytes = separators.reduce(
    (sum, { key, epoch }) => sum + BYTES_A_BLOCK + key.length + (epoch === undefined ? 0 : 8),
    PARTITION_HEADER,
  );
  return Math.ceil(bytes / LINE_BYTES) * LINE_BYTES + Math.ceil((keys * 10) / 512) * LINE_BYTES;
}

// Results --------------------------------------------------------------------------------------------------------------------------

function checkResults(file: MergedFile, blocks: readonly DecodedBlock[]): void {
  const entries = blocks.flatMap((block) => block.entries);
  const epochs = entries.map((entry) => entry.epoch);
  const expiries = entries.map((entry) => entry.expiry).filter((expiry) => expiry > 0n);
  require(file.entries === entries.length, 'entries are counted');
  require(file.tombstones === entries.filter(({ kind }) => kind === KIND_DELETE || kind === KIND_RANGE_DELETE).length, 'so are tombstones');
  require(file.longestKey === Math.max(...entries.map((entry) => entry.key.length)), 'the longest key is known');
  require(file.longestBlock === Math.max(...blocks.map((block) => block.payload.length)), 'the longest block is known');
  require(file.minEpoch === epochs.reduce((a, b) => (a < b ? a : b)), 'the smallest epoch is known');
  require(file.maxEpoch === epochs.reduce((a, b) => (a > b ? a : b)), 'the largest epoch is known');
  require(file.earliestExpiry === expiries.reduce((a, b) => (a && a < b ? a : b), 0n), 'the earliest expiry is known');
  require(file.rawBytes === entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0), 'raw bytes are counted');
  require(compareKeys(file.smallest, entries[0].key) === 0 && compareKeys(file.largest, entries.at(-1)!.key) === 0, 'the bounds are known');
}

function checkWarmed(file: MergedFile, blocks: readonly DecodedBlock[], settings: MergeSettings): void {
  require(file.warmed.length === (settings.warmedLimit ? blocks.length : 0), 'every block is listed');
  file.warmed.forEach((payload, i) => {
    if (payload) require(compareKeys(payload, blocks[i].payload) === 0, 'a frame holds the payload of its block');
    const isLarge = blocks[i].payload.length > settings.blockTarget;
    require(!payload || !isLarge, 'a block larger than the target takes no frame');
  });
}
