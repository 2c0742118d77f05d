// What a reader asks an object storage for before it has its first answer, and in how many rows.

import { memoryStore, open, openReader, type MemoryStore, type SyncMemoryStore } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { many, ON_REQUEST, SMALL, flushed, type TextReader } from './reader-test-kit.ts';
import { drawn, Rows } from './rows-test-kit.ts';

const TINY = 40_000;
const key = (i: number): string => `k${String(i).padStart(7, '0')}`;

/** SSTs of 64 KiB with several partitions each: of entries that are hardly more than a key. */
async function tiny(count = TINY): Promise<SyncMemoryStore> {
  const store = memoryStore();
  await using db = await open(store, { ...SMALL, sstSizeBytes: 65536, compression: 'none' });
  for (let i = 0; i < count; i += 5000) {
    await db.putMany(Array.from({ length: Math.min(5000, count - i) }, (_, j): [string, string] => [key(i + j), String(i + j)]));
  }
  await db.compact();
  await db.idle();
  return store;
}

const FLUSHES = 3;
/** Of a key: those of L0, and one SST of L1. */
const RUNS = FLUSHES + 1;

/** A tree with SSTs in L1 and several runs in L0 that all reach over the same keys: flush n wrote each key whose number is n modulo `FLUSHES`. */
async function layered(): Promise<MemoryStore> {
  const store = memoryStore();
  await using db = await flushed(store, many('below', 600));
  for (let flush = 0; flush < FLUSHES; flush++) {
    await db.putMany(many(`flush${flush}`, 600).filter((_, i) => i % FLUSHES === flush || i === 0 || i === 599));
    await db.flush();
  }
  expect(db.stats().levels[0]!.ssts).toBe(FLUSHES);
  return store.crash({ sync: false, unsynced: (bytes) => bytes });
}

async function cold(store: MemoryStore): Promise<{ rows: Rows; reader: TextReader }> {
  const rows = new Rows(store);
  return { rows, reader: await openReader(rows.store, ON_REQUEST) };
}

