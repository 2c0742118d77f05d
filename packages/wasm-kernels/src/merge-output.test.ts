import { describe, expect, it } from 'vitest';
import { CODEC_LZ4, CODEC_NONE, KIND_PUT, MAX_STORED_KEY, STATUS_DONE, STATUS_FULL, STATUS_SLICE, STATUS_TOO_LARGE } from './layout.ts';
import { randomBytes, randomNumbers } from './memory-test-kit.ts';
import { runMerge } from './merge-job-test-kit.ts';
import type { MergeSettings, MergedFile } from './merge-job-test-kit.ts';
import { roomySettings } from './merge-random-test-kit.ts';
import { decodePartition, decodeStoredBlock } from './reference-decoder-test-kit.ts';
import type { DecodedBlock } from './reference-decoder-test-kit.ts';
import { compareEntries } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checkedEntries } from './sst-rules-test-kit.ts';

const random = randomNumbers(11);

describe('output of a merge', () => {
  it('is nothing when there is nothing', () => {
    for (const sources of [[], [{ memtable: [] }], [{ memtable: [] }, { run: [], chunkBlocks: 1 }, { memtable: [] }]]) {
      expect(runMerge(sources, roomySettings)).toMatchObject({ status: STATUS_DONE, files: [] });
    }
  });

  it('gives a value larger than a block a block of its own, between blocks of small ones', () => {
    const entries = [put('a', 10), put('b', 5000), put('c', 10), put('d', 4096), put('e', 70_000), put('f', 10), put('g', 10)];
    for (const lz4 of [false, true]) {
      const settings = { ...roomySettings, lz4 };
      expect(keysOfBlocks(mergeOne(entries, settings))).toEqual(['a', 'b', 'c', 'd', 'e', 'f g']);
    }
  });

  it('compresses large values as well as small ones, where that saves an eighth', () => {
    const settings = { ...roomySettings, lz4: true };
    const compressible = [put('a', 100, 2), put('b', 60_000, 2)];
    expect(blocksOf(mergeOne(compressible, settings)).map((block) => block.codec)).toEqual([CODEC_LZ4, CODEC_LZ4]);
    const random = [put('a', 100), put('b', 60_000)];
    expect(blocksOf(mergeOne(random, settings)).map((block) => block.codec)).toEqual([CODEC_NONE, CODEC_NONE]);
  });

  it('waits for room to compress in rather than not compress', () => {
    const entries = Array.from({ length: 500 }, (_, i) => put(String(i).padStart(8, '0'), 100, 2));
    const blocks = blocksOf(mergeOne(entries, { ...roomySettings, lz4: true, outBytes: 10_000 }));
    expect(blocks.filter((block) => block.codec !== CODEC_LZ4)).toEqual([]);
  });

  it('compresses what it can in a buffer that only just holds the payload', () => {
    const entry = put('a', 60_000, 2);
    const settings = { ...roomySettings, lz4: true, outBytes: 60_000 + 64 };
    expect(checkedEntries(mergeOne([entry], settings), settings)[0].value).toEqual(entry.value);
  });

  it('says when not even an empty buffer takes an entry or a partition', () => {
    const large = runMerge([{ memtable: [put('a', 10), put('b', 50_000)] }], { ...roomySettings, outBytes: 50_000 });
    expect(large).toMatchObject({ status: STATUS_TOO_LARGE, files: [] });
    const partition = runMerge([{ memtable: [put('a'.repeat(1000), 10)] }], { ...roomySettings, metaBytes: 1000 });
    expect(partition).toMatchObject({ status: STATUS_TOO_LARGE, files: [] });
  });

  it('counts up to 65535 entries of a block', () => {
    const entries = Array.from({ length: 70_000 }, (_, i) => put(i.toString(36).padStart(4, '0'), 0)).sort(compareEntries);
    const settings = { ...roomySettings, blockTarget: 2 ** 20, outBytes: 2 ** 21, metaBytes: 200_000 };
    const { files } = runMerge([{ memtable: entries }], settings, 1024);
    expect(checkedEntries(files[0], settings)).toHaveLength(70_000);
    expect(blocksOf(files[0])).toHaveLength(1);
  });

  it('takes the longest keys there are', () => {
    const keys = ['', 'x'.repeat(MAX_STORED_KEY - 1), 'x'.repeat(MAX_STORED_KEY), `${'x'.repeat(MAX_STORED_KEY - 1)}y`, 'z'];
    const entries = keys.map((key) => put(key, 100));
    const settings = { ...roomySettings, longestKey: MAX_STORED_KEY, metaBytes: 300_000 };
    expect(checkedEntries(mergeOne(entries, settings), settings)).toEqual(entries);
  });

  it('ends a file at a user key, though versions of one key fill many blocks', () => {
    const versions = Array.from({ length: 400 }, (_, i) => put('m', 100, 256, BigInt(1000 - i)));
    const settings = { ...roomySettings, fileTarget: 5000, readers: versions.map((version) => version.epoch).reverse() };
    const { files } = runMerge([{ memtable: [put('a', 10), ...versions, put('n', 10)] }], settings);
    expect(files.map((file) => checkedEntries(file, settings).length)).toEqual([401, 1]);
  });

  it('copies finished blocks to frames while there are some, the last of the stack first', () => {
    const entries = Array.from({ length: 200 }, (_, i) => put(String(i).padStart(8, '0'), i === 100 ? 9000 : 100));
    const settings = { ...roomySettings, frames: 3, warmedLimit: 4, lz4: true };
    const { files, statuses } = runMerge([{ memtable: entries }], settings);
    checkedEntries(files[0], settings);
    const { warmed } = files[0];
    expect(warmed.length).toBe(blocksOf(files[0]).length);
    expect(warmed.map((payload) => payload !== undefined).slice(0, 3)).toEqual([true, true, true]);
    expect(warmed.slice(3).every((payload) => payload === undefined)).toBe(true);
    expect(statuses.get(STATUS_FULL)).toBe(Math.ceil(warmed.length / 4) - 1);
  });

  it('returns after a slice, also where it drops version after version', () => {
    const versions = Array.from({ length: 1000 }, (_, i) => put('m', 10, 256, BigInt(5000 - i)));
    const { statuses, files, readEntries } = runMerge([{ memtable: versions }], { ...roomySettings, slice: 10 });
    expect(statuses.get(STATUS_SLICE)).toBe(99);
    expect(readEntries).toBe(1000);
    expect(files[0].entries).toBe(1);
  });
});

