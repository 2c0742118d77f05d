// Too little memory: a clear error, no writer that dies of it, and nothing lost.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { isPromise } from '../../src/base/maybe-promise.ts';
import { open } from '../../src/db/open-database.ts';
import { scanBounds } from '../../src/format/range-bounds.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore } from '../../src/store/memory-store.ts';
import { lengthOf, openRaw, SMALL, space } from './raw-engine.ts';

describe('a memtable that cannot be taken into view', () => {
  it('ends the writer, and all that was acknowledged stays to be read', async () => {
    const store = memoryStore();
    const engine = await openRaw(store);
    const { heap } = engine.parts;
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    const value = new Uint8Array(2000);
    let count = 0;
    expect(() => {
      for (; ; count++) engine.writer.putSync(space, `key ${count}`, value, 'buffered');
    }).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    for (let i = 0; i < count; i++) expect(lengthOf(engine, `key ${i}`)).toBe(2000);
    expect(() => engine.writer.putSync(space, 'more', value, 'buffered')).toThrow(expect.objectContaining({ code: 'READ_ONLY' }));
    await engine.close();
    await using again = await open(store, { keys: utf8, memoryBudgetBytes: SMALL });
    expect(await again.scan().all()).toHaveLength(count);
  });
});

describe('values nearly as large as allowed', () => {
  it.each([true, false])('are written, flushed, compacted and read under the smallest budget (sync %s)', async (sync) => {
    const data = memoryStore();
    const store = sync ? data : data.share({ sync: false });
    await using db = await open(store, { keys: utf8, memoryBudgetBytes: SMALL });
    const random = seededRandom(7);
    const wanted = new Map<string, number>();
    for (let i = 0; i < 150; i++) {
      const key = `key ${random.uint32() % 40}`;
      const length = 60_000 + (random.uint32() % 65_000);
      await db.put(key, random.fill(new Uint8Array(length)));
      wanted.set(key, length);
      expect((await db.get(key))?.length).toBe(length);
    }
    await db.compact();
    for (const [key, value] of await db.scan().all()) expect(value.length).toBe(wanted.get(key));
    expect((await db.scan().all()).length).toBe(wanted.size);
    expect((await db.verify()).ok).toBe(true);
  });
});

describe('many large blocks that are read at once', () => {
  it('wait for each other where memory is short', async () => {
    const data = memoryStore();
    const keys = Array.from({ length: 40 }, (_, i) => `key ${i}`);
    const random = seededRandom(7);
    const first = await open(data, { keys: utf8, memoryBudgetBytes: SMALL });
    for (const key of keys) await first.put(key, random.fill(new Uint8Array(120_000)));
    await first.compact();
    await first.close();
    await using db = await open(data.share({ sync: false }), { keys: utf8, memoryBudgetBytes: SMALL });
    const found = await Promise.all(keys.map((key) => db.get(key)));
    expect(found.map((value) => value?.length)).toEqual(keys.map(() => 120_000));
  });
});

