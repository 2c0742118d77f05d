// Long scans while the database changes under them: between pages there are writes, flushes and compactions, and every scan sees one moment, the one at
// which its first page was asked for.

import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../base/random.ts';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore } from '../store/memory-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { open, type Database } from './open-database.ts';
import type { ScanRange } from './types.ts';

const SEED = 20261121;
const KEYS = 1500;
const keyOf = (i: number): string => `key-${String(i).padStart(5, '0')}`;
/** Large enough that a page of 64 KiB holds a tenth of all entries. */
const valueOf = (random: Random): string => `${random.uint32()} ${'x'.repeat(300 + (random.uint32() % 300))}`;

type Text = Database<ObjectStore, string, string>;

/** A database in which about two thirds of the keys exist, in SSTs of several levels and in memory, and a model of it. */
async function filled(store: ObjectStore, random: Random) {
  const db = (await open(store, {
    keys: utf8,
    values: utf8,
    memoryBudgetBytes: 4 << 20,
    blockSizeBytes: 1024,
    sstSizeBytes: 128 << 10,
  })) as unknown as Text;
  const model = new Map<string, string>();
  const change = async (count: number): Promise<void> => {
    const batch = db.batch();
    for (let i = 0; i < count; i++) {
      const key = keyOf(random.uint32() % KEYS);
      const value = random.uint32() % 4 > 0 ? valueOf(random) : undefined;
      if (value === undefined) model.delete(key);
      else model.set(key, value);
      if (value === undefined) batch.delete(key);
      else batch.put(key, value);
    }
    await db.write(batch);
  };
  for (let round = 0; round < 8; round++) {
    await change(300);
    if (round % 2 === 0) await db.flush();
    if (round === 3) await db.compact({ lt: keyOf(KEYS / 2) });
  }
  return { db, model, change };
}

/** Something that may happen between two entries. */
async function disturb(random: Random, db: Text, change: (count: number) => Promise<void>): Promise<void> {
  await change(40);
  const choice = random.uint32() % 4;
  if (choice === 0) await db.flush();
  if (choice === 1) await db.compact({ gte: keyOf(random.uint32() % KEYS) });
}

