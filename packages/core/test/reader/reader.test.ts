// Readers beside a writer: what they see, when, and what happens when the writer deletes what they read.

import {
  hostTurns,
  json,
  memoryStore,
  open,
  openReader,
  seededRandom,
  utf8,
  StorageError,
  type Database,
  type DatabaseReader,
  type MemoryStore,
} from '@varve/core';
import { describe, expect, it } from 'vitest';

const CODECS = { keys: utf8, values: utf8 };
const SMALL = { ...CODECS, memoryBudgetBytes: 4 * 2 ** 20 };
const EACH_READ_LOOKS = { ...SMALL, staleMs: 0 };
const ON_REQUEST = { ...SMALL, follow: false } as const;
const ENTRIES = 3000;

type Texts = Database<MemoryStore, string, string>;
type TextReader = DatabaseReader<string, string>;

const many = (value: string, count = ENTRIES): [string, string][] =>
  Array.from({ length: count }, (_, i) => [`key${String(i).padStart(6, '0')}`, `${value} ${i} `.repeat(20)]);

async function flushed(store: MemoryStore, entries: [string, string][]): Promise<Texts> {
  const db: Texts = await open(store, { ...SMALL, sstSizeBytes: 65536, compression: 'none' });
  await db.putMany(entries);
  await db.compact();
  await db.idle();
  return db;
}

/** Everything that a reader may have seen is merged into something else, and deleted. */
async function replaceAll(db: Texts, value: string): Promise<void> {
  await db.putMany(many(value));
  await db.compact();
  await db.idle();
}

describe.each([true, false])('a reader (synchronous store: %s)', (sync) => {
  const place = () => memoryStore({ sync: sync as true });

  it('sees what was flushed, in the order of the keys, and goes on with what is flushed later', async () => {
    const store = place();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), EACH_READ_LOOKS);
    expect(await reader.scan().all()).toEqual(many('first'));
    expect(await reader.get('key000007')).toBe(many('first')[7]![1]);
    expect(await reader.getMany(['key000001', 'none'])).toEqual([many('first')[1]![1], undefined]);
    expect(await reader.has('none')).toBe(false);
    await db.put('key000007', 'second');
    await db.delete('key000008');
    expect(await reader.get('key000007')).toBe(many('first')[7]![1]);
    await db.flush();
    expect(await reader.get('key000007')).toBe('second');
    expect(await reader.scan({ gte: 'key000007', limit: 2 }).keys()[Symbol.asyncIterator]().next()).toMatchObject({ value: 'key000007' });
    expect(await reader.scan({ gte: 'key000008' }).first()).toEqual(many('first')[9]);
  });

  it('reads on when all that it knew was merged away', async () => {
    const store = place();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), ON_REQUEST);
    await replaceAll(db, 'second');
    // It has read nothing of these files yet, and they are gone.
    expect(await reader.get('key000000')).toBe(many('second')[0]![1]);
    await replaceAll(db, 'third');
    expect(await reader.getMany(['key001000', 'key002000'])).toEqual([many('third')[1000]![1], many('third')[2000]![1]]);
  });

  it('ends a scan and a snapshot whose moment was merged away as EXPIRED, and the next ones are whole', async () => {
    const store = place();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), ON_REQUEST);
    const snapshot = reader.snapshot();
    const pages = reader.scan().batches()[Symbol.asyncIterator]();
    expect((await pages.next()).value![0]).toEqual(many('first')[0]);
    await replaceAll(db, 'second');
    await reader.refresh();
    const rest = async (): Promise<void> => {
      while ((await pages.next()).done !== true);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'EXPIRED', object: expect.stringMatching(/^sst\//) });
    await expect(snapshot.get('key002999')).rejects.toMatchObject({ code: 'EXPIRED' });
    snapshot.close();
    expect(await reader.scan().all()).toEqual(many('second'));
  });

  it('tells damage as damage: an object that the newest manifest names is gone', async () => {
    const store = place();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), ON_REQUEST);
    const { name } = (await store.list('sst/')).find((object) => object.name.endsWith('.sst'))!;
    await store.delete([name]);
    await expect(reader.get('key000000')).rejects.toMatchObject({ code: 'CORRUPTION', object: name });
    void db;
  });

  it('sees one moment in a scan and a snapshot, whatever is flushed meanwhile', async () => {
    const store = place();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), EACH_READ_LOOKS);
    using snapshot = reader.snapshot();
    const found: [string, string][] = [];
    for await (const page of reader.scan().batches()) {
      found.push(...page);
      if (found.length > page.length) continue;
      await db.put('key002999', 'while a scan goes on');
      await db.flush();
      await reader.get('a');
    }
    expect(found).toEqual(many('first'));
    expect(await snapshot.get('key002999')).toBe(many('first')[2999]![1]);
    expect(await reader.get('key002999')).toBe('while a scan goes on');
  });
});

