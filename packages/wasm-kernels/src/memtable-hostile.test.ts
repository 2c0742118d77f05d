// Batches that contradict the format: refused, without a read or write outside, and without a trace behind the bad entry.

import { describe, expect, it } from 'vitest';
import {
  BATCH_CLIENT_BYTES,
  BATCH_COUNT,
  BATCH_FLAG_CLIENT,
  BATCH_FLAGS,
  BATCH_HEADER_BYTES,
  ENTRY_BACK,
  ENTRY_HEADER_BYTES,
  ENTRY_KEY_WORD,
  ENTRY_VALUE_LENGTH,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  KIND_DELETE,
  KIND_MERGE,
  KIND_POINTER,
  KIND_PUT,
  KIND_RANGE_DELETE,
  MAX_STORED_KEY,
  MEMTABLE_BYTES,
  MEMTABLE_COUNT,
  MEMTABLE_FLOOR,
} from './layout.ts';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';
import { encodeBatch } from './memtable-test-kit.ts';
import type { BatchEntry } from './memtable-test-kit.ts';
import { readTree } from './memtable-tree-test-kit.ts';

const SEED = 20261120;
const REFUSED = -1;
const MEMTABLE = 65_536;
const REGION_BYTES = 1 << 20;
const memory = createTestMemory(64);
const { kernels, view, bytes } = memory;

const ENTRIES: readonly BatchEntry[] = [
  { key: ascii('a'), value: ascii('plain') },
  { key: ascii('b'), value: ascii('with expiry'), expiry: 1234n },
  { key: ascii('c'), value: ascii('with extension'), extension: ascii('extension') },
  { key: ascii('d'), value: ascii('with both'), expiry: 1n, extension: ascii('!') },
  { key: ascii(''), kind: KIND_DELETE },
  { key: ascii('last'), value: ascii('bytes up to the end!') },
];

describe(`memtableInsert (random seed ${SEED})`, () => {
  it('takes every kind, every flag and the longest key', () => {
    for (const kind of [KIND_PUT, KIND_DELETE, KIND_POINTER, KIND_RANGE_DELETE, KIND_MERGE]) {
      expect(insert(encodeBatch(1n, [{ key: ascii('k'), kind }]).bytes)).toBe(1);
    }
    expect(insert(encodeBatch(1n, [{ key: new Uint8Array(MAX_STORED_KEY) }]).bytes)).toBe(1);
    for (const hasClient of [false, true]) expect(insert(encodeBatch(1n, ENTRIES, hasClient).bytes)).toBe(ENTRIES.length);
    expect(view.getUint32(MEMTABLE + MEMTABLE_COUNT, true)).toBe(ENTRIES.length);
  });

  it('refuses a payload that is cut or longer than its entries, and keeps what came before', () => {
    for (const hasClient of [false, true]) {
      const { bytes: whole, offsets } = encodeBatch(1n, ENTRIES, hasClient);
      for (let length = 0; length < whole.length; length++) {
        expect(insert(whole.subarray(0, length))).toBe(REFUSED);
        const ends = [...offsets.slice(1), whole.length];
        expect(readTree(memory, MEMTABLE).length).toBe(ends.filter((end) => end <= length).length);
      }
      for (const extra of [1, 4, 12, 64]) expect(insert(concatenate(whole, new Uint8Array(extra)))).toBe(REFUSED);
    }
  });

  it('refuses a count that is not the number of entries', () => {
    for (const count of [0, 1, ENTRIES.length - 1, ENTRIES.length + 1, 17, 0x7fffffff, 0xffffffff]) {
      expect(insert(changed((batch) => batch.setUint32(BATCH_COUNT, count, true)))).toBe(REFUSED);
      expect(readTree(memory, MEMTABLE).length).toBe(Math.min(count, ENTRIES.length));
    }
  });

  it('refuses flags of a batch that it does not know, with or without a client block', () => {
    for (const hasClient of [false, true]) {
      for (let bit = 1; bit < 32; bit++) {
        const { bytes: batch } = encodeBatch(1n, ENTRIES, hasClient);
        new DataView(batch.buffer).setUint32(BATCH_FLAGS, 2 ** bit + (hasClient ? BATCH_FLAG_CLIENT : 0), true);
        expect(insert(batch)).toBe(REFUSED);
        expect(readTree(memory, MEMTABLE)).toEqual([]);
      }
    }
  });

  it('refuses a client block that the payload has no room for', () => {
    for (const room of [0, 1, BATCH_CLIENT_BYTES - 1]) {
      const batch = new Uint8Array(BATCH_HEADER_BYTES + room);
      batch[BATCH_FLAGS] = 1;
      expect(insert(batch)).toBe(REFUSED);
    }
  });

  it('refuses an entry with a wrong field, wherever it stands, and keeps what came before', () => {
    const { offsets } = encodeBatch(1n, ENTRIES);
    for (const [index, entry] of offsets.entries()) {
      const wrong: [field: number, value: number][] = [
        ...[0, 4, entry - 4, entry + 4, entry + 1, 0xffffffff].map((back): [number, number] => [ENTRY_BACK, back]),
        ...[10_000, 0x7fffffff, 0xfffffff0, 0xffffffff].map((length): [number, number] => [ENTRY_VALUE_LENGTH, length]),
        ...keyWords(index).map((word): [number, number] => [ENTRY_KEY_WORD, word]),
      ];
      for (const [field, value] of wrong) {
        expect(insert(changed((batch) => batch.setUint32(entry + field, value, true)))).toBe(REFUSED);
        expect(readTree(memory, MEMTABLE).length).toBe(index);
      }
    }
  });

  it('refuses an extension that leaves the payload', () => {
    const { offsets } = encodeBatch(1n, ENTRIES);
    for (const [index, field] of [
      [2, offsets[2] + ENTRY_HEADER_BYTES],
      [3, offsets[3] + ENTRY_HEADER_BYTES + 8],
    ]) {
      for (const length of [200, 0x7fffffff, 0xfffffff0, 0xffffffff]) {
        expect(insert(changed((batch) => batch.setUint32(field, length, true)))).toBe(REFUSED);
        expect(readTree(memory, MEMTABLE).length).toBe(index);
      }
    }
  });

  it('refuses a key that is longer than the longest', () => {
    for (const length of [MAX_STORED_KEY + 1, 0xfffff]) {
      expect(insert(encodeBatch(1n, [{ key: new Uint8Array(length) }], false).bytes, 1.5 * 2 ** 20)).toBe(REFUSED);
    }
  });

  it('survives any bytes', () => {
    const random = randomNumbers(SEED);
    let taken = 0;
    for (let round = 0; round < 4000; round++) {
      const { bytes: batch, offsets } = encodeBatch(BigInt(random(3)), ENTRIES, random(2) === 0);
      for (let change = random(4); change >= 0; change--) {
        const at = random(3) ? offsets[random(offsets.length)] + random(ENTRY_HEADER_BYTES) : random(batch.length);
        batch[at] = random(2) ? random(256) : batch[at] ^ (1 << random(8));
      }
      const result = insert(batch);
      expect(result === REFUSED || result === new DataView(batch.buffer).getUint32(BATCH_COUNT, true)).toBe(true);
      expect(readTree(memory, MEMTABLE).length).toBeLessThanOrEqual(ENTRIES.length);
      if (result !== REFUSED) taken++;
      const noise = randomBytes(random, random(200));
      insert(noise);
      readTree(memory, MEMTABLE);
    }
    expect(taken).toBeGreaterThan(100);
  });
});

