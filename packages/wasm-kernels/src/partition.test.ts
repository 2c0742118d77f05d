// Partitions and top indexes are accepted as docs/FORMAT.md draws them and in no other form.

import { describe, expect, it } from 'vitest';
import { GuardedMemory } from './guarded-memory-test-kit.ts';
import {
  EPOCH_IN_SEPARATOR,
  PARTITION_COUNT,
  PARTITION_DATA_END,
  PARTITION_FILTER,
  PARTITION_FILTER_LINES,
  PARTITION_HEADER_BYTES,
  PARTITION_LENGTH,
  PARTITION_PREFIX,
  TOP_COUNT,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_LONGEST_KEY,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TOP_PREFIX,
  TOP_RESIDENCY,
  TOP_SEPARATOR_END,
} from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { encodeSst } from './reference-encoder-test-kit.ts';
import type { EncodedSst } from './reference-encoder-test-kit.ts';
import { encodePartition, sealPartition } from './reference-index-test-kit.ts';
import { KEY_SHAPES, randomEntries, randomKeys } from './reading-entries-test-kit.ts';
import type { KeyShape } from './reading-entries-test-kit.ts';

const SEED = 20261124;
const ID = { term: 0xf0000001, counter: 0xe0000002 };

const guarded = new GuardedMemory(40);
const { kernels, putAtEnd } = guarded.memory;

interface Piece {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly offset: number;
}

type Lie = readonly [name: string, lie: (view: DataView, image: Uint8Array) => void];

describe(`partitionCheck (random seed ${SEED})`, () => {
  it('accepts partitions of keys of every shape, where they belong', () => {
    for (const [index, shape] of KEY_SHAPES.entries()) {
      for (const { image, offset } of partitionsOf(encode(randomNumbers(SEED + index), shape))) {
        expect(check(image, offset)).toBe(1);
        expect(check(image, offset + 64)).toBe(0);
        expect(kernels.partitionCheck(putAtEnd(image), image.length, ID.term ^ 1, ID.counter, offset)).toBe(0);
        expect(kernels.partitionCheck(putAtEnd(image), image.length, ID.term, ID.counter ^ 1, offset)).toBe(0);
      }
    }
  });

  it('leaves the image as it was', () => {
    const { image, offset } = partitionsOf(encode(randomNumbers(SEED), 'paths'))[0];
    const address = putAtEnd(image);
    kernels.partitionCheck(address, image.length, ID.term, ID.counter, offset);
    expect(guarded.memory.take(address, image.length)).toEqual(image);
  });

  it('refuses every partition with a flipped bit and every truncated partition', () => {
    const { image, offset } = partitionsOf(encode(randomNumbers(SEED), 'binary'))[0];
    for (let bit = 0; bit < image.length * 8; bit++) {
      const flipped = image.slice();
      flipped[bit >> 3] ^= 1 << (bit & 7);
      expect(check(flipped, offset), `bit=${bit}`).toBe(0);
    }
    for (let length = 0; length < image.length; length++) expect(check(image.slice(0, length), offset), `length=${length}`).toBe(0);
  });

  it('refuses partitions that contradict themselves, though their checksum is right', () => {
    const { image, offset } = partitionsOf(encode(randomNumbers(SEED), 'paths'))[0];
    const original = new DataView(image.buffer);
    const count = original.getUint32(PARTITION_COUNT, true);
    const slots = PARTITION_HEADER_BYTES + count * 8;
    const ends = slots + count * 8;
    const separators = ends + count * 4;
    expect(count).toBeGreaterThan(2);
    const lies: Lie[] = [
      ['no block', (view) => view.setUint32(PARTITION_COUNT, 0, true)],
      ['a block more', (view) => view.setUint32(PARTITION_COUNT, count + 1, true)],
      ['blocks beyond the partition', (view) => view.setUint32(PARTITION_COUNT, 0x0ccccccd, true)],
      ['a longer prefix', (view) => view.setUint32(PARTITION_PREFIX, original.getUint32(PARTITION_PREFIX, true) + 1, true)],
      ['the longest prefix', (view) => view.setUint32(PARTITION_PREFIX, 0xffffffff, true)],
      ['a filter at no multiple of 64', (view) => view.setUint32(PARTITION_FILTER, original.getUint32(PARTITION_FILTER, true) + 32, true)],
      ['a filter among the slots', (view) => view.setUint32(PARTITION_FILTER, 64, true)],
      ['a filter line more', (view) => view.setUint32(PARTITION_FILTER_LINES, original.getUint32(PARTITION_FILTER_LINES, true) + 1, true)],
      ['filter lines that wrap around', (view) => view.setUint32(PARTITION_FILTER_LINES, 0x04000000, true)],
      ['another length', (view) => view.setUint32(PARTITION_LENGTH, image.length + 64, true)],
      ['an end before the last block', (view) => view.setUint32(PARTITION_DATA_END, 0, true)],
      ['a block without bytes', (view) => view.setUint32(slots + 8, view.getUint32(slots, true), true)],
      ['blocks that do not ascend', (view) => view.setUint32(slots, view.getUint32(slots + 8, true) + 1, true)],
      ['a residency word', (view) => view.setUint32(slots + 4, 64, true)],
      ['a smaller window', (view) => view.setUint32(PARTITION_HEADER_BYTES + 8, 0, true)],
      ['a separator behind the others', (view) => view.setUint32(ends, original.getUint32(PARTITION_FILTER, true) + 1, true)],
      ['separators that do not ascend', (view) => view.setUint32(ends + 4, 0, true)],
      ['an epoch that is not there', (view) => view.setUint32(ends, (original.getUint32(ends, true) ^ EPOCH_IN_SEPARATOR) >>> 0, true)],
      ['another first byte in one separator', (_view, bytes) => (bytes[separators] ^= 1)],
    ];
    for (const [name, lie] of lies) {
      const lying = image.slice();
      lie(new DataView(lying.buffer), lying);
      expect(check(sealPartition(lying, ID, offset), offset), name).toBe(0);
    }
  });

  it('refuses a partition whose separators do not ascend, though each has its window', () => {
    const { blocks } = encode(randomNumbers(SEED), 'decimal');
    const [first, second] = blocks;
    const swapped = [
      { ...first, separator: second.separator },
      { ...second, separator: first.separator },
    ];
    expect(check(encodePartition([first, second], ID, 0), 0)).toBe(1);
    expect(check(encodePartition(swapped, ID, 0), 0)).toBe(0);
  });
});

