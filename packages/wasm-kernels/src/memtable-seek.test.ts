// Cursors over a memtable against positions in a sorted array.

import { describe, expect, it } from 'vitest';
import { NODE_ENTRIES } from '../assembly/memtable-layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { KEY_MAKERS } from './memtable-keys-test-kit.ts';
import { regionBytes, TestMemtable } from './memtable-test-kit.ts';
import { compareInTree } from './memtable-tree-test-kit.ts';
import type { TreeEntry } from './memtable-tree-test-kit.ts';

const SEED = 20261121;
const MAX_EPOCH = 2n ** 64n - 1n;
const CURSOR = 1024;
const CURSOR_LEAF = 0;
const CURSOR_SLOT = 4;

describe(`memtable cursors (random seed ${SEED})`, () => {
  it('pass all entries in order, and back, and stay nowhere behind the end', () => {
    for (const [shape, makeKey] of KEY_MAKERS) {
      for (const count of [1, 60, 61, 700]) {
        const { memtable, entries } = fill(shape, makeKey, shape === 'long' ? Math.min(count, 90) : count);
        const { kernels } = memtable.guarded.memory;
        const addresses = entries.map(({ address }) => address);
        kernels.memtableFirst(memtable.address, CURSOR);
        expect(walk(memtable, kernels.memtableNext)).toEqual(addresses);
        kernels.memtableNext(CURSOR);
        kernels.memtablePrevious(CURSOR);
        expect(entryUnderCursor(memtable)).toBe(0);
        kernels.memtableLast(memtable.address, CURSOR);
        expect(walk(memtable, kernels.memtablePrevious)).toEqual(addresses.reverse());
        kernels.memtablePrevious(CURSOR);
        kernels.memtableNext(CURSOR);
        expect(entryUnderCursor(memtable)).toBe(0);
      }
    }
  });

  it('turn around anywhere', () => {
    const { memtable, entries } = fill('paths', makerOf('paths'), 500);
    const { kernels } = memtable.guarded.memory;
    const random = randomNumbers(SEED);
    kernels.memtableFirst(memtable.address, CURSOR);
    let at = 0;
    for (let step = 0; step < 5000; step++) {
      const isForward = at === 0 || (at < entries.length - 1 && random(2) === 1);
      at += isForward ? 1 : -1;
      if (isForward) kernels.memtableNext(CURSOR);
      else kernels.memtablePrevious(CURSOR);
      expect(entryUnderCursor(memtable)).toBe(entries[at].address);
    }
  });

  it('are put on the first entry at or after a place, or the last one before it', () => {
    for (const [shape, makeKey] of KEY_MAKERS) {
      const { memtable, entries } = fill(shape, makeKey, shape === 'long' ? 90 : 400);
      const random = randomNumbers(SEED + 1);
      for (let probe = 0; probe < 300; probe++) {
        const entry = entries[random(entries.length)];
        const key = probe % 3 ? entry.key : probe % 2 ? makeKey(random, random(800)) : entry.key.slice(0, random(entry.key.length + 1));
        for (const epoch of [entry.epoch - 1n, entry.epoch, entry.epoch + 1n, 0n, MAX_EPOCH]) {
          expect(seek(memtable, key, epoch)).toEqual(neighbours(entries, key, epoch));
        }
      }
    }
  });

  it('stand nowhere in an empty memtable', () => {
    const memtable = new TestMemtable(65_536);
    const { kernels } = memtable.guarded.memory;
    const key = memtable.placeKey(new Uint8Array(3));
    const moves = [
      () => kernels.memtableFirst(memtable.address, CURSOR),
      () => kernels.memtableLast(memtable.address, CURSOR),
      () => kernels.memtableSeekGe(memtable.address, key, 3, 0n, CURSOR),
      () => kernels.memtableSeekLt(memtable.address, key, 3, 0n, CURSOR),
    ];
    for (const move of moves) {
      memtable.guarded.memory.bytes.fill(0xff, CURSOR, CURSOR + 8);
      move();
      expect(memtable.guarded.memory.view.getUint32(CURSOR + CURSOR_LEAF, true)).toBe(0);
    }
  });
});

/** A memtable with keys of a shape at a few epochs above 0, and its entries in order. */
function fill(shape: string, makeKey: ReturnType<typeof makerOf>, count: number) {
  const random = randomNumbers(SEED + count);
  const keys = Array.from({ length: count }, (_, index) => makeKey(random, index));
  const memtable = new TestMemtable(regionBytes(count, 40 + Math.max(...keys.map((key) => key.length))));
  for (const key of keys) memtable.insert(BigInt(1 + random(shape === 'one' ? 2000 : 5)), [{ key }]);
  return { memtable, entries: memtable.model.sort(compareInTree) };
}

function makerOf(shape: string) {
  const makeKey = KEY_MAKERS.get(shape);
  if (!makeKey) throw new Error(`no such shape shape=${shape}`);
  return makeKey;
}

/** Addresses of the entries from the cursor on until it stands nowhere. */
function walk(memtable: TestMemtable, step: (cursor: number) => void): number[] {
  const addresses: number[] = [];
  for (let entry = entryUnderCursor(memtable); entry; entry = entryUnderCursor(memtable)) {
    addresses.push(entry);
    step(CURSOR);
  }
  return addresses;
}

/** What the two ways to seek find. */
function seek(memtable: TestMemtable, key: Uint8Array<ArrayBuffer>, epoch: bigint) {
  const { kernels } = memtable.guarded.memory;
  const address = memtable.placeKey(key);
  kernels.memtableSeekGe(memtable.address, address, key.length, epoch, CURSOR);
  const atOrAfter = entryUnderCursor(memtable);
  kernels.memtableSeekLt(memtable.address, address, key.length, epoch, CURSOR);
  return { atOrAfter, before: entryUnderCursor(memtable) };
}

/** What they should find. */
function neighbours(entries: readonly TreeEntry[], key: Uint8Array<ArrayBuffer>, epoch: bigint) {
  const at = entries.findIndex((entry) => compareInTree(entry, { address: 0, key, epoch }) >= 0);
  const position = at < 0 ? entries.length : at;
  return { atOrAfter: entries[position]?.address ?? 0, before: entries[position - 1]?.address ?? 0 };
}

/** Address of the entry under the cursor, 0 when it stands nowhere. */
function entryUnderCursor(memtable: TestMemtable): number {
  const { view } = memtable.guarded.memory;
  const leaf = view.getUint32(CURSOR + CURSOR_LEAF, true);
  return leaf && view.getUint32(leaf + NODE_ENTRIES + view.getUint32(CURSOR + CURSOR_SLOT, true) * 4, true);
}
