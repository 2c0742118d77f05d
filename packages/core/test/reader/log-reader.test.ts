// Readers that follow the log: they see what was acknowledged, without a flush, in its order and whole.

import { json, memoryStore, open, openReader, utf8 } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { describe, expect, it } from 'vitest';
import { follower, logObjects, place, writer } from './log-reader-test-kit.ts';
import { CODECS, many, SMALL } from './reader-test-kit.ts';

describe('a reader that follows the log', () => {
  it('sees each write as soon as it is acknowledged', async () => {
    const store = place();
    await using db = await writer(store);
    await db.put('a', 'before');
    await using reader = await follower(store);
    expect(await reader.get('a')).toBe('before');
    for (let i = 0; i < 20; i++) {
      const epoch = await db.put('a', `value ${i}`);
      expect(await reader.get('a')).toBe(`value ${i}`);
      expect(reader.epoch).toBe(epoch);
    }
    await db.delete('a');
    expect(await reader.get('a')).toBeUndefined();
    expect(reader.stats()).toMatchObject({ manifest: db.stats().manifest, log: { entries: 22, waitsFor: undefined } });
  });

  it('sees batches whole, and in a scan and a snapshot one moment', async () => {
    const store = place();
    await using db = await writer(store);
    await db.putMany(many('first', 500));
    await using reader = await follower(store);
    expect(await reader.scan().all()).toEqual(many('first', 500));
    using snapshot = reader.snapshot();
    const pages = reader.scan().batches()[Symbol.asyncIterator]();
    const found = (await pages.next()).value as [string, string][];
    await db.putMany(many('second', 500));
    await db.delete('key000499');
    expect(await reader.scan().all()).toEqual(many('second', 499));
    for (let page = await pages.next(); page.done !== true; page = await pages.next()) found.push(...page.value);
    expect(found).toEqual(many('first', 500));
    expect(await snapshot.scan().all()).toEqual(many('first', 500));
  });

  it('waits for an epoch without a flush', async () => {
    const store = place();
    await using db = await writer(store);
    await using reader = await follower(store, { staleMs: 3_600_000 });
    const epoch = await db.put('a', 'b');
    expect(await reader.get('a')).toBeUndefined();
    await reader.waitEpoch(epoch);
    expect(reader.epoch).toBe(epoch);
    expect(await reader.get('a')).toBe('b');
  });

  it('sees key spaces that are made after it was opened, and dropped', async () => {
    const store = place();
    await using db = await writer(store);
    await using reader = await follower(store);
    const numbers = reader.keyspace('numbers', { keys: utf8, values: json<number>() });
    expect(await numbers.get('a')).toBeUndefined();
    await db.keyspace('numbers', { keys: utf8, values: json<number>() }).put('a', 1);
    expect(await numbers.get('a')).toBe(1);
    await db.dropKeyspace('numbers');
    expect(await numbers.scan().all()).toEqual([]);
  });

  it('goes on through flushes and merges, and lets go of what they cover', async () => {
    const store = place();
    await using db = await writer(store, { sstSizeBytes: 65536, compression: 'none' });
    await using reader = await follower(store);
    for (let round = 0; round < 30; round++) {
      await db.putMany(many(`round ${round}`, 300));
      expect(await reader.scan().all()).toEqual(many(`round ${round}`, 300));
      if (round % 3 === 1) await db.flush();
      if (round % 7 === 6) await db.compact();
      expect(await reader.scan().all()).toEqual(many(`round ${round}`, 300));
    }
    await db.compact();
    await reader.refresh();
    expect(reader.stats().log).toMatchObject({ entries: 0, waitsFor: undefined });
  });

  it('keeps what a snapshot reads after the writer has flushed and truncated it', async () => {
    const store = place();
    await using db = await writer(store);
    await db.put('a', 'old');
    await using reader = await follower(store);
    using snapshot = reader.snapshot();
    await db.put('a', 'new');
    await db.flush();
    await db.idle();
    expect(await reader.get('a')).toBe('new');
    for (let i = 0; i < 3; i++) {
      await db.putMany(many(`more ${i}`, 300));
      await db.flush();
      await reader.refresh();
    }
    expect(await snapshot.get('a')).toBe('old');
    expect(await snapshot.scan().all()).toEqual([['a', 'old']]);
  });

  it('goes on in the term that the writer has taken for itself, and in that of the next', async () => {
    const store = place();
    await using reader = await (async () => {
      await using db = await writer(store);
      await db.put('a', 'first');
      return await follower(store);
    })();
    for (const value of ['second', 'third', 'fourth']) {
      await using db = await writer(store);
      expect(await reader.get('a')).toBe({ second: 'first', third: 'second', fourth: 'third' }[value]);
      await db.put('a', value);
      expect(await reader.get('a')).toBe(value);
    }
    expect(await reader.get('a')).toBe('fourth');
  });

  it('looks with one list of manifests and one of the log, and reads each object once', async () => {
    const store = place();
    await using db = await writer(store);
    const calls: string[] = [];
    await using reader = await follower(
      store.share({ sync: false, fault: ({ operation, name }) => void calls.push(`${operation} ${name}`) }),
    );
    await db.put('a', '1');
    await db.put('a', '2');
    calls.length = 0;
    await reader.refresh();
    expect(calls.slice(0, 2)).toEqual(['list wal/', expect.stringMatching(/^get wal\//)]);
    expect(calls.filter((call) => call.startsWith('get'))).toHaveLength(2);
    expect(calls.filter((call) => call.startsWith('list'))).toEqual(['list wal/', 'list manifest/']);
    calls.length = 0;
    await reader.refresh();
    expect(calls).toEqual(['list wal/', 'list manifest/']);
  });

  it('holds no more memory after two hundred looks than after fifty', async () => {
    const store = place();
    await using db = await writer(store);
    await using reader = await follower(store);
    const held: number[] = [];
    for (let i = 0; i < 200; i++) {
      await db.put(`key ${i % 50}`, `round ${i}`);
      if (i % 5 === 4) await db.flush();
      if (i % 10 === 9) await db.compact();
      await reader.scan({ limit: 200 }).all();
      if (i % 50 === 49) held.push(reader.stats().memory.allocatedBytes);
    }
    expect(held.at(-1)! - held[0]!).toBeLessThan(64 * 1024);
  });
});

describe('which logs can be followed', () => {
  const message = async (opening: Promise<unknown>) => (await opening.catch((error: unknown) => error)) as Error;

  it('one of objects elsewhere', async () => {
    const [store, elsewhere] = [place(), place()];
    await using db = await open(store, { ...SMALL, log: objectLog(elsewhere) });
    await using reader = await openReader(store, { ...SMALL, staleMs: 0, follow: 'log', log: objectLog(elsewhere) });
    await db.put('a', 'b');
    expect(await reader.get('a')).toBe('b');
    expect(await logObjects(store)).toEqual([]);
    const wrong = await message(openReader(store, { ...SMALL, follow: 'log', log: objectLog(store) }));
    expect(wrong).toMatchObject({ code: 'CORRUPTION', message: expect.stringContaining("is this the database's log?") });
  });

  it("the store's own, where it is one of objects", async () => {
    const store = place();
    await using db = await writer(store);
    await db.put('a', 'b');
    const own = { ...store, openLog: () => objectLog(store) };
    await using reader = await openReader(own, { ...SMALL, follow: 'log' });
    expect(await reader.get('a')).toBe('b');
  });

  it('not that of another database', async () => {
    const [store, other] = [place(), place()];
    await using db = await writer(store);
    await using strange = await writer(other);
    await strange.put('a', 'b');
    const wrong = await message(openReader(store, { ...SMALL, follow: 'log', log: objectLog(other) }));
    expect(wrong).toMatchObject({ code: 'CORRUPTION', message: expect.stringContaining('log belongs to another database') });
    void db;
  });

  it('none whose bytes may be lost', async () => {
    const store = memoryStore();
    await using db = await open(store, SMALL);
    const refused = await message(openReader(store.share(), { ...SMALL, follow: 'log' }));
    expect(refused).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining("follow: 'manifest'") });
    void db;
  });

  it('a reader that is not given the log says how', async () => {
    const store = place();
    await using db = await writer(store);
    const refused = await message(openReader(store, { ...SMALL, follow: 'log' }));
    expect(refused).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringMatching(/log: objectLog\(store\).*kind=objects/) });
    await expect(openReader(store, { ...CODECS, log: objectLog(store) })).rejects.toThrow(TypeError);
    void db;
  });
});
