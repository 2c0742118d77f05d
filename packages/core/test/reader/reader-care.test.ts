// What a reader leaves behind, refuses and survives; and one beside a writer who does everything at random.

import { hostTurns, json, memoryStore, open, openReader, seededRandom, utf8, StorageError } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { SMALL, EACH_READ_LOOKS, many, flushed, replaceAll, type Texts, type TextReader } from './reader-test-kit.ts';

describe('a reader', () => {
  it('of a database that was deleted, or has another one in its place, says so', async () => {
    const store = memoryStore();
    const db = await flushed(store, many('first'));
    await db.close();
    const names = async (): Promise<string[]> => (await store.list('')).map(({ name }) => name);
    await using reader: TextReader = await openReader(store.share(), EACH_READ_LOOKS);
    await store.delete(await names());
    await store.openLog().truncate(1000);
    await expect(reader.get('a')).rejects.toMatchObject({ code: 'UNAVAILABLE', message: expect.stringContaining('not here any more') });
    await using other = await flushed(store, many('other'));
    for (let i = 0; i < 3; i++) await replaceAll(other, 'other');
    await expect(reader.get('key000000')).rejects.toMatchObject({ code: 'FENCED', message: expect.stringContaining('another database') });
    void other;
  });

  it('goes on with the next version where objects go while they are asked for; a scan is begun again by who asks', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    let times = 0;
    const slow = store.share({
      sync: false,
      delay: ({ operation }) => (operation === 'openObject' && times-- > 0 ? replaceAll(db, 'third') : undefined),
    });
    await using reader: TextReader = await openReader(slow, EACH_READ_LOOKS);
    await replaceAll(db, 'second');
    times = 1;
    expect(await reader.get('key000000')).toBe(many('third')[0]![1]);
    await replaceAll(db, 'second');
    times = 1;
    await expect(reader.scan().all()).rejects.toMatchObject({ code: 'EXPIRED', object: expect.stringMatching(/\.meta$/) });
    expect(await reader.scan().all()).toEqual(many('third'));
  });

  it('closes what it has opened when it is refused', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    let left = 0;
    const counted = store.share();
    const { openObject } = counted.sync;
    const sync = {
      ...counted.sync,
      openObject(name: string, size: number) {
        left++;
        const opened = openObject(name, size);
        return {
          ...opened,
          readInto: (target: Uint8Array, offset: number) => opened.readInto(target, offset),
          close: () => void left--,
        };
      },
    };
    await expect(openReader({ ...counted, sync } as typeof counted, { keys: utf8, values: json() })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect(left).toBe(0);
    void db;
  });

  it('writes nothing, and takes no lock', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    const allowed = ['list', 'get', 'has', 'openObject', 'readInto'];
    const readOnly = store.share({
      fault: ({ operation }) =>
        allowed.includes(operation) ? undefined : { when: 'before', error: new Error(`${operation} by a reader`) },
    });
    await using reader: TextReader = await openReader(readOnly, EACH_READ_LOOKS);
    expect(await reader.scan().all()).toEqual(many('first'));
    await replaceAll(db, 'second');
    expect(await reader.scan().all()).toEqual(many('second'));
  });

  it('of an empty place says that nobody has opened it yet', async () => {
    await expect(openReader(memoryStore())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('no database here yet'),
    });
  });

  it('refuses options that it does not have', async () => {
    await expect(openReader(memoryStore(), { durability: 'synced' } as never)).rejects.toThrow(TypeError);
    await expect(openReader(memoryStore(), { follow: true as never })).rejects.toThrow(/follow/);
    await expect(openReader(undefined as never)).rejects.toThrow(/openReader takes a store/);
  });

  it('that is closed says so, and closing twice is no mistake', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    const reader: TextReader = await openReader(store.share(), SMALL);
    await reader.close();
    await reader.close();
    for (const read of [() => reader.get('a'), () => reader.refresh(), () => reader.scan().all(), async () => reader.stats()]) {
      await expect((async () => read())()).rejects.toMatchObject({ code: 'CLOSED' });
    }
    void db;
  });

  it('goes on behind a writer who took over', async () => {
    const store = memoryStore();
    const first = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share(), EACH_READ_LOOKS);
    await using second: Texts = await open(store.share(), { ...SMALL, takeover: 'now' });
    await replaceAll(second, 'second');
    expect(await reader.scan().all()).toEqual(many('second'));
    await first.close().catch(() => undefined);
  });

  it('holds no more memory after two hundred looks than after fifty', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share(), EACH_READ_LOOKS);
    const held: number[] = [];
    for (let i = 0; i < 200; i++) {
      await db.put(`key${String(i % 50).padStart(6, '0')}`, `round ${i}`);
      await db.flush();
      if (i % 10 === 9) await db.compact();
      await reader.scan({ limit: 200 }).all();
      if (i % 50 === 49) held.push(reader.stats().memory.allocatedBytes);
    }
    expect(held.at(-1)! - held[0]!).toBeLessThan(64 * 1024);
    expect(reader.stats()).toMatchObject({ snapshots: 0 });
  });
});

/** Its moment was merged away: no answer. */
function expired(error: unknown): undefined {
  if (!(error instanceof StorageError) || error.code !== 'EXPIRED') throw error;
}

describe('a reader of a database that changes at random', () => {
  it.each([1, 2, 3, 4, 5, 6])('sees what was there at a flush, never less than before (seed %i)', async (seed) => {
    const { uint32 } = seededRandom(seed);
    const below = (n: number): number => uint32() % n;
    const store = memoryStore();
    const db: Texts = await open(store, { ...SMALL, sstSizeBytes: 65536, compression: 'none' });
    const wanted = new Map<string, string>();
    /** What there was at each flush. */
    const flushes: string[] = [JSON.stringify([])];
    const contents = (): string => JSON.stringify([...wanted].sort(([a], [b]) => (a < b ? -1 : 1)));
    await using reader: TextReader = await openReader(store.share({ sync: false }), { ...EACH_READ_LOOKS });
    let ended = false;
    const written = (async () => {
      for (let i = 0; i < 300; i++) {
        for (let j = below(60); j >= 0; j--) {
          const key = `k${below(300)}`;
          if (below(4) === 0) {
            wanted.delete(key);
            await db.delete(key);
          } else {
            wanted.set(key, String(uint32()).repeat(1 + below(30)));
            await db.put(key, wanted.get(key)!);
          }
        }
        flushes.push(contents());
        await db.flush();
        if (below(8) === 0) await db.compact();
      }
      ended = true;
    })();
    let seen = 0;
    let scans = 0;
    while (!ended) {
      // The writer's turn: reads from memory would not leave it one.
      await new Promise<void>((resolve) => hostTurns.next(resolve));
      const found = await reader.scan().all().catch(expired);
      if (found === undefined) continue;
      const at = flushes.indexOf(JSON.stringify(found), seen);
      expect(at, `seed=${seed} scan=${scans}: nothing like it was there since flush ${seen}`).toBeGreaterThanOrEqual(seen);
      seen = at;
      scans++;
    }
    await written;
    expect(JSON.stringify(await reader.scan().all())).toBe(flushes.at(-1));
    expect(scans).toBeGreaterThan(5);
    await db.close();
  });
});
