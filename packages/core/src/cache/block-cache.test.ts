// Frames and who may take them away: residency words always tell the truth, pins hold, and CLOCK takes what was not used.

import {
  FRAME_LENGTH,
  FRAME_PINS,
  FRAME_TOUCHED,
  PARTITION_COUNT,
  PARTITION_HEADER_BYTES,
  SLOT_BYTES,
  SLOT_RESIDENCY,
} from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import { Heap } from '../heap/heap.ts';
import { BlockCache } from './block-cache.ts';

const SEED = 20261121;
const FRAMES = 16;
const PAYLOAD = 256;
/** So many turns of the hand, and partitions that nobody uses are gone. */
const MANY_TURNS = 40;
const LARGE = 1024;
const LARGE_LIMIT = 4 * LARGE;

/** A cache of 16 frames, room for four large blocks, and residency words for whoever has no partition. */
function setUp() {
  const heap = new Heap(256 * 1024);
  const words = heap.allocate(4096, 'residency words');
  heap.bytes.fill(0, words, words + 4096);
  const before = heap.allocatedBytes;
  const cache = new BlockCache(heap, PAYLOAD, 0, LARGE_LIMIT);
  let nextWord = words;
  const word = (address: number, offset = 0): number => heap.u32[(address + offset) >>> 2];
  return {
    heap,
    cache,
    before,
    word,
    newSlot: (): number => (nextWord += 4),
    set: (address: number, value: number): void => void (heap.u32[address >>> 2] = value),
    /** A resident block: its residency word. */
    block(slot: number, length = 100): number {
      cache.bind(cache.take(length), slot, 'block');
      return slot;
    },
    /** A resident partition of `count` blocks that are not resident: its address. */
    partition(slot: number, count: number, length = 100): number {
      const payload = cache.take(length);
      heap.bytes.fill(0, payload, payload + length);
      heap.u32[(payload + PARTITION_COUNT) >>> 2] = count;
      cache.bind(payload, slot, 'partition');
      return payload;
    },
  };
}

/** Residency word of a partition's block. */
const slotOf = (partition: number, count: number, i: number): number =>
  partition + PARTITION_HEADER_BYTES + count * 8 + i * SLOT_BYTES + SLOT_RESIDENCY;

describe('frames of the block cache', () => {
  it('are at least 16, on addresses that are multiples of 64, and apart', () => {
    const { cache } = setUp();
    expect(cache.capacityFrames).toBe(FRAMES);
    expect(cache.framePayloadBytes).toBe(PAYLOAD);
    const taken = Array.from({ length: FRAMES }, () => cache.take(PAYLOAD)).sort((a, b) => a - b);
    expect(taken.every((address) => address % 64 === 0)).toBe(true);
    for (let i = 1; i < FRAMES; i++) expect(taken[i] - taken[i - 1]).toBeGreaterThanOrEqual(PAYLOAD + 64);
    expect(cache.usedFrames).toBe(FRAMES);
  });

  it('begin unpinned, touched, with their length, and bound to nothing', () => {
    const { cache, word, heap } = setUp();
    const payload = cache.take(77);
    heap.bytes.fill(0xff, payload - 64, payload);
    cache.free(payload);
    expect(cache.take(99)).toBe(payload);
    expect([word(payload, FRAME_PINS), word(payload, FRAME_LENGTH), word(payload, FRAME_TOUCHED)]).toEqual([0, 99, 1]);
  });

  it('are used again last in, first out', () => {
    const { cache } = setUp();
    const [a, b] = [cache.take(1), cache.take(1)];
    cache.free(a);
    cache.free(b);
    expect(cache.usedFrames).toBe(0);
    expect([cache.take(1), cache.take(1)]).toEqual([b, a]);
  });

  it('are evicted when no other is left, the ones first that were not touched, and their residency words say so', () => {
    const { cache, word, set, newSlot, block } = setUp();
    const slots = Array.from({ length: FRAMES }, () => block(newSlot()));
    const kept = slots.filter((_, i) => i !== 5);
    set(word(slots[5]) + FRAME_TOUCHED, 0);
    const frame = word(slots[5]);
    expect(cache.take(1)).toBe(frame);
    expect(word(slots[5])).toBe(0);
    expect(kept.every((slot) => word(slot) !== 0)).toBe(true);
    expect(cache.evictions).toBe(1);
  });

  it('are taken even when all were touched, since a turn of the hand takes the marks away', () => {
    const { cache, word, newSlot, block } = setUp();
    const slots = Array.from({ length: FRAMES }, () => block(newSlot()));
    cache.take(1);
    expect(slots.filter((slot) => word(slot) === 0)).toHaveLength(1);
    expect(slots.filter((slot) => word(slot) !== 0 && word(word(slot), FRAME_TOUCHED) === 0)).toHaveLength(FRAMES - 1);
  });

  it('are never taken while they are pinned or belong to somebody who fills them', () => {
    const { cache, word, set, newSlot, block } = setUp();
    const free = block(newSlot());
    const pinned = Array.from({ length: FRAMES - 2 }, () => block(newSlot()));
    for (const slot of pinned) set(word(slot) + FRAME_PINS, 1);
    cache.take(1);
    const frame = word(free);
    expect(cache.take(1)).toBe(frame);
    const run = (): number => cache.take(1);
    expect(run).toThrow(StorageError);
    expect(run).toThrow('every frame of the block cache is in use');
    expect(pinned.every((slot) => word(slot) !== 0)).toBe(true);
  });
});