/** Words of key length, kind and flags that no entry may have, or not the one at this index. */
function keyWords(index: number): number[] {
  const keyLength = ENTRIES[index].key.length;
  const words = [0xfffff, 0x20000, MAX_STORED_KEY];
  for (let kind = KIND_MERGE + 1; kind < 16; kind++) words.push(keyLength + kind * 2 ** 20);
  for (let bit = 2; bit < 8; bit++) words.push(keyLength + 2 ** (24 + bit));
  words.push(keyLength + (FLAG_EXPIRY | FLAG_EXTENSION | 4) * 2 ** 24);
  return words;
}

/** A batch of all entries with something changed. */
function changed(change: (batch: DataView) => void): Uint8Array<ArrayBuffer> {
  const { bytes: batch } = encodeBatch(1n, ENTRIES);
  change(new DataView(batch.buffer));
  return batch;
}

/** Inserts a payload that ends where the memory ends into an empty memtable. Fails when anything but the memtable changes. */
function insert(payload: Uint8Array, regionBytes = REGION_BYTES): number {
  kernels.memtableInit(MEMTABLE, regionBytes);
  const region = view.getUint32(MEMTABLE + MEMTABLE_BYTES, true);
  const address = memory.putAtEnd(payload);
  const guards = [MEMTABLE - 64, MEMTABLE + region, address - 64];
  for (const guard of guards) bytes.fill(0xc3, guard, guard + 64);
  const result = kernels.memtableInsert(MEMTABLE, address, payload.length);
  expect(memory.take(address, payload.length)).toEqual(payload.slice());
  for (const guard of guards) expect(bytes.subarray(guard, guard + 64).every((byte) => byte === 0xc3)).toBe(true);
  expect(view.getUint32(MEMTABLE + MEMTABLE_FLOOR, true)).toBeGreaterThan(MEMTABLE);
  return result;
}

function concatenate(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