describe('a reader on object storage', () => {
  it.each([
    ['few', 3000],
    ['many', TINY],
  ])('has its first answer after four rows of requests: %s SSTs', async (_, count) => {
    const store = await tiny(count);
    const rows = new Rows(store);
    const asked = await rows.of(async () => {
      const reader: TextReader = await openReader(rows.store, ON_REQUEST);
      return { reader, value: await reader.get(key(1234)) };
    });
    expect(asked.result.value).toBe('1234');
    expect(drawn(asked.requests).map((row) => row.replace(/\d+ manifest/, 'manifests'))).toEqual([
      '1 list',
      'manifests',
      '1 meta',
      '1 sst',
    ]);
    expect(asked.result.reader.stats().ssts).toBeGreaterThanOrEqual(count === TINY ? 7 : 1);
    await asked.result.reader.close();
  });

  it('asks for nothing but the block when a second key of the SST is read, and for nothing when there is none', async () => {
    const { rows, reader } = await cold(await tiny());
    await reader.get(key(100));
    // Another partition of the same SST: it came with the head.
    const second = await rows.of(() => reader.get(key(4500)));
    expect(second).toMatchObject({ result: '4500', rows: 1 });
    expect(drawn(second.requests)).toEqual(['1 sst']);
    expect(await rows.of(() => reader.has(`${key(100)}x`))).toMatchObject({ result: false, rows: 0 });
    const absent = await rows.of(() => reader.get(`${key(20_000)}x`));
    expect(absent.result).toBeUndefined();
    expect(drawn(absent.requests)).toEqual(['1 meta']);
    // Behind all SSTs.
    expect(await rows.of(() => reader.get('z'))).toMatchObject({ result: undefined, rows: 0 });
    await reader.close();
  });

  it('reads a snapshot in as many rows', async () => {
    const { rows, reader } = await cold(await tiny());
    using snapshot = reader.snapshot();
    const asked = await rows.of(() => snapshot.get(key(9)));
    expect(asked.result).toBe('9');
    expect(drawn(asked.requests)).toEqual(['1 meta', '1 sst']);
    await reader.close();
  });

  it('asks for many keys of many SSTs side by side', async () => {
    const { rows, reader } = await cold(await tiny());
    const keys = Array.from({ length: 20 }, (_, i) => TINY - 1 - i * 2000);
    const asked = await rows.of(() => reader.getMany([...keys.map(key), 'none']));
    expect(asked.result).toEqual([...keys.map(String), undefined]);
    expect(drawn(asked.requests)).toEqual([`${reader.stats().ssts} meta`, '20 sst']);
    await reader.close();
  });

  it('asks for an SST once, however many gets wait for it', async () => {
    const { rows, reader } = await cold(await tiny());
    const asked = await rows.of(() => Promise.all(Array.from({ length: 50 }, (_, i) => reader.get(key(i)))));
    expect(asked.result).toEqual(Array.from({ length: 50 }, (_, i) => String(i)));
    expect(drawn(asked.requests)).toEqual(['1 meta', '1 sst']);
    await reader.close();
  });

  it('asks all runs that may hold a key at once', async () => {
    const store = await layered();
    const { rows, reader } = await cold(store);
    const [known] = many('below', 600)[7]!;
    const asked = await rows.of(() => reader.get(`${known}x`));
    expect(asked.result).toBeUndefined();
    expect(drawn(asked.requests)).toEqual([`${RUNS} meta`]);
    await reader.close();
    const again = await cold(store);
    const found = await again.rows.of(() => again.reader.get(known));
    expect(found.result).toBe(many('flush1', 600)[7]![1]);
    expect(drawn(found.requests)).toEqual([`${RUNS} meta`, '1 sst']);
    await again.reader.close();
  });

  it.each([false, true])('begins a scan of all runs with one row for their heads (reverse: %s)', async (reverse) => {
    const { rows, reader } = await cold(await layered());
    const asked = await rows.of(() => reader.scan({ reverse, limit: 3 }).all());
    const [first] = drawn(asked.requests);
    expect(first).toBe(`${RUNS} meta`);
    expect(asked.requests.filter(({ name }) => name.endsWith('.meta'))).toHaveLength(RUNS);
    const warm = await rows.of(() => reader.scan({ reverse, limit: 3 }).all());
    expect(warm).toEqual({ result: asked.result, rows: 0, requests: [] });
    await reader.close();
  });

  it.each([
    [false, TINY],
    [true, TINY],
    // The last SST, where a scan begins that goes down, is a full one.
    [true, 5000],
  ])('scans SSTs with several partitions each that it meets on its way (reverse: %s, entries: %i)', async (reverse, count) => {
    const { reader } = await cold(await tiny(count));
    const expected = Array.from({ length: count }, (_, i) => key(i));
    const found: string[] = [];
    for await (const one of reader.scan({ reverse }).keys()) found.push(one);
    expect(found).toEqual(reverse ? expected.reverse() : expected);
    await reader.close();
  });

  it.each([false, true])('scans a range within them (reverse: %s)', async (reverse) => {
    const store = await tiny();
    for (const [from, to] of [
      [0, 1],
      [4000, 9000],
      [TINY - 3, TINY],
    ] as const) {
      const { reader } = await cold(store);
      const found = await reader.scan({ gte: key(from), lt: key(to), reverse }).all();
      const expected = Array.from({ length: to - from }, (_, i): [string, string] => [key(from + i), String(from + i)]);
      expect(found).toEqual(reverse ? expected.reverse() : expected);
      await reader.close();
    }
  });

  it('holds no more memory when all heads were read than after it was opened', async () => {
    const { reader } = await cold(await tiny());
    const before = reader.stats().memory.allocatedBytes;
    await reader.getMany(Array.from({ length: 20 }, (_, i) => key(i * 2000)));
    expect(reader.stats().memory.allocatedBytes).toBeLessThanOrEqual(before);
    await reader.close();
  });

  it('is told of what it needs, whatever else fails before', async () => {
    const store = await layered();
    const metas = (await store.list('sst/')).map(({ name }) => name).filter((name) => name.endsWith('.meta'));
    await store.delete(metas);
    const newest = metas.sort().at(-1)!;
    const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
    const reader: TextReader = await openReader(
      store.share({ sync: false, delay: ({ name }) => (name === newest ? later() : undefined) }),
      ON_REQUEST,
    );
    const reads = [reader.get(many('below', 600)[7]![0]), reader.scan().all(), reader.scan({ reverse: true }).all()];
    for (const read of reads) await expect(read).rejects.toMatchObject({ code: 'CORRUPTION', object: newest });
    await reader.close();
  });

  it('that is closed while a head is on its way ends the read, and nothing is left behind', async () => {
    const { reader } = await cold(await layered());
    const reading = reader.get(many('below', 600)[7]![0]);
    const scanning = reader.scan().all();
    const ended = Promise.allSettled([reading, scanning]);
    await Promise.resolve();
    await reader.close();
    const failures = (await ended).map((end) => (end.status === 'rejected' ? (end.reason as { code: string }).code : 'CLOSED'));
    expect(failures).toEqual(['CLOSED', 'CLOSED']);
    await expect(reader.get('key000007')).rejects.toMatchObject({ code: 'CLOSED' });
  });
});

describe('.meta objects that are too many to be kept', () => {
  it('are read by piece: the head, then what is asked for', async () => {
    // Each block holds one entry, and has a separator as long as its key.
    const long = (i: number): string => `${'long'.repeat(200)}${key(i)}`;
    const entries = Array.from({ length: 1000 }, (_, i): [string, string] => [long(i), `${i} `.padEnd(3000, '.')]);
    const store = memoryStore();
    const db = await open(store, { ...SMALL, sstSizeBytes: 256 * 1024, compression: 'none' });
    await db.putMany(entries);
    await db.compact();
    await db.close();
    const metas = (await store.list('sst/')).filter(({ name }) => name.endsWith('.meta'));
    expect(metas.reduce((sum, { size }) => sum + size, 0)).toBeGreaterThan(SMALL.memoryBudgetBytes / 8);
    const { rows, reader } = await cold(store);
    const wanted = entries.filter((_, i) => i % 10 === 0);
    const asked = await rows.of(() => reader.getMany(wanted.map(([k]) => k)));
    expect(asked.result).toEqual(wanted.map(([, value]) => value));
    expect(asked.requests.filter(({ row }) => row === 1)).toHaveLength(metas.length);
    expect(drawn(asked.requests)[1]).toMatch(/^\d+ sst, \d+ meta$/);
    await reader.close();
  });
});