/** What a scan of the model finds. */
function expected(model: ReadonlyMap<string, string>, range: ScanRange<string>): [string, string][] {
  const { gt, gte, lt, lte, prefix = '', reverse, limit = Infinity } = range;
  const found = [...model]
    .filter(([key]) => (gt === undefined || key > gt) && (gte === undefined || key >= gte))
    .filter(([key]) => (lt === undefined || key < lt) && (lte === undefined || key <= lte) && key.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  if (reverse === true) found.reverse();
  return found.slice(0, limit);
}

const RANGES: [string, ScanRange<string>][] = [
  ['everything', {}],
  ['everything backwards', { reverse: true }],
  ['a stretch with both ends', { gte: keyOf(100), lte: keyOf(1400) }],
  ['a stretch without its ends, backwards', { gt: keyOf(100), lt: keyOf(1400), reverse: true }],
  ['a stretch with both ends, backwards', { gte: keyOf(100), lte: keyOf(1400), reverse: true }],
  ['a prefix', { prefix: 'key-00' }],
  ['a prefix backwards', { prefix: 'key-00', reverse: true }],
  ['the first 700', { limit: 700 }],
  ['the last 700, backwards', { limit: 700, reverse: true }],
];

describe.each([
  ['a synchronous', () => memoryStore()],
  ['an asynchronous', () => memoryStore({ sync: false })],
])('a long scan over %s store, while the database changes', (_, newStore) => {
  it.each(RANGES)('sees one moment: %s', async (__, range) => {
    const random = seededRandom(SEED);
    const { db, model, change } = await filled(newStore(), random);
    const moment = expected(model, range);
    const found: [string, string][] = [];
    for await (const entry of db.scan(range)) {
      found.push(entry);
      if (found.length % 60 === 0) await disturb(random, db, change);
    }
    expect(found.length).toBeGreaterThan(500);
    expect(found).toEqual(moment);
    expect(db.stats().snapshots).toBe(0);
    expect(await db.scan(range).all()).toEqual(expected(model, range));
    await db.close();
  });
});

describe('a long scan', () => {
  it('may leave values out, and then sees the same keys', async () => {
    const random = seededRandom(SEED);
    const { db, model, change } = await filled(memoryStore(), random);
    const keys = expected(model, {}).map(([key]) => key);
    const found: string[] = [];
    for await (const key of db.scan().keys()) {
      found.push(key);
      if (found.length % 200 === 0) await disturb(random, db, change);
    }
    expect(found).toEqual(keys);
    const entries = await db.scan({ keysOnly: true, limit: 3 }).all();
    expect(entries).toEqual(expected(model, { limit: 3 }).map(([key]) => [key, undefined]));
    await db.close();
  });

  it('goes through batches and in a loop that does not wait', async () => {
    const random = seededRandom(SEED);
    await using db = await open(memoryStore(), { keys: utf8, values: utf8, memoryBudgetBytes: 4 << 20 });
    for (let i = 0; i < KEYS; i++) await db.put(keyOf(i), 'x'.repeat(500));
    await db.flush();
    const sizes: number[] = [];
    for await (const batch of db.scan().batches()) {
      sizes.push(batch.length);
      for (const [key] of batch) if (random.uint32() % 10 === 0) await db.delete(key);
    }
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(KEYS);
    expect(sizes.length).toBeGreaterThan(5);
    let count = 0;
    const left = await db.scan().all();
    for (const [key] of db.scanSync()) {
      expect(key).toBe(left[count++][0]);
      db.deleteSync(key);
    }
    expect([count, [...db.scanSync()]]).toEqual([left.length, []]);
  });

  it('takes entries that are larger than a page', async () => {
    await using db = await open(memoryStore(), { keys: utf8, values: utf8, memoryBudgetBytes: 8 << 20 });
    const sizes = [10, 70_000, 0, 65_536, 200_000, 5];
    for (const [i, size] of sizes.entries()) await db.put(keyOf(i), 'x'.repeat(size));
    await db.scan({ limit: 1 }).all();
    const before = db.stats().memory.allocatedBytes;
    const lengths = async (range?: ScanRange<string>) => (await db.scan(range).all()).map(([, value]) => value.length);
    expect(await lengths()).toEqual(sizes);
    await db.scan({ limit: 1 }).all();
    expect(db.stats().memory.allocatedBytes).toBe(before);
    await db.flush();
    expect(await lengths({ reverse: true })).toEqual([...sizes].reverse());
  });

  it('holds a claim on its moment between pages, and lets go of it at the end, also when it is left early', async () => {
    const random = seededRandom(SEED);
    const { db } = await filled(memoryStore(), random);
    const claims = (): number => db.stats().snapshots;
    const iterator = db.scan()[Symbol.asyncIterator]();
    expect(claims()).toBe(0);
    await iterator.next();
    expect(claims()).toBe(1);
    await iterator.return?.();
    expect(claims()).toBe(0);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    for await (const entry of db.scan()) if (entry[0] > keyOf(700)) break;
    expect(claims()).toBe(0);
    for await (const batch of db.scan().batches()) if (batch.length > 0) break;
    expect(claims()).toBe(0);
    expect(await db.scan().first()).toBeDefined();
    expect(claims()).toBe(0);
    await db.close();
  });

  it('several at a time see each its own moment', async () => {
    const random = seededRandom(SEED);
    const { db, model, change } = await filled(memoryStore(), random);
    const scans: { moment: [string, string][]; found: [string, string][]; iterator: AsyncIterator<[string, string]> }[] = [];
    for (let i = 0; i < 4; i++) {
      const range = { reverse: i % 2 === 1 };
      const iterator = db.scan(range)[Symbol.asyncIterator]();
      scans.push({ moment: expected(model, range), found: [(await iterator.next()).value as [string, string]], iterator });
      await change(100);
    }
    expect(db.stats().snapshots).toBe(4);
    for (let left = scans.length; left > 0;) {
      const { iterator, found } = scans[random.uint32() % scans.length];
      for (let i = 0; i < 100; i++) {
        const { done, value } = (await iterator.next()) as IteratorResult<[string, string], undefined>;
        if (done !== true) found.push(value);
      }
      await disturb(random, db, change);
      left = scans.filter((scan) => scan.found.length < scan.moment.length).length;
    }
    for (const { found, moment } of scans) expect(found).toEqual(moment);
    await db.close();
  });
});
