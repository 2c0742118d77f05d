// What merges have replaced stays for a while, for readers elsewhere that hold no pin.

import { memoryStore, open, openReader, type OpenOptions } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { many, ON_REQUEST, replaceAll, SMALL, type TextReader, type Texts } from '../reader/reader-test-kit.ts';

const NOON = 1_764_000_000_000;
const MINUTE = 60_000;

function setUp() {
  const store = memoryStore();
  const time = { now: NOON };
  const OPTIONS = { ...SMALL, sstSizeBytes: 65536, retainMs: 5 * MINUTE, clock: { now: () => time.now } } satisfies OpenOptions<
    string,
    string,
    string,
    string,
    string
  >;
  return {
    store,
    time,
    reopen: async (): Promise<Texts> => open(store, OPTIONS),
    ssts: () => store.sync.list('sst/').map(({ name }) => name),
  };
}

describe('retainMs', () => {
  it('a scan that began before a merge comes to its end after it', async () => {
    const { store, reopen } = setUp();
    await using db = await reopen();
    await replaceAll(db, 'first');
    await using reader: TextReader = await openReader(store.share(), ON_REQUEST);
    const seen: string[] = [];
    for await (const [key] of reader.scan()) {
      if (seen.push(key) === 10) await replaceAll(db, 'second');
    }
    expect(seen).toEqual(many('').map(([key]) => key));
  });

  it('is how long objects stay: with the next manifest after that they go', async () => {
    const { time, reopen, ssts } = setUp();
    await using db = await reopen();
    await replaceAll(db, 'first');
    const first = ssts();
    await replaceAll(db, 'second');
    time.now += 5 * MINUTE - 1;
    await db.put('a', 'x');
    await db.flush();
    await db.idle();
    expect(ssts()).toEqual(expect.arrayContaining(first));
    time.now += 1;
    await db.put('b', 'x');
    await db.flush();
    await db.idle();
    expect(ssts().filter((name) => first.includes(name))).toEqual([]);
    expect(await db.verify()).toMatchObject({ ok: true });
  });

  it('goes on with the next writer: what the one before replaced is not forgotten, nor deleted early', async () => {
    const { time, reopen, ssts } = setUp();
    const writer = await reopen();
    await replaceAll(writer, 'first');
    const first = ssts();
    await replaceAll(writer, 'second');
    await writer.close();
    for (let opened = 0; opened < 20; opened++) {
      time.now += 6_000;
      const next = await reopen();
      await next.put('a', String(opened));
      await next.close();
    }
    expect(ssts()).toEqual(expect.arrayContaining(first));
    time.now += 4 * MINUTE;
    await using last = await reopen();
    await last.put('a', 'x');
    await last.flush();
    await last.idle();
    expect(ssts().filter((name) => first.includes(name))).toEqual([]);
    expect(await last.get('key000001')).toBe(many('second', 2)[1]![1]);
  });

  it('takes milliseconds', async () => {
    await expect(open(memoryStore(), { retainMs: -1 })).rejects.toThrow(RangeError);
  });
});