describe('partitions in the block cache', () => {
  it('take their blocks along when they are evicted, because the residency words of those go with them', () => {
    const { cache, word, set, newSlot, block, partition } = setUp();
    const slot = newSlot();
    const owner = partition(slot, 2);
    const blocks = [block(slotOf(owner, 2, 0)), block(slotOf(owner, 2, 1), LARGE)].map((at) => word(at));
    const others = Array.from({ length: FRAMES - 2 }, () => block(newSlot()));
    for (const other of others) set(word(other) + FRAME_PINS, 1);
    set(blocks[0] + FRAME_TOUCHED, 1);
    set(owner + FRAME_TOUCHED, 0);
    expect(cache.take(1)).toBe(owner);
    expect(word(slot)).toBe(0);
    expect(cache.take(1)).toBe(blocks[0]);
    expect(cache.evictions).toBe(3);
  });

  it('stay while one of their blocks is pinned', () => {
    const { word, set, newSlot, block, partition } = setUp();
    const slot = newSlot();
    const owner = partition(slot, 2);
    block(slotOf(owner, 2, 1));
    set(word(slotOf(owner, 2, 1)) + FRAME_PINS, 1);
    for (let i = 0; i < MANY_TURNS * FRAMES; i++) block(newSlot());
    expect(word(slot)).toBe(owner);
    expect(word(slotOf(owner, 2, 1))).not.toBe(0);
  });

  it('outlive blocks by many turns of the hand, but not for ever', () => {
    const { word, newSlot, block, partition } = setUp();
    const slots = Array.from({ length: FRAMES / 2 }, () => newSlot());
    for (const slot of slots) partition(slot, 0);
    for (let i = 0; i < 2 * FRAMES; i++) block(newSlot());
    expect(slots.filter((slot) => word(slot) !== 0)).toHaveLength(FRAMES / 2);
    for (let i = 0; i < MANY_TURNS * FRAMES; i++) block(newSlot());
    expect(slots.filter((slot) => word(slot) !== 0)).toEqual([]);
  });

  it('are dropped with their blocks', () => {
    const { cache, word, newSlot, block, partition, heap, before } = setUp();
    const fixed = heap.allocatedBytes - before;
    const slot = newSlot();
    const owner = partition(slot, 3);
    block(slotOf(owner, 3, 0));
    block(slotOf(owner, 3, 2), LARGE);
    cache.drop(owner);
    expect(word(slot)).toBe(0);
    expect(cache.usedFrames).toBe(0);
    expect(heap.allocatedBytes - before).toBe(fixed);
  });
});

