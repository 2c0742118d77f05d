// What stays in memory because somebody needs it, and for how long: a partition whose block is on its way, versions that nobody sees yet. And that all
// of it is let go afterwards, also by what failed.

import { FRAME_PINS } from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { StorageError } from '../../src/base/errors.ts';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/db/open-database.ts';
import type { Engine } from '../../src/db/engine.ts';
import { blockCount, residencyOf } from '../../src/format/partition.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { lengthOf, openRaw, SMALL } from './raw-engine.ts';

const KEYS = 200;
const VALUE_BYTES = 900;
const keyOf = (i: number): string => `key ${i}`;
const unavailable = new StorageError('UNAVAILABLE', 'the disk does not answer');
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A store with all keys in SSTs. */
async function written() {
  const data = memoryStore();
  const random = seededRandom(7);
  const db = await open(data.share(), { keys: utf8, memoryBudgetBytes: SMALL });
  for (let i = 0; i < KEYS; i++) {
    await db.put(keyOf(i), random.fill(new Uint8Array(VALUE_BYTES)));
    if (i % 50 === 49) await db.flush();
  }
  await db.close();
  return data;
}

/** Pins of all partitions and blocks that are resident. */
async function pinsOf({ view, catalog, parts: { heap } }: Engine): Promise<number> {
  const { u32 } = heap;
  let pins = 0;
  for (const sst of view.runs.flat()) {
    for (let i = 0; i < sst.partitionCount(u32); i++) {
      const partition = await catalog.pinPartition(sst, i);
      u32[(partition + FRAME_PINS) >>> 2] -= 1;
      pins += u32[(partition + FRAME_PINS) >>> 2];
      for (let j = 0; j < blockCount(u32, partition); j++) {
        const block = u32[residencyOf(u32, partition, j) >>> 2];
        if (block !== 0) pins += u32[(block + FRAME_PINS) >>> 2];
      }
    }
  }
  return pins;
}

describe('a partition', () => {
  it('keeps its frame while one of its blocks is on its way, whatever else needs frames', async () => {
    const data = await written();
    const waiting: (() => void)[] = [];
    let isHeld = false;
    const store = data.share({
      sync: false,
      delay: ({ operation, name }) =>
        isHeld && operation === 'readInto' && name.endsWith('.sst') ? new Promise((resolve) => waiting.push(resolve)) : undefined,
    });
    const engine = await openRaw(store);
    const { heap, cache } = engine.parts;
    isHeld = true;
    const found = Promise.resolve(lengthOf(engine, keyOf(7)));
    while (waiting.length === 0) await turn();
    const taken: number[] = [];
    const takeAll = (): void => {
      for (;;) taken.push(cache.take(cache.framePayloadBytes));
    };
    expect(takeAll).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    // As many as one get needs.
    for (const payload of taken.splice(0, 8)) cache.free(payload);
    for (const payload of taken) heap.bytes.fill(0xab, payload, payload + cache.framePayloadBytes);
    isHeld = false;
    for (const letGo of waiting) letGo();
    expect(await found).toBe(VALUE_BYTES);
    for (const payload of taken) {
      expect(heap.bytes.subarray(payload, payload + cache.framePayloadBytes).every((byte) => byte === 0xab)).toBe(true);
      cache.free(payload);
    }
    expect(await pinsOf(engine)).toBe(0);
    await engine.close();
  });
});

describe('nothing stays pinned', () => {
  it('by reads, nor by reads that failed', async () => {
    const data = await written();
    const orders = { fail: false };
    const store = data.share({
      sync: false,
      fault: ({ operation, count }) =>
        orders.fail && operation === 'readInto' && count % 3 === 0 ? { when: 'before', error: unavailable } : undefined,
    });
    const engine = await openRaw(store);
    orders.fail = true;
    const found = await Promise.allSettled(Array.from({ length: KEYS }, async (_, i) => lengthOf(engine, keyOf(i))));
    expect(new Set(found.map(({ status }) => status))).toEqual(new Set(['fulfilled', 'rejected']));
    orders.fail = false;
    expect(await pinsOf(engine)).toBe(0);
    await engine.close();
  });

  it('by a compaction that found no room for its output', async () => {
    const data = await written();
    const orders = { isFull: false };
    const full = new StorageError('QUOTA', 'the disk is full');
    const store = data.share({
      sync: false,
      fault: ({ operation }) => (orders.isFull && operation === 'finish' ? { when: 'before', error: full } : undefined),
    });
    const engine = await openRaw(store);
    orders.isFull = true;
    const compacted = engine.maintenance.compactor.compactRange(new Uint8Array(1), new Uint8Array(9).fill(255));
    await expect(compacted).rejects.toMatchObject({ code: 'QUOTA' });
    expect(await pinsOf(engine)).toBe(0);
    orders.isFull = false;
    await engine.close();
  });
});

describe('a flush', () => {
  it('keeps each version that somebody may come to see, although a newer one waits for its sync as well', async () => {
    const waiting: (() => void)[] = [];
    let isHeld = false;
    const store = memoryStore({
      sync: false,
      delay: ({ operation }) => (isHeld && operation === 'log.sync' ? new Promise((resolve) => waiting.push(resolve)) : undefined),
    });
    await using db = await open(store, { keys: utf8, values: utf8, memoryBudgetBytes: SMALL });
    await db.put('key', 'before');
    isHeld = true;
    const older = db.put('key', 'older', { durability: 'synced' });
    while (waiting.length === 0) await turn();
    const newer = db.put('key', 'newer', { durability: 'synced' });
    await db.flush();
    expect(await db.get('key')).toBe('before');
    waiting.shift()!();
    await older;
    expect(await db.get('key')).toBe('older');
    isHeld = false;
    while (waiting.length === 0) await turn();
    for (const letGo of waiting) letGo();
    await newer;
    expect(await db.get('key')).toBe('newer');
  });
});
