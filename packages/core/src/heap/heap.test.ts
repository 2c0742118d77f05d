// Who owns which bytes of linear memory: stretches never overlap, and what is given back is there again, in one piece.

import { describe, expect, it } from 'vitest';
import { AssertionError, StorageError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { Heap } from './heap.ts';

const KIB = 1024;
const SEED = 20261121;

/** A heap in which everything but address 0 is free. */
const WHOLE = 64 * KIB - 64;

describe('a heap', () => {
  it('takes its budget at once, in whole pages, and never grows', () => {
    const heap = new Heap(64 * KIB + 1);
    expect(heap.memory.buffer.byteLength).toBe(128 * KIB);
    expect(() => heap.memory.grow(1)).toThrow(RangeError);
    expect(heap.bytes).toHaveLength(128 * KIB);
    expect(heap.u32).toHaveLength(32 * KIB);
    expect(heap.view.byteLength).toBe(128 * KIB);
  });

  it('never gives out address 0, which means "none"', () => {
    const heap = new Heap(64 * KIB);
    expect(heap.tryAllocate(WHOLE)).toBe(64);
    expect(heap.tryAllocate(1)).toBe(0);
    expect(() => heap.release(0)).toThrow(AssertionError);
  });

  it('rounds sizes up to 64 bytes, the size 0 too', () => {
    const heap = new Heap(64 * KIB);
    expect(heap.allocate(0, 'a test')).toBe(64);
    expect(heap.allocate(1, 'a test')).toBe(128);
    expect(heap.allocate(65, 'a test')).toBe(192);
    expect(heap.allocate(64, 'a test')).toBe(320);
    expect(heap.allocatedBytes).toBe(64 + 64 + 128 + 64);
  });

  it('gives the first stretch that is large enough', () => {
    const heap = new Heap(64 * KIB);
    const [a, , c] = [heap.allocate(64, 'a'), heap.allocate(64, 'b'), heap.allocate(256, 'c')];
    heap.allocate(64, 'd');
    heap.release(a);
    heap.release(c);
    expect(heap.tryAllocate(128)).toBe(c);
    expect(heap.tryAllocate(128)).toBe(c + 128);
    expect(heap.tryAllocate(64)).toBe(a);
  });

  it.each([
    ['ascending', [0, 1, 2]],
    ['descending', [2, 1, 0]],
    ['with the middle last', [0, 2, 1]],
    ['with the middle first', [1, 0, 2]],
  ])('joins neighbours that are released %s', (_, order) => {
    const heap = new Heap(64 * KIB);
    const addresses = [heap.allocate(64, 'a'), heap.allocate(128, 'b'), heap.allocate(WHOLE - 192, 'c')];
    expect(heap.largestFreeBytes).toBe(0);
    for (const i of order) heap.release(addresses[i]);
    expect(heap.largestFreeBytes).toBe(WHOLE);
    expect(heap.tryAllocate(WHOLE)).toBe(64);
  });

  it('says what there is no room for, and how much there is', () => {
    const heap = new Heap(64 * KIB);
    const run = (): number => heap.allocate(65 * KIB, 'the moon');
    expect(run).toThrow(StorageError);
    expect(run).toThrow(`no room in linear memory for the moon: open the database with a larger memoryBudgetBytes bytes=${65 * KIB}`);
    expect(run).toThrow(`largestFree=${WHOLE}`);
  });

  it('takes the end of a stretch back, and the rest later', () => {
    const heap = new Heap(64 * KIB);
    const address = heap.allocate(WHOLE, 'a test');
    heap.trim(address, 100);
    expect([heap.allocatedBytes, heap.largestFreeBytes]).toEqual([128, WHOLE - 128]);
    heap.trim(address, 128);
    expect(heap.allocatedBytes).toBe(128);
    for (const bytes of [0, 129]) expect(() => heap.trim(address, bytes)).toThrow(AssertionError);
    expect(() => heap.trim(address + 64, 64)).toThrow(AssertionError);
    expect(heap.tryAllocate(WHOLE - 128)).toBe(address + 128);
    heap.release(address + 128);
    heap.release(address);
    expect(heap.tryAllocate(WHOLE)).toBe(address);
  });

  it('takes nothing back twice, and nothing that it did not give', () => {
    const heap = new Heap(64 * KIB);
    const address = heap.allocate(128, 'a test');
    expect(() => heap.release(address + 64)).toThrow(AssertionError);
    heap.release(address);
    expect(() => heap.release(address)).toThrow(AssertionError);
    expect(heap.allocatedBytes).toBe(0);
  });

  it('keeps stretches apart and loses none of them, whatever the order', () => {
    const random = seededRandom(SEED);
    const heap = new Heap(64 * KIB);
    const owned: Stretch[] = [];
    let refused = 0;
    for (let step = 1; step < 4000; step++) {
      // Phases of filling and of emptying, so that memory is full of holes at times and whole at others.
      const fills = random.uint32() % 10 < (step % 1000 < 500 ? 7 : 3);
      if (!fills && owned.length > 0) heap.release(owned.splice(random.uint32() % owned.length, 1)[0].address);
      const size = fills ? 1 + (random.uint32() % 4096) : 0;
      const possible = fills && heap.largestFreeBytes >= rounded(size);
      const address = fills ? heap.tryAllocate(size) : 0;
      expect(address !== 0, `seed=${SEED} step=${step}`).toBe(possible);
      if (possible) owned.push({ address, size });
      else if (fills) refused++;
      expect(
        owned.slice(0, -1).some((other) => possible && overlap(other, owned.at(-1)!)),
        `seed=${SEED} step=${step}`,
      ).toBe(false);
      expect(heap.allocatedBytes, `seed=${SEED} step=${step}`).toBe(owned.reduce((sum, each) => sum + rounded(each.size), 0));
    }
    expect(refused).toBeGreaterThan(20);
    for (const { address } of owned) heap.release(address);
    expect(heap.largestFreeBytes).toBe(WHOLE);
  });
});

interface Stretch {
  readonly address: number;
  readonly size: number;
}

const rounded = (size: number): number => Math.ceil(size / 64) * 64;
const overlap = (a: Stretch, b: Stretch): boolean => a.address < b.address + b.size && b.address < a.address + a.size;