describe('payloads larger than a frame', () => {
  it('have stretches of the heap, which go back to it', () => {
    const { cache, heap } = setUp();
    const before = heap.allocatedBytes;
    const payload = cache.take(LARGE);
    expect(payload % 64).toBe(0);
    expect(heap.allocatedBytes).toBe(before + LARGE + 64);
    expect(cache.usedFrames).toBe(0);
    cache.free(payload);
    expect(heap.allocatedBytes).toBe(before);
  });

  it('make room for each other within their limit, oldest first, but for pinned ones and those that are being filled', () => {
    const { cache, word, set, newSlot, block } = setUp();
    cache.take(LARGE);
    const slots = [block(newSlot(), LARGE), block(newSlot(), LARGE), block(newSlot(), LARGE)];
    set(word(slots[0]) + FRAME_PINS, 1);
    const next = block(newSlot(), LARGE);
    expect([...slots, next].map((slot) => word(slot) !== 0)).toEqual([true, false, true, true]);
    expect(cache.evictions).toBe(1);
  });

  it('may be a partition, which is evicted with its blocks', () => {
    const { cache, word, newSlot, block, partition } = setUp();
    const slot = newSlot();
    const owner = partition(slot, 1, LARGE);
    block(slotOf(owner, 1, 0), LARGE);
    for (let i = 0; i < 3; i++) cache.take(LARGE);
    expect(word(slot)).toBe(0);
    expect(cache.evictions).toBe(2);
  });

  it('take the heap beyond their limit before they fail, and say what failed', () => {
    const { cache, heap } = setUp();
    for (let i = 0; i < 8; i++) cache.take(LARGE);
    const run = (): number => cache.take(heap.largestFreeBytes);
    expect(run).toThrow('no room in linear memory for a block of a large value');
  });
});

describe('filling ahead', () => {
  it('leaves half of the frames to readers, has no more than a quarter on the way, and evicts nothing', () => {
    const { cache, newSlot, block } = setUp();
    const ahead: number[] = [];
    cache.takeFree(100, ahead);
    expect(ahead).toHaveLength(FRAMES / 4);
    cache.takeFree(100, ahead);
    expect(ahead).toHaveLength(FRAMES / 4);
    for (const payload of ahead.splice(0)) cache.bind(payload, newSlot(), 'block');
    cache.takeFree(3, ahead);
    expect(ahead).toHaveLength(3);
    for (const payload of ahead.splice(0)) cache.free(payload);
    block(newSlot());
    cache.takeFree(100, ahead);
    expect(ahead).toHaveLength(FRAMES / 2 - FRAMES / 4 - 1);
    expect(cache.evictions).toBe(0);
  });
});

it('residency words and frames agree after any sequence of calls', () => {
  const random = seededRandom(SEED);
  const { cache, heap, word, newSlot } = setUp();
  const slots = Array.from({ length: 40 }, newSlot);
  const taken: number[] = [];
  for (let step = 0; step < 5000; step++) {
    const slot = slots[random.uint32() % slots.length];
    const payload = word(slot);
    const choice = random.uint32() % 10;
    if (payload !== 0 && choice < 2) cache.drop(payload);
    else if (payload !== 0) heap.u32[(payload + FRAME_TOUCHED) >>> 2] = 1;
    else if (choice === 3 && taken.length < 3) taken.push(cache.take(1 + (random.uint32() % LARGE)));
    else if (choice === 4 && taken.length > 0) cache.free(taken.pop()!);
    else cache.bind(cache.take(1 + (random.uint32() % (LARGE / 2))), slot, 'block');
    const resident = slots.map((each) => word(each)).filter((each) => each !== 0);
    const owned = [...resident, ...taken];
    expect(new Set(owned).size, `seed=${SEED} step=${step}`).toBe(owned.length);
    const small = owned.filter((each) => word(each, FRAME_LENGTH) <= PAYLOAD).length;
    expect(cache.usedFrames, `seed=${SEED} step=${step}`).toBe(small);
  }
  expect(cache.evictions).toBeGreaterThan(100);
});
