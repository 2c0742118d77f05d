// Heads of SSTs are read when somebody needs them: what that means for memory that is full, for damage, and for merges.

import { describe, expect, it } from 'vitest';
import { isPromise } from '../../src/base/maybe-promise.ts';
import { open } from '../../src/db/open-database.ts';
import { scanBounds } from '../../src/format/range-bounds.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore, type MemoryStore, type SyncMemoryStore } from '../../src/store/memory-store.ts';
import { openReader } from '../../src/reader/open-reader.ts';
import { lengthOf, openRaw, SMALL, space } from './raw-engine.ts';

const CODECS = { keys: utf8, values: utf8, memoryBudgetBytes: SMALL } as const;
const WRITER = { ...CODECS, sstSizeBytes: 65536, compression: 'none' } as const;
const COUNT = 2000;
const key = (i: number): string => `key${String(i).padStart(6, '0')}`;
const value = (i: number): string => `value ${i} `.repeat(10);
const all = Array.from({ length: COUNT }, (_, i): [string, string] => [key(i), value(i)]);

/** Several SSTs in one level, closed. */
async function written(): Promise<SyncMemoryStore> {
  const store = memoryStore();
  await using db = await open(store, WRITER);
  await db.putMany(all);
  await db.compact();
  await db.idle();
  return store;
}

async function metas(store: MemoryStore): Promise<string[]> {
  return (await store.list('sst/')).map(({ name }) => name).filter((name) => name.endsWith('.meta'));
}

/** The same store, one object as it is told to be. */
async function changed(store: SyncMemoryStore, name: string, change: (bytes: Uint8Array) => Uint8Array | undefined): Promise<Uint8Array> {
  const whole = (await store.get(name))!;
  const bytes = change(whole.slice());
  await store.delete([name]);
  if (bytes !== undefined) await store.put(name, bytes);
  return whole;
}

const flipped = (bytes: Uint8Array): Uint8Array => {
  bytes[100]! ^= 1;
  return bytes;
};

describe('open', () => {
  it.each([true, false])('reads nothing of any SST (sync %s)', async (sync) => {
    const store = await written();
    const asked: string[] = [];
    const watched = store.share({
      sync: sync as true,
      fault: ({ operation, name }) => {
        if (name.startsWith('sst/')) asked.push(`${operation} ${name}`);
        return undefined;
      },
    });
    await using db = await open(watched, WRITER);
    await using reader = await openReader(watched, CODECS);
    expect(asked.filter((call) => !call.startsWith('list'))).toEqual([]);
    expect(await db.get(key(0))).toBe(value(0));
    expect(await reader.get(key(0))).toBe(value(0));
  });

  it('has set the memory for all heads aside: reads of cold SSTs want no more', async () => {
    const engine = await openRaw(await written());
    const { heap } = engine.parts;
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    for (let i = 0; i < COUNT; i += 50) expect(lengthOf(engine, key(i))).toBe(value(i).length);
    await engine.close();
  });

  it('of more heads than memory takes is refused, and says what helps', async () => {
    const store = await written();
    const [name] = await metas(store);
    expect(name).toBeDefined();
    const engine = await openRaw(store);
    const { heap } = engine.parts;
    for (let free = heap.largestFreeBytes; free >= 64; free = heap.largestFreeBytes) heap.tryAllocate(free);
    const [info] = [...engine.state.version.ssts()];
    expect(() => engine.catalog.open(info!)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', message: expect.stringMatching(/top index of an SST.*larger memoryBudgetBytes/) }),
    );
    await engine.close();
  });
});