function put(key: string, valueLength: number, alphabet = 256, epoch = 7n): ReferenceEntry {
  const value = randomBytes(random, valueLength, alphabet);
  return { key: new TextEncoder().encode(key), epoch, kind: KIND_PUT, value, expiry: 0n, extension: undefined };
}

function mergeOne(memtable: readonly ReferenceEntry[], settings: MergeSettings): MergedFile {
  const { status, files } = runMerge([{ memtable }], settings);
  expect(status).toBe(STATUS_DONE);
  expect(files).toHaveLength(1);
  checkedEntries(files[0], settings);
  return files[0];
}

function blocksOf(file: MergedFile): DecodedBlock[] {
  const blocks: DecodedBlock[] = [];
  for (let offset = 0; offset < file.partitions.length;) {
    const { length, blockOffsets, dataEnd } = decodePartition(file.partitions, offset, file.id);
    blockOffsets.forEach((start, i) => blocks.push(decodeStoredBlock(file.data, start, blockOffsets.at(i + 1) ?? dataEnd, file.id)));
    offset += length;
  }
  return blocks;
}

function keysOfBlocks(file: MergedFile): string[] {
  return blocksOf(file).map(({ entries }) => entries.map(({ key }) => new TextDecoder().decode(key)).join(' '));
}
