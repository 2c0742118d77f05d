// Databases on stores in memory: what abstract-level's suite does not ask.

import { Buffer } from 'node:buffer';
import { failCall, memoryStore, open, StorageError, utf8 } from '@varve/core';
import { expect, it } from 'vitest';
import { MemoryLevel } from './memory-level.ts';
import type { WriteOptions } from './options.ts';
import { StoreLevel } from './store-level.ts';

const LONE_SURROGATE = '\ud800';

/** `count` keys in order, `k000` and so on. */
const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${String(i).padStart(3, '0')}`);
const puts = (names: readonly string[], value: string) => names.map((key) => ({ type: 'put' as const, key, value }));

it('keeps what it holds when it is opened again, as the store does for another object', async () => {
  const store = memoryStore();
  const first = new StoreLevel(store);
  await first.put('a', '1');
  await first.close();
  await first.open();
  expect(await first.get('a')).toBe('1');
  await first.close();
  const second = new StoreLevel(store);
  expect(await second.get('a')).toBe('1');
  await second.close();
});

it('says what a store can do', () => {
  expect(new StoreLevel(memoryStore()).supports).toMatchObject({ getSync: true, permanence: false, explicitSnapshots: true });
  const asynchronous = new StoreLevel(memoryStore({ sync: false }));
  expect(asynchronous.supports).toMatchObject({ getSync: false });
});

it('refuses getSync on a store that answers later', async () => {
  const db = new StoreLevel(memoryStore({ sync: false }));
  await db.put('a', '1');
  expect(() => db.getSync('a')).toThrow(expect.objectContaining({ code: 'LEVEL_NOT_SUPPORTED' }));
  await db.close();
});

it('refuses what is no store', () => {
  // @ts-expect-error a path is no store
  expect(() => new StoreLevel('./db')).toThrow(TypeError);
});

it('shows an iterator the moment at which it was made, over many pages and while others write', async () => {
  const db = new MemoryLevel();
  const names = keys(500);
  const before = 'before'.repeat(100);
  await db.batch(puts(names, before));
  const iterator = db.iterator();
  const seen = await iterator.nextv(10);
  await db.batch([...puts(names, 'after'), ...puts(['k', 'z'], 'after')]);
  await db.del('k400');
  for (let page = await iterator.nextv(64); page.length > 0; page = await iterator.nextv(64)) seen.push(...page);
  expect(seen).toEqual(names.map((key) => [key, before]));
  iterator.seek('k450');
  expect(await iterator.next()).toEqual(['k450', before]);
  await iterator.close();
  expect(await db.get('k450')).toBe('after');
  await db.close();
});

it('hands out pages of the size that is asked for, however the engine cuts them', async () => {
  const db = new MemoryLevel();
  const names = keys(999);
  await db.batch(puts(names, 'x'.repeat(300)));
  const iterator = db.keys();
  const sizes: number[] = [];
  const seen: string[] = [];
  for (let page = await iterator.nextv(250); page.length > 0; page = await iterator.nextv(250)) {
    sizes.push(page.length);
    seen.push(...page, ...[await iterator.next()].filter((key) => key !== undefined));
  }
  expect(sizes).toEqual([250, 250, 250, 246]);
  expect(seen).toEqual(names);
  await iterator.close();
  await db.close();
});

it('refuses to read through an iterator or a snapshot that was closed', async () => {
  const db = new MemoryLevel();
  await db.put('a', '1');
  const snapshot = db.snapshot();
  await snapshot.close();
  await expect(db.get('a', { snapshot })).rejects.toMatchObject({ code: 'LEVEL_SNAPSHOT_NOT_OPEN' });
  const iterator = db.iterator();
  await iterator.close();
  await expect(iterator.next()).rejects.toMatchObject({ code: 'LEVEL_ITERATOR_NOT_OPEN' });
  await db.close();
});

it('refuses a snapshot or a sublevel of another database', async () => {
  const [db, other] = [new MemoryLevel(), new MemoryLevel()];
  await Promise.all([db.open(), other.open()]);
  const snapshot = other.snapshot();
  await expect(db.get('a', { snapshot })).rejects.toThrow(TypeError);
  expect(() => db.iterator({ snapshot })).toThrow(TypeError);
  const sublevel = other.sublevel('s') as unknown as ReturnType<typeof db.sublevel>;
  await expect(db.batch([{ type: 'put', key: 'a', value: '1', sublevel }])).rejects.toThrow(TypeError);
  expect(() => db.batch().put('a', '1', { sublevel })).toThrow(TypeError);
  expect(await db.keys().all()).toEqual([]);
  await Promise.all([db.close(), other.close()]);
});

it('reads bytes as text, and text as bytes, in any encoding', async () => {
  const db = new MemoryLevel<string, string>();
  await db.put('text', 'Tromsø');
  expect(await db.get<string, Buffer>('text', { valueEncoding: 'buffer' })).toEqual(Buffer.from('Tromsø'));
  expect(await db.get<string, Uint8Array>('text', { valueEncoding: 'view' })).toEqual(new TextEncoder().encode('Tromsø'));
  await db.put<Uint8Array, Uint8Array>(Uint8Array.of(0xff), Uint8Array.of(0xef, 0xbb, 0xbf, 0xfe), {
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  expect(await db.iterator({ gt: 'text' }).all()).toEqual([['\ufffd', '\ufeff\ufffd']]);
  const entries = await db.iterator<string, string>({ keyEncoding: 'hex', valueEncoding: 'base64', reverse: true, limit: 1 }).all();
  expect(entries).toEqual([['ff', '77u//g==']]);
  await db.clear({ gt: 'text' });
  expect(await db.keys().all()).toEqual(['text']);
  await db.close();
});

it('takes any view of bytes', async () => {
  const db = new MemoryLevel<string, ArrayBufferView>({ valueEncoding: 'view' });
  await db.put('words', Uint16Array.of(0x201, 0x403).subarray(1));
  expect(await db.get('words')).toEqual(Uint8Array.of(3, 4));
  await db.close();
});

it('keeps a string that UTF-8 cannot express as the nearest one that it can', async () => {
  const db = new MemoryLevel();
  for (const length of [0, 30, 2000]) {
    const rest = 'é'.repeat(length);
    await db.put(`${LONE_SURROGATE}${length}`, rest + LONE_SURROGATE);
    expect(await db.get(`\ufffd${length}`)).toBe(`${rest}\ufffd`);
    await db.batch([{ type: 'put', key: `${LONE_SURROGATE}${length}`, value: LONE_SURROGATE }]);
    expect(await db.get(`${LONE_SURROGATE}${length}`)).toBe('\ufffd');
  }
  expect(await db.keys().all()).toEqual(['\ufffd0', '\ufffd2000', '\ufffd30']);
  // They take more room than the halves of pairs.
  await db.batch([{ type: 'put', key: 'many', value: LONE_SURROGATE.repeat(2000) }]);
  expect(await db.get('many')).toBe('\ufffd'.repeat(2000));
  await db.close();
});

it('ends an iteration by a target outside of its range', async () => {
  const db = new MemoryLevel();
  await db.batch(puts(keys(10), ''));
  const forwards = db.keys({ gte: 'k003', lt: 'k007' });
  forwards.seek('k002');
  expect(await forwards.nextv(10)).toEqual([]);
  forwards.seek(Buffer.from('k005'), { keyEncoding: 'buffer' });
  expect(await forwards.nextv(10)).toEqual(['k005', 'k006']);
  forwards.seek('k007');
  expect(await forwards.next()).toBeUndefined();
  const backwards = db.keys({ gt: 'k003', lte: 'k007', reverse: true });
  backwards.seek('k005');
  expect(await backwards.nextv(10)).toEqual(['k005', 'k004']);
  backwards.seek('k008');
  expect(await backwards.next()).toBeUndefined();
  await Promise.all([forwards.close(), backwards.close()]);
  await db.close();
});

it('stops a read when its signal says so, with the reason as the cause', async () => {
  const db = new StoreLevel(memoryStore({ sync: false }));
  await db.batch(puts(keys(10), ''));
  const controller = new AbortController();
  const reading = db.values({ signal: controller.signal }).all();
  const reason = new Error('enough');
  controller.abort(reason);
  await expect(reading).rejects.toMatchObject({ code: 'LEVEL_ABORTED', name: 'AbortError', cause: reason });
  await db.close();
});

it('names failures of the store by the codes of Level', async () => {
  const error = new StorageError('QUOTA', 'memory store is full');
  const db = new StoreLevel(memoryStore({ fault: failCall('log.append', 2, 'before', error) }));
  await db.open();
  const failed = await db.put('a', '1').catch((thrown: unknown) => thrown);
  expect(failed).toMatchObject({ code: 'LEVEL_IO_ERROR', cause: { code: 'QUOTA' } });
  await db.close().catch(() => undefined);
});

it('refuses a key space that another program has made with codecs of its own, and lets go of the store', async () => {
  const store = memoryStore();
  const engine = await open(store);
  await engine.keyspace('level', { keys: utf8, values: utf8 }).put('a', '1');
  await engine.close();
  const db = new StoreLevel(store);
  await expect(db.open()).rejects.toMatchObject({ cause: { code: 'LEVEL_NOT_SUPPORTED' } });
  await (await open(store)).close();
});

it('can be closed and opened again after closing has failed', async () => {
  const store = memoryStore();
  const db = new StoreLevel({ ...store, close: failOnce(new StorageError('UNAVAILABLE', 'the store does not answer')) });
  await db.put('a', '1');
  await expect(db.close()).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_CLOSED', cause: { code: 'LEVEL_IO_ERROR' } });
  const closed = { code: 'LEVEL_DATABASE_NOT_OPEN' };
  await expect(db.get('a')).rejects.toMatchObject(closed);
  await expect(db.put('a', '2')).rejects.toMatchObject(closed);
  expect(() => db.getSync('a')).toThrow(expect.objectContaining(closed));
  expect(() => db.iterator()).toThrow(expect.objectContaining(closed));
  expect(() => db.batch()).toThrow(expect.objectContaining(closed));
  await db.close();
  await db.open();
  expect(await db.get('a')).toBe('1');
  await db.close();
});

it('syncs the log for every write with sync: true, and for no other', async () => {
  let syncs = 0;
  const fault = ({ operation }: { operation: string }): undefined => void (syncs += Number(operation === 'log.sync'));
  const db = new StoreLevel(memoryStore({ fault }), { durability: 'buffered' });
  await db.put('a', '1');
  const writes = [
    (options: WriteOptions) => db.put('a', '1', options),
    (options: WriteOptions) => db.del('a', options),
    (options: WriteOptions) => db.batch([{ type: 'put', key: 'a', value: '1' }], options),
    (options: WriteOptions) => db.batch().put('a', '2').write(options),
  ];
  for (const write of writes) {
    const before = syncs;
    await write({});
    expect(syncs).toBe(before);
    await write({ sync: true });
    expect(syncs).toBe(before + 1);
  }
  await db.close();
});

it('says what is too large', async () => {
  const db = new MemoryLevel();
  await expect(db.put('k'.repeat(70_000), '')).rejects.toThrow(RangeError);
  await expect(db.put('k', 'v'.repeat(3 * 2 ** 20))).rejects.toThrow(RangeError);
  expect(await db.keys().all()).toEqual([]);
  await db.close();
});

it('tells of writes and lets hooks add to them', async () => {
  const db = new MemoryLevel();
  const index = db.sublevel('index');
  const written: unknown[] = [];
  db.hooks.prewrite.add((op: { type: string; key: string; value: string }, batch) => {
    if (op.type === 'put') batch.add({ type: 'put', key: op.value, value: op.key, sublevel: index as never });
  });
  db.on('write', (operations: { key: string }[]) => written.push(operations.map(({ key }) => key)));
  await db.put('a', 'x');
  expect(await index.get('x')).toBe('a');
  expect(written).toEqual([['a', '!index!x']]);
  await db.close();
});

function failOnce(error: Error): () => void {
  let failed = false;
  return () => {
    if (failed) return;
    failed = true;
    throw error;
  };
}