describe('a head that is damaged or gone', () => {
  const damages = [
    ['damaged', flipped],
    ['cut short', (bytes: Uint8Array) => bytes.subarray(0, 80)],
    ['gone', () => undefined],
  ] as const;

  it.each(damages.flatMap(([how, change]) => [true, false].map((sync) => ({ how, change, sync }))))(
    'is told by the reads that need it and by verify, others answer: $how, sync $sync',
    async ({ change, sync }) => {
      const store = await written();
      const object = (await metas(store))[1]!;
      await changed(store, object, change);
      const corruption = { code: 'CORRUPTION', object };
      await using db = await open(sync ? store : store.share({ sync: false }), { ...WRITER, takeover: 'now' });
      await using reader = await openReader(sync ? store : store.share({ sync: false }), CODECS);
      for (const reads of [db, reader]) {
        const ends = await Promise.allSettled(all.map(([k]) => reads.get(k)));
        const failed = ends.filter((end) => end.status === 'rejected');
        expect(failed.length).toBeGreaterThan(100);
        expect(failed.length).toBeLessThan(COUNT / 2);
        for (const { reason } of failed) expect(reason).toMatchObject(corruption);
        expect(ends.filter((end, i) => end.status === 'fulfilled' && end.value !== value(i))).toEqual([]);
        await expect(reads.scan().all()).rejects.toMatchObject(corruption);
        await expect(reads.scan({ reverse: true }).all()).rejects.toMatchObject(corruption);
      }
      expect(await db.verify()).toMatchObject({ ok: false, problems: [{ object }] });
    },
  );

  it('is looked for again by each read: once it is right, it answers', async () => {
    const store = await written();
    const object = (await metas(store))[1]!;
    await using db = await open(store.share({ sync: false }), WRITER);
    const gone = await changed(store, object, () => undefined);
    const ends = await Promise.allSettled(all.map(([k]) => db.get(k)));
    expect(ends.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(100);
    await store.put(object, gone);
    expect(await db.scan().all()).toEqual(all);
    expect(await db.getMany(all.map(([k]) => k))).toEqual(all.map(([, v]) => v));
    expect((await db.verify()).ok).toBe(true);
  });

  it('is found by verify where it was read before', async () => {
    const store = await written();
    const object = (await metas(store))[0]!;
    let isRotten = false;
    const rotting: MemoryStore = {
      ...store.share({ sync: false }),
      async openObject(name, size) {
        const reader = await store.openObject(name, size);
        return {
          async readInto(target, offset) {
            await reader.readInto(target, offset);
            if (isRotten && name === object && offset === 0) flipped(target);
          },
          close: () => reader.close(),
        };
      },
    };
    await using db = await open(rotting, WRITER);
    expect(await db.scan().all()).toEqual(all);
    isRotten = true;
    expect((await db.verify()).problems.map((problem) => problem.object)).toEqual([object]);
  });

  it('ends a merge that needs it, and with it the writer; what was acknowledged is there', async () => {
    const store = await written();
    const object = (await metas(store))[1]!;
    const whole = await changed(store, object, flipped);
    const db = await open(store, WRITER);
    await db.putMany(all.map(([k]) => [k, 'newer']));
    await expect(db.compact()).rejects.toMatchObject({ code: 'CORRUPTION', object });
    await expect(db.put('more', 'x')).rejects.toMatchObject({ code: 'READ_ONLY' });
    await db.close().catch(() => undefined);
    await store.delete([object]);
    await store.put(object, whole);
    await using again = await open(store, WRITER);
    expect(await again.scan().all()).toEqual(all.map(([k]) => [k, 'newer']));
  });
});

describe('a merge', () => {
  it.each([true, false])('of SSTs of which nothing was read yet (sync %s)', async (sync) => {
    const store = await written();
    await using db = await open(sync ? store : store.share({ sync: false }), WRITER);
    await db.putMany(all.filter((_, i) => i % 3 === 0).map(([k]) => [k, 'new']));
    await db.delete(key(1));
    await db.compact();
    await db.idle();
    const expected = all.filter((_, i) => i !== 1).map(([k, v], i) => [k, (i === 0 ? 0 : i + 1) % 3 === 0 ? 'new' : v]);
    expect(await db.scan().all()).toEqual(expected);
    expect((await db.verify()).ok).toBe(true);
  });
});

describe('a synchronous scan', () => {
  it.each([false, true])('goes through SSTs of which nothing was read yet (reverse: %s)', async (reverse) => {
    const engine = await openRaw(await written());
    const bounds = scanBounds({ reverse }, space);
    let count = 0;
    let after: Uint8Array | undefined;
    for (;;) {
      const page = engine.pages.fill(engine.view, { bounds, after, epoch: engine.visible.capture(), now: 0, limit: 100 });
      if (isPromise(page)) throw new Error('the store answers at once');
      count += page.count;
      if (page.last || page.count === 0) break;
      after = page.bytes.slice(page.lastAt + 8, page.lastAt + 8 + page.u32[page.lastAt >>> 2]!);
    }
    expect(count).toBe(COUNT);
    await engine.close();
  });
});
