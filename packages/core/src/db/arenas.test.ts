// Regions of memtables: two of them, kept warm, and more only while a recovery is being flushed.

import { instantiate } from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';
import { Arenas } from './arenas.ts';

const BYTES = 64 * 1024;

/** A heap with room for so many regions, and a little more. */
function setUp(regions: number) {
  const heap = new Heap(regions * BYTES + 32 * 1024);
  const kernels = instantiate(heap.memory);
  const arenas = new Arenas(heap, kernels, BYTES);
  return {
    heap,
    arenas,
    /** A memtable of a recovery, in a region that was allocated without asking. */
    recovered: (bytes = BYTES): Memtable => new Memtable(heap, kernels, heap.allocate(bytes, 'a recovery'), bytes, 1),
  };
}

describe('regions of memtables', () => {
  it('hold a segment of log that leaves room for the tree', () => {
    const { arenas } = setUp(2);
    expect(arenas.segmentBytes).toBe(BYTES - 4096);
    const memtable = arenas.take(7);
    expect([memtable.firstSegment, memtable.bytes, memtable.count, memtable.pins]).toEqual([7, BYTES, 0, 0]);
    expect(memtable.freeBytes).toBeGreaterThan(arenas.segmentBytes - 4096);
  });

  it('are two: a third memtable has to wait for one of them', () => {
    const { arenas } = setUp(2);
    arenas.take(1);
    expect(arenas.available).toBe(true);
    const second = arenas.take(2);
    expect(arenas.available).toBe(false);
    expect(() => arenas.take(3)).toThrow('no room in linear memory for a memtable');
    arenas.give(second);
    expect(arenas.available).toBe(true);
    expect(arenas.take(3).address).toBe(second.address);
  });

  it('are kept for the next memtable, which begins empty', () => {
    const { arenas, heap } = setUp(4);
    const [first, second] = [arenas.take(1), arenas.take(2)];
    first.tail += 100;
    const allocated = heap.allocatedBytes;
    arenas.give(first);
    expect(heap.allocatedBytes).toBe(allocated);
    const next = arenas.take(3);
    expect([next.address, next.tail]).toEqual([first.address, next.arena]);
    arenas.give(next);
    arenas.give(second);
    // One that is spare is enough.
    expect(heap.allocatedBytes).toBe(allocated - BYTES);
  });

  it('are held ready at open, before others take the memory', () => {
    const { arenas, heap } = setUp(2);
    arenas.take(1);
    arenas.adopt(0);
    heap.allocate(heap.largestFreeBytes, 'somebody else');
    expect(arenas.available).toBe(true);
    arenas.take(2);
    expect(arenas.available).toBe(false);
  });

  it('of a recovery count, and there are two again once they are flushed', () => {
    const { arenas, heap, recovered } = setUp(4);
    const old = [recovered(), recovered()];
    arenas.take(3);
    arenas.adopt(2);
    expect(arenas.available).toBe(false);
    heap.allocate(heap.largestFreeBytes, 'somebody else');
    arenas.give(old[1]);
    expect(arenas.take(4).address).toBe(old[1].address);
    expect(arenas.available).toBe(false);
    arenas.give(old[0]);
    expect(arenas.available).toBe(true);
  });

  it('of a recovery may be larger: what is more than usual goes back to the heap', () => {
    const { arenas, heap, recovered } = setUp(5);
    const [large, other] = [recovered(2 * BYTES), recovered(2 * BYTES)];
    arenas.adopt(2);
    const before = heap.allocatedBytes;
    arenas.give(large);
    expect(heap.allocatedBytes).toBe(before - BYTES);
    arenas.give(other);
    expect(heap.allocatedBytes).toBe(before - 3 * BYTES);
    const next = arenas.take(4);
    expect([next.address, next.bytes]).toEqual([large.address, BYTES]);
  });
});
