// What a crash leaves of the log, and what only damage can: a prefix is recovered, and nothing that was known to be durable may be missing silently.

import { describe, expect, it } from 'vitest';
import { open } from '../../src/db/open-database.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import type { LogStore } from '../../src/store/log-store.ts';
import { memoryStore, type SyncMemoryStore } from '../../src/store/memory-store.ts';

const SMALL = 4 * 2 ** 20;
const settings = { keys: utf8, values: utf8, memoryBudgetBytes: SMALL } as const;
const keptByProcess = { unsynced: (bytes: Uint8Array) => bytes };

/** The store's log without some of its segments. */
function logWithout(store: SyncMemoryStore, missing: readonly number[]): LogStore {
  const log = store.openLog();
  return {
    ...log,
    segments: () => (log.segments() as { number: number; size: number }[]).filter(({ number }) => !missing.includes(number)),
    read: (number, into) => (missing.includes(number) ? undefined : log.read(number, into)),
  };
}

/** The store's log, of which one segment lost its end. */
function logCut(store: SyncMemoryStore, cut: number, length: number): LogStore {
  const log = store.openLog();
  return { ...log, read: (number, into) => log.read(number, number === cut ? into.subarray(0, length) : into) };
}

/** What opening is refused with. */
async function refusalOf(opening: Promise<{ close(): Promise<void> }>): Promise<unknown> {
  try {
    const db = await opening;
    await db.close();
    return 'it was opened';
  } catch (error) {
    return error;
  }
}

const keysOf = (db: { scan(): { all(): Promise<[string, string][]> } }): Promise<string[]> =>
  db
    .scan()
    .all()
    .then((entries) => entries.map(([key]) => key));

const keyOf = (i: number): string => `key-${String(i).padStart(6, '0')}`;

/** Writes until the log is in the segment: how many entries were acknowledged. Nothing is flushed meanwhile. */
function fillUntilSegment(db: Awaited<ReturnType<typeof openSmall>>, segment: number, value: string): number {
  let count = 0;
  while (db.stats().log.segment < segment) db.putSync(keyOf(count++), value);
  return count;
}

const openSmall = (store: SyncMemoryStore) => open(store, settings);

describe('a log segment that is full', () => {
  it.each([30, 3000, 60_000])('is replayed to its last record (values of %i bytes)', async (bytes) => {
    const store = memoryStore();
    const db = await openSmall(store);
    const count = fillUntilSegment(db, 2, 'x'.repeat(bytes));
    const crashed = store.crash(keptByProcess);
    await using again = await openSmall(crashed);
    const found = await keysOf(again);
    expect(found).toHaveLength(count);
    expect(found.at(-1)).toBe(keyOf(count - 1));
    await db.close();
  });

  it('of many tiny entries is replayed under a smaller budget', async () => {
    const store = memoryStore();
    const db = await open(store, { ...settings, memoryBudgetBytes: 16 * 2 ** 20 });
    const entries = Array.from({ length: 60_000 }, (_, i) => [keyOf(i), ''] as const);
    await db.putMany(entries);
    await using again = await openSmall(store.crash(keptByProcess));
    expect(await keysOf(again)).toEqual(entries.map(([key]) => key));
    expect((await again.verify()).ok).toBe(true);
    await db.close();
  });

  it('which is larger than all of linear memory is refused, and is there with more memory', async () => {
    const store = memoryStore();
    const db = await open(store, { ...settings, memoryBudgetBytes: 64 * 2 ** 20 });
    await db.putMany(Array.from({ length: 100 }, (_, i) => [keyOf(i), 'x'.repeat(60_000)] as const));
    const crashed = store.crash(keptByProcess);
    expect(await refusalOf(openSmall(crashed))).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('memoryBudgetBytes'),
    });
    await using again = await open(crashed, { ...settings, memoryBudgetBytes: 64 * 2 ** 20 });
    expect(await keysOf(again)).toHaveLength(100);
    await db.close();
  });
});