describe('how new it is what a reader sees', () => {
  it('follow: false shows what refresh has found', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await using reader: TextReader = await openReader(store.share(), ON_REQUEST);
    await db.put('more', 'x');
    await db.flush();
    expect(await reader.get('more')).toBeUndefined();
    await reader.refresh();
    expect(await reader.get('more')).toBe('x');
  });

  it('a read looks again once the last look is staleMs ago, and reads that come together share a look', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    let now = 1_000_000;
    let lists = 0;
    const counted = store.share({ fault: ({ operation }) => void (lists += Number(operation === 'list')) });
    await using reader: TextReader = await openReader(counted, { ...SMALL, staleMs: 500, clock: { now: () => now } });
    await db.put('more', 'x');
    await db.flush();
    lists = 0;
    now += 499;
    expect(await reader.get('more')).toBeUndefined();
    expect(lists).toBe(0);
    now += 1;
    expect(await Promise.all([reader.get('more'), reader.has('more'), reader.scan().first()])).toEqual(['x', true, many('first')[0]]);
    expect(lists).toBe(1);
    // A clock that was set back does not keep it from looking.
    now -= 3_600_000;
    await reader.get('more');
    expect(lists).toBe(2);
  });

  it('waitEpoch waits until a write is seen, and gives up with its signal', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await using reader: TextReader = await openReader(store.share(), ON_REQUEST);
    const epoch = await db.put('more', 'x');
    const stop = new AbortController();
    const waited = reader.waitEpoch(epoch, { signal: stop.signal });
    stop.abort();
    await expect(waited).rejects.toMatchObject({ name: 'AbortError' });
    const waiting = reader.waitEpoch(epoch);
    await db.flush();
    await waiting;
    expect(reader.epoch).toBeGreaterThanOrEqual(epoch);
    expect(await reader.get('more')).toBe('x');
  });

  it('waitEpoch is not held up by a deletion of which nothing is left', async () => {
    const store = memoryStore();
    await using db: Texts = await open(store, SMALL);
    await db.put('a', 'b');
    const epoch = await db.delete('a');
    await db.compact();
    await using reader: TextReader = await openReader(store.share(), ON_REQUEST);
    await reader.waitEpoch(epoch);
    expect(reader.epoch).toBe(epoch);
    expect(await reader.scan().all()).toEqual([]);
  });

  it('refresh sees what was there before it was called, also behind a look that is under way', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    let held: Promise<void> | undefined;
    const slow = store.share({ sync: false, delay: ({ operation }) => (operation === 'list' ? held : undefined) });
    await using reader: TextReader = await openReader(slow, ON_REQUEST);
    let letGo = (): void => undefined;
    held = new Promise((resolve) => (letGo = resolve));
    const first = reader.refresh();
    held = undefined;
    await db.put('more', 'x');
    await db.flush();
    const second = reader.refresh();
    letGo();
    await Promise.all([first, second]);
    expect(await reader.get('more')).toBe('x');
  });
});

describe('key spaces of a reader', () => {
  const NUMBERS = { keys: utf8, values: json<number>() };

  it('are empty until the writer makes them, and after it dropped them', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await using reader: TextReader = await openReader(store.share(), EACH_READ_LOOKS);
    const numbers = reader.keyspace('numbers', NUMBERS);
    expect(await numbers.get('a')).toBeUndefined();
    await db.keyspace('letters', CODECS).put('a', 'b');
    await db.keyspace('numbers', NUMBERS).put('a', 1);
    await db.flush();
    expect(await numbers.scan().all()).toEqual([['a', 1]]);
    expect(reader.keyspaces().map(({ name }) => name)).toEqual(['letters', 'numbers']);
    using snapshot = reader.snapshot();
    expect(await snapshot.keyspace(numbers).get('a')).toBe(1);
    await db.dropKeyspace('numbers');
    await db.flush();
    expect(await numbers.scan().all()).toEqual([]);
    expect(await snapshot.keyspace(numbers).get('a')).toBeUndefined();
  });

  it('are refused with other codecs than they were made with', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await db.keyspace('numbers', NUMBERS).put('a', 1);
    await db.flush();
    await expect(openReader(store.share(), { keys: utf8, values: json() })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await using reader: TextReader = await openReader(store.share(), SMALL);
    await expect(reader.keyspace('numbers', CODECS).get('a')).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('values: json'),
    });
    expect(() => reader.keyspace('', CODECS)).toThrow(TypeError);
  });
});

describe('a reader', () => {
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
