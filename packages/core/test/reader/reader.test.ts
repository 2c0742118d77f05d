// Readers beside a writer: what they see, when, and what happens when the writer deletes what they read.

import { json, memoryStore, open, openReader, utf8 } from '@varve/core';
import { describe, expect, it } from 'vitest';
import {
  CODECS,
  SMALL,
  EACH_READ_LOOKS,
  SELDOM,
  withHeldLists,
  ON_REQUEST,
  many,
  flushed,
  replaceAll,
  type Texts,
  type TextReader,
} from './reader-test-kit.ts';

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
    await using reader: TextReader = await openReader(store.share({ sync: sync as true }), SELDOM);
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
  it('follow: false does not go on by itself where objects are gone: a get is EXPIRED, and refresh helps', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share(), ON_REQUEST);
    await replaceAll(db, 'second');
    await expect(reader.get('key001000')).rejects.toMatchObject({ code: 'EXPIRED', message: expect.stringContaining('refresh') });
    await reader.refresh();
    expect(await reader.get('key001000')).toBe(many('second')[1000]![1]);
  });

  it('a scan that is begun again after EXPIRED sees the newest, however new the last look is', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first'));
    await using reader: TextReader = await openReader(store.share(), SELDOM);
    await replaceAll(db, 'second');
    await expect(reader.scan().all()).rejects.toMatchObject({ code: 'EXPIRED' });
    expect(await reader.scan().all()).toEqual(many('second'));
  });

  it('a read does not share a look that began before what it has to see', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    const { slow, holdNext } = withHeldLists(store);
    await using reader: TextReader = await openReader(slow, EACH_READ_LOOKS);
    const letGo = holdNext();
    const first = reader.get('more');
    await db.put('more', 'x');
    await db.flush();
    const second = reader.get('more');
    letGo();
    await first;
    expect(await second).toBe('x');
  });

  it('keys may be changed by the caller while the reader looks', async () => {
    const store = memoryStore();
    await using db = await open(store);
    await db.put(Uint8Array.of(1), 'one');
    await db.put(Uint8Array.of(2), 'two');
    await db.flush();
    await using reader = await openReader(store.share({ sync: false }), { staleMs: 0 });
    const key = Uint8Array.of(1);
    const reads = [reader.get(key), reader.getEntry(key)] as const;
    key[0] = 2;
    expect(new TextDecoder().decode(await reads[0])).toBe('one');
    expect(await reads[1]).toMatchObject({ key, value: new TextEncoder().encode('one') });
  });

  it('a signal ends the waiting for a look', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    const { slow, holdNext } = withHeldLists(store);
    await using reader: TextReader = await openReader(slow, EACH_READ_LOOKS);
    const letGo = holdNext();
    const stop = new AbortController();
    const { signal } = stop;
    const waiting = [reader.get('a', { signal }), reader.scan({ signal }).all(), reader.refresh({ signal })];
    stop.abort();
    for (const read of waiting) await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    letGo();
    void db;
  });

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
    const { slow, holdNext } = withHeldLists(store);
    await using reader: TextReader = await openReader(slow, ON_REQUEST);
    const letGo = holdNext();
    const first = reader.refresh();
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
    expect(await snapshot.keyspace(numbers).get('a')).toBe(1);
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
