// A range as users hold it: nothing happens until it is iterated, and every way through it gives the same entries.

import { describe, expect, it } from 'vitest';
import { json } from '../format/json-codec.ts';
import { utf8 } from '../format/utf8-codec.ts';
import type { MemoryStoreOptions } from '../store/memory-handle.ts';
import { memoryStore } from '../store/memory-store.ts';
import { open } from './open-database.ts';

const COUNT = 400;
const keyOf = (i: number): string => `k${String(i).padStart(4, '0')}`;
const ENTRIES = Array.from({ length: COUNT }, (_, i): [string, { n: number; text: string }] => [keyOf(i), { n: i, text: 'x'.repeat(400) }]);

async function filled(options: MemoryStoreOptions & { sync?: true } = {}) {
  const db = await open(memoryStore(options), { keys: utf8, values: json<{ n: number; text: string }>(), memoryBudgetBytes: 4 << 20 });
  await db.putMany(ENTRIES);
  return db;
}

async function listOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

describe('a scan', () => {
  it('gives the same entries in every manner', async () => {
    await using db = await filled();
    const scan = db.scan();
    expect(await listOf(scan)).toEqual(ENTRIES);
    expect(await scan.all()).toEqual(ENTRIES);
    expect((await listOf(scan.batches())).flat()).toEqual(ENTRIES);
    expect([...db.scanSync()]).toEqual(ENTRIES);
    expect(await listOf(scan.keys())).toEqual(ENTRIES.map(([key]) => key));
    expect(await listOf(scan.values())).toEqual(ENTRIES.map(([, value]) => value));
    expect(await scan.first()).toEqual(ENTRIES[0]);
  });

  it('of an empty range gives nothing in every manner', async () => {
    await using db = await filled();
    const scan = db.scan({ gt: 'k0001', lt: 'k0002' });
    expect([await listOf(scan), await scan.all(), await listOf(scan.batches()), await scan.first()]).toEqual([[], [], [], undefined]);
    expect([...db.scanSync({ gt: 'k0001', lt: 'k0002' })]).toEqual([]);
    expect(await db.scan({ limit: 0 }).all()).toEqual([]);
    expect(await db.scan({ limit: 0 }).first()).toBeUndefined();
  });

  it('may be iterated again, and sees what is there then', async () => {
    await using db = await filled();
    const scan = db.scan({ lt: keyOf(2) });
    const items = db.scanSync({ lt: keyOf(2) });
    expect([(await scan.all()).length, [...items].length]).toEqual([2, 2]);
    await db.delete(keyOf(0));
    expect([(await scan.all()).length, [...items].length]).toEqual([1, 1]);
    expect(await scan.first()).toEqual(ENTRIES[1]);
  });

  it('begins at the moment of the first step, not when it is made', async () => {
    await using db = await filled();
    const iterator = db.scan({ limit: 1 })[Symbol.asyncIterator]();
    await db.delete(keyOf(0));
    expect((await iterator.next()).value).toEqual(ENTRIES[1]);
  });

  it('first() takes the first in the order of the scan, and not beyond its limit', async () => {
    await using db = await filled();
    expect(await db.scan({ reverse: true }).first()).toEqual(ENTRIES.at(-1));
    expect(await db.scan({ gt: keyOf(17), limit: 5 }).first()).toEqual(ENTRIES[18]);
  });

  it('without values does not decode them: undefined stands for each', async () => {
    await using db = await filled();
    expect(await db.scan({ keysOnly: true, limit: 2 }).all()).toEqual([
      [keyOf(0), undefined],
      [keyOf(1), undefined],
    ]);
    expect(await listOf(db.scan({ keysOnly: true, limit: 2 }).values())).toEqual([undefined, undefined]);
    expect([...db.scanSync({ keysOnly: true, limit: 1 })]).toEqual([[keyOf(0), undefined]]);
  });

  it('refuses options that do not exist, and combinations that contradict each other, at once', async () => {
    await using db = await filled();
    const refused = (options: object): string => {
      try {
        db.scan(options);
      } catch (error) {
        return (error as Error).message;
      }
      return 'taken';
    };
    expect(refused({ start: 'a' })).toContain('did you mean gte?');
    expect(refused({ values: false })).toContain('did you mean keysOnly: true?');
    expect(refused({ limit: -1 })).toContain('limit must be an integer of at least 0, not -1');
    expect(refused({ gt: 'a', gte: 'b' })).not.toBe('taken');
    expect(refused({ reverse: 'yes' })).toContain('reverse must be true or false');
  });
});

describe('an iteration', () => {
  it('answers calls that overlap in their order, over an asynchronous store as well', async () => {
    await using sync = await filled();
    const some = sync.scan({ limit: 5 })[Symbol.asyncIterator]();
    const results = await Promise.all(Array.from({ length: 7 }, async () => some.next()));
    expect(results.map(({ value, done }) => (done === true ? undefined : value))).toEqual([...ENTRIES.slice(0, 5), undefined, undefined]);
    await using db = await open(memoryStore({ sync: false }), { keys: utf8, values: utf8 });
    await db.putMany(ENTRIES.map(([key]) => [key, 'x'.repeat(500)] as const));
    await db.flush();
    const iterator = db.scan().keys()[Symbol.asyncIterator]();
    const keys = await Promise.all(ENTRIES.map(async () => iterator.next()));
    expect(keys.map(({ value }) => value as string)).toEqual(ENTRIES.map(([key]) => key));
  });

  it('that was returned from is over, also when a page was on its way', async () => {
    const asked: (() => void)[] = [];
    const orders: MemoryStoreOptions = {};
    const store = memoryStore();
    await using made = await open(store, { keys: utf8, values: utf8 });
    await made.putMany(ENTRIES.map(([key]) => [key, 'x'.repeat(500)] as const));
    await made.flush();
    await made.close();
    await using db = await open(store.share({ sync: false, delay: (call) => orders.delay?.(call) }), { keys: utf8, values: utf8 });
    await db.idle();
    orders.delay = ({ operation }) => (operation === 'readInto' ? new Promise((resolve) => asked.push(resolve)) : undefined);
    const iterator = db.scan()[Symbol.asyncIterator]();
    const pending = iterator.next();
    for (let i = 0; i < 100 && asked.length === 0; i++) await Promise.resolve();
    expect(asked).toHaveLength(1);
    orders.delay = undefined;
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    for (const resolve of asked) resolve();
    await pending;
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(db.stats().snapshots).toBe(0);
  });

  it('that synchronous code leaves early is over', async () => {
    await using db = await filled();
    const iterator = db.scanSync()[Symbol.iterator]();
    iterator.next();
    expect(iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(iterator.next()).toEqual({ done: true, value: undefined });
    expect(db.stats().snapshots).toBe(0);
  });

  it('whose codec fails says so, and another one begins anew', async () => {
    const store = memoryStore();
    const failing = { ...utf8, name: 'failing', decode: () => thrown(new RangeError('cannot be read')) };
    await using db = await open(store, { keys: utf8, values: failing });
    await db.put('a', 'x');
    await expect(db.scan().all()).rejects.toThrow('cannot be read');
    await expect(db.scan().first()).rejects.toThrow('cannot be read');
    expect(() => [...db.scanSync()]).toThrow('cannot be read');
    expect(await listOf(db.scan().keys())).toEqual(['a']);
  });
});

function thrown(error: Error): never {
  throw error;
}