describe(`topCheck (random seed ${SEED})`, () => {
  it('accepts top indexes of keys of every shape', () => {
    for (const [index, shape] of KEY_SHAPES.entries()) {
      const { top } = encode(randomNumbers(SEED + index), shape);
      expect(kernels.topCheck(putAtEnd(top), top.length)).toBe(1);
    }
  });

  it('refuses truncated top indexes', () => {
    const { top } = encode(randomNumbers(SEED), 'paths');
    for (let length = 0; length < top.length; length++) {
      expect(kernels.topCheck(putAtEnd(top.slice(0, length)), length), `length=${length}`).toBe(0);
    }
  });

  it('refuses top indexes that contradict themselves', () => {
    const { top } = encode(randomNumbers(SEED), 'paths');
    const original = new DataView(top.buffer);
    const count = original.getUint32(TOP_COUNT, true);
    const second = TOP_HEADER_BYTES + TOP_ENTRY_BYTES;
    expect(count).toBeGreaterThan(2);
    const lies: Lie[] = [
      ['no partition', (view) => view.setUint32(TOP_COUNT, 0, true)],
      ['a partition more', (view) => view.setUint32(TOP_COUNT, count + 1, true)],
      ['partitions beyond the top index', (view) => view.setUint32(TOP_COUNT, 0x0aaaaaab, true)],
      ['a longer prefix', (view) => view.setUint32(TOP_PREFIX, original.getUint32(TOP_PREFIX, true) + 1, true)],
      ['a key longer than keys are', (view) => view.setUint32(TOP_LONGEST_KEY, 65_540, true)],
      [
        'partitions that overlap',
        (view) => view.setUint32(second + TOP_META_OFFSET, original.getUint32(second + TOP_META_OFFSET, true) - 1, true),
      ],
      ['a partition without bytes', (view) => view.setUint32(second + TOP_META_LENGTH, PARTITION_HEADER_BYTES, true)],
      [
        'a partition beyond 4 GiB',
        (view) => view.setUint32(TOP_HEADER_BYTES + count * TOP_ENTRY_BYTES - TOP_ENTRY_BYTES + TOP_META_LENGTH, 0xffffffff, true),
      ],
      ['a residency word', (view) => view.setUint32(second + TOP_RESIDENCY, 64, true)],
      ['a smaller window', (view) => view.setUint32(second, 0, true)],
      ['a separator behind the others', (view) => view.setUint32(second + TOP_SEPARATOR_END, top.length, true)],
      ['separators that do not ascend', (view) => view.setUint32(second + TOP_SEPARATOR_END, 0, true)],
      ['another first byte in one separator', (_view, bytes) => (bytes[TOP_HEADER_BYTES + count * TOP_ENTRY_BYTES] ^= 1)],
    ];
    for (const [name, lie] of lies) {
      const lying = top.slice();
      lie(new DataView(lying.buffer), lying);
      expect(kernels.topCheck(putAtEnd(lying), lying.length), name).toBe(0);
    }
  });
});

function encode(random: RandomNumbers, shape: KeyShape): EncodedSst {
  const entries = randomEntries(randomKeys(random, shape, shape === 'long' ? 30 : 300), { random, usual: 2, many: 30, valueBytes: 40 });
  return encodeSst(entries, { id: ID, blockTarget: 300, partitionTarget: 500, lz4: false, shortSeparators: true });
}

function partitionsOf({ top, meta, partitionsOffset }: EncodedSst): Piece[] {
  const view = new DataView(top.buffer);
  return Array.from({ length: view.getUint32(TOP_COUNT, true) }, (_, index) => {
    const entry = TOP_HEADER_BYTES + index * TOP_ENTRY_BYTES;
    const offset = view.getUint32(entry + TOP_META_OFFSET, true);
    return { image: meta.slice(offset, offset + view.getUint32(entry + TOP_META_LENGTH, true)), offset: offset - partitionsOffset };
  });
}

/** Checks a partition that lies where the memory ends. */
function check(image: Uint8Array, offset: number): number {
  return kernels.partitionCheck(putAtEnd(image), image.length, ID.term, ID.counter, offset);
}
