// Too little memory: a clear error, no writer that dies of it, and nothing lost.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { open } from '../../src/db/open-database.ts';
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

describe('a key that is too long for the budget', () => {
  it('is refused with the limit', async () => {
    await using db = await open(memoryStore(), { memoryBudgetBytes: SMALL });
    await db.put('k'.repeat(8192), 'value');
    await expect(db.put('k'.repeat(8193), 'value')).rejects.toThrow(/at most 8192 bytes with this memoryBudgetBytes bytes=8193/);
  });
});