describe('a scan', () => {
  it('makes room for a large entry by letting go of cached ones', async () => {
    const store = memoryStore();
    const random = seededRandom(7);
    const keys = ['large 1', 'large 2', 'large 3'];
    const first = await open(store, { keys: utf8, memoryBudgetBytes: SMALL });
    await first.put('a', 'small');
    for (const key of keys) await first.put(key, random.fill(new Uint8Array(70_000)));
    await first.flush();
    await first.close();
    const engine = await openRaw(store);
    const { heap } = engine.parts;
    const scan = (from: string): number => {
      const bounds = scanBounds({ gte: from }, space);
      const page = engine.pages.fill(engine.view, { bounds, after: undefined, epoch: engine.visible.capture(), now: 0, limit: 1 });
      if (isPromise(page)) throw new Error('the store answers at once');
      return page.count;
    };
    expect(scan('a')).toBe(1);
    expect(keys.map((key) => lengthOf(engine, key))).toEqual([70_000, 70_000, 70_000]);
    const kept = heap.allocate(60_000, 'a test');
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    heap.release(kept);
    expect(heap.largestFreeBytes).toBeLessThan(70_000);
    expect(scan('large 2')).toBe(1);
    await engine.close();
  });

  it('waits for a merge that holds the memory for its blocks', async () => {
    const store = memoryStore();
    const first = await open(store, { keys: utf8, memoryBudgetBytes: SMALL });
    await first.put('large', seededRandom(7).fill(new Uint8Array(70_000)));
    await first.flush();
    await first.close();
    const engine = await openRaw(store.share({ sync: false }));
    const { heap, room } = engine.mergeParts;
    const scan = async (from: string): Promise<number> => {
      const bounds = scanBounds({ gte: from }, space);
      return (await engine.pages.fill(engine.view, { bounds, after: undefined, epoch: engine.visible.capture(), now: 0, limit: 1 })).count;
    };
    expect(await scan('none')).toBe(0);
    const merge = room.enter(() => heap.allocate(300_000, 'a test')).next();
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    const scanned = scan('large');
    scanned.catch(() => undefined);
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setTimeout(resolve));
    heap.release(merge.value as number);
    room.end();
    expect(await scanned).toBe(1);
    await engine.close();
  });

  it('of which only a part finds room takes none, and writes nowhere', async () => {
    const engine = await openRaw(memoryStore());
    engine.writer.putSync(space, 'key', new Uint8Array(10), 'buffered');
    // A merge that has ended holds nothing.
    await engine.freezeActive();
    await engine.maintenance.flusher.start()?.done;
    const { heap } = engine.parts;
    const scan = (): unknown => {
      const bounds = scanBounds({}, space);
      return engine.pages.fill(engine.view, { bounds, after: undefined, epoch: engine.visible.capture(), now: 0, limit: 1 });
    };
    // A page has 64 KiB, and what goes with it comes first: either has room, both have not.
    const [kept, more] = [heap.allocate(66_000, 'a test'), heap.allocate(66_000, 'a test')];
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    heap.release(kept);
    const { allocatedBytes } = heap;
    const nobodys = heap.bytes.slice(0, 64);
    expect(scan).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    expect(heap.allocatedBytes).toBe(allocatedBytes);
    expect(heap.bytes.slice(0, 64)).toEqual(nobodys);
    heap.release(more);
    expect(scan()).toMatchObject({ count: 1 });
    await engine.close();
  });
});

describe('a recovery of many segments', () => {
  it('leaves room for flushing them, and for reads meanwhile', async () => {
    let data = memoryStore();
    const keys: string[] = [];
    const random = seededRandom(7);
    // Each of these lives ends before a flush: the next one has a segment more.
    for (let life = 0; life < 4; life++) {
      const store = data.share({ delay: ({ operation }) => (operation === 'createObject' ? new Promise(() => undefined) : undefined) });
      const db = await open(store, { keys: utf8, memoryBudgetBytes: SMALL, durability: 'synced' });
      for (let i = 0; i < 5; i++) {
        keys.push(`key ${life}-${i}`);
        await db.put(keys.at(-1)!, random.fill(new Uint8Array(60_000)));
      }
      data = data.crash();
    }
    await using db = await open(data.share({ sync: false }), { keys: utf8, memoryBudgetBytes: SMALL });
    const pages = db.scan()[Symbol.asyncIterator]();
    await pages.next();
    const [found] = await Promise.all([Promise.all(keys.map((key) => db.get(key))), db.compact()]);
    expect(found.map((value) => value?.length)).toEqual(keys.map(() => 60_000));
    expect((await db.verify()).ok).toBe(true);
  });
});

describe('a key that is too long for the budget', () => {
  it('is refused with the limit', async () => {
    await using db = await open(memoryStore(), { memoryBudgetBytes: SMALL });
    await db.put('k'.repeat(8192), 'value');
    await expect(db.put('k'.repeat(8193), 'value')).rejects.toThrow(/at most 8192 bytes with this memoryBudgetBytes bytes=8193/);
  });
});
