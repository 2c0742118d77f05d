// The memtable against a sorted model: what the tree holds, how it is built, and what lookups find in it.

import { describe, expect, it } from 'vitest';
import { INNER_BYTES, LEAF_BYTES, NODE_SLOTS } from '../assembly/memtable-layout.ts';
import {
  BATCH_HEADER_BYTES,
  KIND_DELETE,
  KIND_MERGE,
  KIND_PUT,
  MEMTABLE_COUNT,
  MEMTABLE_FLOOR,
  MEMTABLE_HEADER_BYTES,
  MEMTABLE_HEIGHT,
  MEMTABLE_KEY_BYTES,
  MEMTABLE_LONGEST_KEY,
  MEMTABLE_MAX_EPOCH,
  MEMTABLE_MIN_EPOCH,
  MEMTABLE_TAIL,
} from './layout.ts';
import { randomBytes, randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { KEY_MAKERS } from './memtable-keys-test-kit.ts';
import type { KeyMaker } from './memtable-keys-test-kit.ts';
import { encodeBatch, regionBytes, TestMemtable } from './memtable-test-kit.ts';
import type { BatchEntry, ModelEntry } from './memtable-test-kit.ts';
import { compareInTree } from './memtable-tree-test-kit.ts';
import { newestVisible } from './reference-entry-test-kit.ts';

const SEED = 20261120;
const MAX_EPOCH = 2n ** 64n - 1n;
const MAX_EPOCHS = 12; // different ones in a test, so that keys meet at the same epoch

describe(`memtable (random seed ${SEED})`, () => {
  for (const [index, [shape, makeKey]] of [...KEY_MAKERS].entries()) {
    it(`holds what the model holds, keys: ${shape}`, () => {
      for (const [round, count] of [3, 61, 400, 1500].entries()) {
        const random = randomNumbers(SEED + index * 100 + round);
        const memtable = fill(random, makeKey, shape === 'long' ? Math.min(count, 150) : count);
        const expected = sorted(memtable);
        expect(memtable.tree()).toEqual(expected.map(({ address, key, epoch }) => ({ address, key, epoch })));
        expectFields(memtable, expected);
        expectLookups(memtable, expected, random, makeKey);
        expect(memtable.guarded.damage()).toBeUndefined();
      }
    });
  }

  it('grows to several levels and keeps full what is filled in order', () => {
    const orders: [nodeBytesAnEntry: number, order: (index: number) => number][] = [
      [15, (index) => index],
      [15, (index) => 20_000 - index],
      [27, (index) => (index * 7919) % 20_000],
    ];
    for (const [nodeBytesAnEntry, order] of orders) {
      const memtable = new TestMemtable(regionBytes(20_000, 32));
      const floor = memtable.field(MEMTABLE_FLOOR);
      for (let at = 0; at < 20_000; at += 500) {
        const keys = Array.from({ length: 500 }, (_, index) => String(order(at + index)).padStart(16, '0'));
        memtable.insert(
          1n,
          keys.map((key) => ({ key: new TextEncoder().encode(key) })),
        );
      }
      expect(memtable.tree().length).toBe(20_000);
      expect(memtable.field(MEMTABLE_HEIGHT)).toBe(2);
      expect((floor - memtable.field(MEMTABLE_FLOOR)) / 20_000).toBeLessThan(nodeBytesAnEntry);
    }
  });

  it('lets the later one of two entries with the same key and epoch take the place of the earlier one', () => {
    const memtable = new TestMemtable(65_536);
    const key = randomBytes(randomNumbers(SEED), 20);
    memtable.insert(7n, [{ key, value: new Uint8Array(50) }]);
    const first = memtable.get(key, 7n);
    memtable.insert(7n, [
      { key, kind: KIND_DELETE },
      { key, value: new Uint8Array(3), kind: KIND_MERGE },
    ]);
    expect(memtable.field(MEMTABLE_COUNT)).toBe(1);
    expect(memtable.field(MEMTABLE_KEY_BYTES)).toBe(key.length + 3);
    expect(memtable.get(key, 7n)).toBeGreaterThan(first);
    expect(memtable.tree()).toEqual([{ address: memtable.get(key, 7n), key, epoch: 7n }]);
    expect(memtable.get(key, 6n)).toBe(0);
  });

  it('finds the earlier one to replace even if its leaf is full and splits at it', () => {
    const keys = Array.from({ length: NODE_SLOTS }, (_, slot) => new Uint8Array([slot]));
    for (const key of keys) {
      const memtable = new TestMemtable(65_536);
      memtable.insert(
        1n,
        keys.map((one) => ({ key: one })),
      );
      memtable.insert(1n, [{ key }]);
      expect(memtable.tree().length).toBe(NODE_SLOTS);
    }
  });

  it('keeps the smallest and the largest epoch there are apart', () => {
    const memtable = new TestMemtable(65_536);
    const key = new Uint8Array([1, 2, 3]);
    for (const epoch of [MAX_EPOCH, 0n, 1n, MAX_EPOCH - 1n, MAX_EPOCH, 0n]) memtable.insert(epoch, [{ key }]);
    expect(memtable.tree().map(({ epoch }) => epoch)).toEqual([MAX_EPOCH, MAX_EPOCH - 1n, 1n, 0n]);
    expect(memtable.longField(MEMTABLE_MIN_EPOCH)).toBe(0n);
    expect(memtable.longField(MEMTABLE_MAX_EPOCH)).toBe(MAX_EPOCH);
    expect(memtable.get(key, MAX_EPOCH - 2n)).toBe(memtable.get(key, 1n));
  });

  it('is empty after its initialisation, whatever the region held before', () => {
    const memtable = new TestMemtable(65_536 + 40);
    const { kernels, bytes } = memtable.guarded.memory;
    bytes.fill(0xa5, memtable.address, memtable.address + 65_536 + 40);
    kernels.memtableInit(memtable.address, 65_536 + 40);
    expect(memtable.tree()).toEqual([]);
    expect(memtable.field(MEMTABLE_TAIL)).toBe(memtable.address + MEMTABLE_HEADER_BYTES);
    expect(memtable.longField(MEMTABLE_MIN_EPOCH)).toBe(MAX_EPOCH);
    expect(memtable.longField(MEMTABLE_MAX_EPOCH)).toBe(0n);
    for (const field of [MEMTABLE_COUNT, MEMTABLE_HEIGHT, MEMTABLE_KEY_BYTES, MEMTABLE_LONGEST_KEY]) expect(memtable.field(field)).toBe(0);
    for (const key of [new Uint8Array(0), new Uint8Array(9).fill(255)]) expect(memtable.get(key, MAX_EPOCH)).toBe(0);
    memtable.insert(1n, [{ key: new Uint8Array(0) }]);
    expect(memtable.tree().length).toBe(1);
  });

  it('takes a batch without entries', () => {
    const memtable = new TestMemtable(65_536);
    memtable.insert(5n, []);
    memtable.insert(5n, [], true);
    expect(memtable.tree()).toEqual([]);
    expect(memtable.longField(MEMTABLE_MAX_EPOCH)).toBe(0n);
  });
});

describe('memtableRoom', () => {
  it('promises enough even if every entry splits a leaf', () => {
    const memtable = new TestMemtable(1 << 20);
    const key = (leaf: number, slot: number) => new Uint8Array([leaf, slot, 1]);
    const leaves = 100;
    const kept = NODE_SLOTS - 1; // entries that arrive in order leave so many in each leaf
    const inOrder = Array.from({ length: leaves * kept }, (_, index) => ({ key: key(Math.floor(index / kept), index % kept) }));
    memtable.insert(1n, inOrder);
    const oneInEachLeaf = (slot: number) => Array.from({ length: leaves }, (_, leaf) => ({ key: key(leaf, slot) }));
    const before = memtable.field(MEMTABLE_FLOOR);
    memtable.insert(2n, oneInEachLeaf(5));
    expect(memtable.field(MEMTABLE_FLOOR)).toBe(before);
    memtable.insert(3n, oneInEachLeaf(5));
    const taken = before - memtable.field(MEMTABLE_FLOOR);
    expect(taken).toBeGreaterThanOrEqual(leaves * LEAF_BYTES);
    expect(taken).toBeLessThan(leaves * LEAF_BYTES + 8 * INNER_BYTES);
    expect(memtable.tree().length).toBe(leaves * (kept + 2));
  });

  it('promises little more than a leaf an entry, and never more than half full nodes take', () => {
    const random = randomNumbers(SEED);
    const memtable = fill(random, KEY_MAKERS.get('binary') as KeyMaker, 3000);
    const { kernels } = memtable.guarded.memory;
    const count = memtable.field(MEMTABLE_COUNT);
    expect(kernels.memtableRoom(memtable.address, 1)).toBeLessThanOrEqual(LEAF_BYTES + (count / 900 + 6) * INNER_BYTES);
    expect(kernels.memtableRoom(memtable.address, 100_000)).toBeLessThan((count + 100_000) * 29 + 8192);
  });

  it('answers with the largest number there is when a count is absurd', () => {
    const memtable = new TestMemtable(65_536);
    expect(memtable.guarded.memory.kernels.memtableRoom(memtable.address, 0xffffffff)).toBe(0x7fffffff);
  });

  it('asked for all entries at once is enough for all of their batches, whatever each of them asks for', () => {
    // Descending, as versions of one key come, each leaf stays half full.
    for (const step of [1, -1, 167, 4099]) {
      const entries = Array.from({ length: 8192 }, (_, i) => ({ key: new Uint8Array([((i * step) & 0xffff) >>> 8, (i * step) & 0xff]) }));
      const memtable = new TestMemtable(1 << 20);
      const { kernels } = memtable.guarded.memory;
      const empty = memtable.field(MEMTABLE_FLOOR);
      const promised = kernels.memtableRoom(memtable.address, entries.length);
      for (let at = 0; at < entries.length; at += 30) {
        const batch = entries.slice(at, at + 30);
        const taken = empty - memtable.field(MEMTABLE_FLOOR);
        expect(taken + kernels.memtableRoom(memtable.address, batch.length)).toBeLessThanOrEqual(promised);
        memtable.insert(BigInt(1 + at), batch);
      }
    }
  });

  it('is all that the smallest region needs', () => {
    for (let count = 1; count < 200; count++) {
      const entries = Array.from({ length: count }, (_, index) => ({ key: new Uint8Array([(index * 167) & 255]) }));
      const { bytes } = encodeBatch(1n, entries);
      const probe = new TestMemtable(65_536);
      const room = probe.guarded.memory.kernels.memtableRoom(probe.address, count);
      const taken = 65_536 - (probe.field(MEMTABLE_FLOOR) - probe.address);
      const records = MEMTABLE_HEADER_BYTES + 16 + BATCH_HEADER_BYTES + bytes.length;
      const memtable = new TestMemtable(Math.ceil((records + room + taken) / 64) * 64);
      memtable.insert(1n, entries);
      expect(memtable.tree().length).toBe(count);
      expect(memtable.guarded.damage()).toBeUndefined();
    }
  });
});

/** A memtable with `count` entries in batches of random sizes, at few epochs that come in any order. */
function fill(random: RandomNumbers, makeKey: KeyMaker, count: number): TestMemtable {
  const entries = Array.from({ length: count }, (_, index) => randomEntry(random, makeKey(random, index)));
  const longest = Math.max(...entries.map(({ key }) => key.length));
  const memtable = new TestMemtable(regionBytes(count, 12 + 8 + 24 + longest + 64));
  for (let at = 0; at < count;) {
    const size = 1 + random(random(2) ? 4 : 120);
    memtable.insert(BigInt(1 + random(MAX_EPOCHS)), entries.slice(at, at + size), random(3) === 0);
    at += size;
  }
  return memtable;
}

/** Half of the values go on as the key ends: bytes behind a key must not be taken for the key's. */
function randomEntry(random: RandomNumbers, key: Uint8Array<ArrayBuffer>): BatchEntry {
  return {
    key,
    value: random(2) ? randomBytes(random, random(20)) : new Uint8Array(random(60)).fill(key.at(-1) ?? 0),
    kind: random(2) ? KIND_PUT : random(KIND_MERGE + 1),
    expiry: random(4) ? 0n : BigInt(1 + random(1000)),
    extension: random(5) ? undefined : randomBytes(random, random(20)),
  };
}

/** The model in tree order. */
function sorted(memtable: TestMemtable): ModelEntry[] {
  return memtable.model.sort(compareInTree);
}

function expectFields(memtable: TestMemtable, expected: readonly ModelEntry[]): void {
  const epochs = expected.map(({ epoch }) => Number(epoch));
  expect(memtable.field(MEMTABLE_COUNT)).toBe(expected.length);
  expect(memtable.longField(MEMTABLE_MIN_EPOCH)).toBe(BigInt(Math.min(...epochs)));
  expect(memtable.longField(MEMTABLE_MAX_EPOCH)).toBe(BigInt(Math.max(...epochs)));
  expect(memtable.field(MEMTABLE_LONGEST_KEY)).toBe(Math.max(...expected.map(({ key }) => key.length)));
  expect(memtable.field(MEMTABLE_KEY_BYTES)).toBe(expected.reduce((sum, { key, valueLength }) => sum + key.length + valueLength, 0));
}

/** Looks keys that are there and neighbours of theirs up, at every epoch. */
function expectLookups(memtable: TestMemtable, expected: readonly ModelEntry[], random: RandomNumbers, makeKey: KeyMaker): void {
  for (let probe = 0; probe < 40; probe++) {
    const present = expected[random(expected.length)].key;
    for (const key of [present, makeKey(random, random(2000)), neighbour(random, present)]) {
      for (let epoch = 0n; epoch <= MAX_EPOCHS; epoch++) expectLookup(memtable, expected, key, epoch);
      expectLookup(memtable, expected, key, MAX_EPOCH);
    }
  }
}

function expectLookup(memtable: TestMemtable, expected: readonly ModelEntry[], key: Uint8Array<ArrayBuffer>, epoch: bigint): void {
  const found = newestVisible(expected as never, key, epoch) as ModelEntry | undefined;
  expect(memtable.get(key, epoch)).toBe(found?.address ?? 0);
}

/** A key that is shorter, longer or different in one byte. */
function neighbour(random: RandomNumbers, key: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const longer = new Uint8Array(Math.min(key.length + 1 + random(9), 65_539));
  longer.set(key);
  if (random(3) === 0) return longer;
  if (random(2)) return key.slice(0, random(key.length + 1));
  longer[random(longer.length)] += 1;
  return longer.slice(0, key.length);
}