describe('a segment that ends too early', () => {
  /** A store of which segment 1 is full, and 2 begun. */
  async function twoSegments(synced: boolean): Promise<{ store: SyncMemoryStore; count: number }> {
    const store = memoryStore();
    const db = await openSmall(store);
    const count = fillUntilSegment(db, 2, 'x'.repeat(1000));
    if (synced) db.putSync('synced', 'value', { durability: 'synced' });
    db.putSync('after', 'value');
    const crashed = store.crash(keptByProcess);
    await db.close();
    return { store: crashed, count };
  }

  it('ends the log, as long as nothing shows that it had been durable', async () => {
    const { store, count } = await twoSegments(false);
    await using db = await open(store, { ...settings, log: logCut(store, 1, 100_000) });
    const found = await keysOf(db);
    expect(found.length).toBeGreaterThan(50);
    expect(found).toEqual(Array.from({ length: count }, (_, i) => keyOf(i)).slice(0, found.length));
  });

  it('is damaged when the next segment knows that it had been durable', async () => {
    const { store } = await twoSegments(true);
    expect(await refusalOf(open(store, { ...settings, log: logCut(store, 1, 100_000) }))).toMatchObject({
      code: 'CORRUPTION',
      object: 'wal/00000000000000000001.wal',
    });
  });
});

describe('a log of which a segment is missing', () => {
  it('is damaged when the manifest begins with it', async () => {
    const store = memoryStore();
    const db = await openSmall(store);
    fillUntilSegment(db, 2, 'x'.repeat(1000));
    const crashed = store.crash(keptByProcess);
    await db.close();
    expect(await refusalOf(open(crashed, { ...settings, log: logWithout(crashed, [1]) }))).toMatchObject({
      code: 'CORRUPTION',
      object: 'wal/00000000000000000001.wal',
    });
  });

  it('is damaged when a later writer had built on it', async () => {
    const store = memoryStore();
    let current = store;
    for (const key of ['a', 'b', 'c']) {
      const db = await openSmall(current);
      await db.put(key, 'value');
      current = current.crash(keptByProcess);
      await db.close();
    }
    expect(await refusalOf(open(current, { ...settings, log: logWithout(current, [2]) }))).toMatchObject({ code: 'CORRUPTION' });
    await using db = await openSmall(current);
    expect(await keysOf(db)).toEqual(['a', 'b', 'c']);
  });

  it('is damaged when nothing is left of it', async () => {
    const store = memoryStore();
    const db = await openSmall(store);
    await db.close();
    const empty = memoryStore().openLog();
    expect(await refusalOf(open(store, { ...settings, log: empty }))).toMatchObject({
      code: 'CORRUPTION',
      message: expect.stringContaining('missing'),
    });
  });
});

describe('the log of another database', () => {
  it('is refused', async () => {
    const stores = [memoryStore(), memoryStore()];
    for (const store of stores) {
      const db = await openSmall(store);
      await db.put('key', 'value');
      await db.close();
    }
    expect(await refusalOf(open(stores[0], { ...settings, log: stores[1].openLog() }))).toMatchObject({
      code: 'CORRUPTION',
      message: expect.stringContaining('another database'),
    });
  });
});

describe('a power cut', () => {
  it('right after a flush finds the segment with which the log goes on', async () => {
    const store = memoryStore();
    const db = await openSmall(store);
    await db.put('flushed', 'value');
    await db.flush();
    await db.put('lost', 'value');
    await using again = await openSmall(store.crash());
    expect(await keysOf(again)).toEqual(['flushed']);
    await db.close();
  });

  it('after the next process has begun takes nothing of what it found', async () => {
    const store = memoryStore();
    const db = await openSmall(store);
    await db.put('buffered', 'value');
    const afterKill = store.crash(keptByProcess);
    const next = await openSmall(afterKill);
    await using last = await openSmall(afterKill.crash());
    expect(await keysOf(last)).toEqual(['buffered']);
    await Promise.all([db.close(), next.close()]);
  });

  it('leaves a synced synchronous write of a process that found an unsynced log', async () => {
    const store = memoryStore();
    const db = await openSmall(store);
    await db.put('buffered', 'value');
    const afterKill = store.crash(keptByProcess);
    const next = await openSmall(afterKill);
    next.putSync('synced', 'value', { durability: 'synced' });
    await using last = await openSmall(afterKill.crash());
    expect(await keysOf(last)).toEqual(['buffered', 'synced']);
    await Promise.all([db.close(), next.close()]);
  });
});

describe('a database that is opened and closed over and over', () => {
  it('keeps its log short, with and without entries in it', async () => {
    const store = memoryStore();
    for (let i = 0; i < 30; i++) {
      const db = await openSmall(store);
      if (i === 20) await db.put('key', 'value');
      await db.idle();
      await db.close();
    }
    expect((store.openLog().segments() as unknown[]).length).toBeLessThanOrEqual(7);
    await using db = await openSmall(store);
    expect(await db.get('key')).toBe('value');
  });
});
