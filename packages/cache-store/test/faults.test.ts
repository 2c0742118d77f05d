// A local store that fails, is full, or does not hold what it should: slower, never wrong, never an error.

import { memoryStore, seededRandom, StorageError, type MemoryCall, type MemoryFault, type SyncMemoryStore } from '@varve/core';
import { expect, it } from 'vitest';
import { cacheOn } from '../src/cache-store.ts';
import { bytesOf, countedStore, fixedHistory, KIB, MIB } from './cache-test-kit.ts';

const SIZE = 150_000;
const OBJECTS = 8;
const PIECE = 16 * KIB;
const warnings: string[] = [];
const contents = Array.from({ length: 2 * OBJECTS }, (_, i) => bytesOf(SIZE, i));

function cached(local: SyncMemoryStore, remote = remoteStore(), budgetBytes = MIB) {
  warnings.length = 0;
  const onEvent = (event: { kind: string; message?: string }): void => void warnings.push(event.message ?? event.kind);
  return cacheOn(remote, local, { budgetBytes, pieceBytes: PIECE, onEvent }, fixedHistory());
}

const remoteStore = () => memoryStore({ sync: false });
type Cached = ReturnType<typeof cached>;

async function fill(store: Cached, from = 0): Promise<void> {
  for (let i = from; i < from + OBJECTS; i++) await store.put(`sst/${i}`, contents[i]);
}

async function read(store: Cached, i: number): Promise<void> {
  const reader = await store.openObject(`sst/${i}`, SIZE);
  const target = new Uint8Array(SIZE - 5000);
  await reader.readInto(target, 2500);
  if (Buffer.compare(target, contents[i].subarray(2500, SIZE - 2500)) !== 0) throw new Error(`sst/${i} is wrong`);
  await reader.close();
}

async function expectAll(store: Cached, from = 0): Promise<void> {
  for (let i = from; i < from + OBJECTS; i++) await read(store, i);
}

/** A life of a cache: more is written and read than it may keep, some is deleted, it is closed and opened again. Every answer has to be right. */
async function live(local: SyncMemoryStore): Promise<void> {
  const remote = remoteStore();
  for (let session = 0; session < 2; session++) {
    const store = cached(local, remote);
    await fill(store, session * OBJECTS);
    await expectAll(store, session * OBJECTS);
    await store.delete([`sst/${session * OBJECTS}`]);
    await expect(read(store, session * OBJECTS)).rejects.toMatchObject({ code: 'CORRUPTION', object: `sst/${session * OBJECTS}` });
    await store.close();
  }
}

const errors: readonly [string, Error][] = [
  ['fails', new Error('the disk is on fire')],
  ['is full', new StorageError('QUOTA', 'no space is left')],
  ['does not answer', new StorageError('UNAVAILABLE', 'no answer')],
];

/** So many calls lie between two that fail, under each kind of failure another. */
const STRIDE = 6;
const kinds = errors.flatMap(([what, error], i) =>
  (['before', 'after'] as const).map((when, j) => ({ what, when, error, first: 2 * i + j })),
);

it.each(kinds)(
  'a local store of which a call $what, $when its effect, is survived, whichever call it is',
  async ({ when, error, first }) => {
    const calls: MemoryCall[] = [];
    await live(memoryStore({ fault: (call) => void calls.push(call) as undefined }));
    expect([...new Set(calls.map(({ operation }) => operation))].sort()).toEqual([
      'delete',
      'list',
      'lock',
      'openObject',
      'put',
      'readInto',
    ]);
    // Every kind of call fails in each way; every single one in some.
    const firsts = calls.flatMap(({ count }, i) => (count === 1 ? [i] : []));
    const failing = calls.flatMap((_, i) => (i % STRIDE === first ? [i] : []));
    for (const n of new Set([...firsts, ...failing])) {
      let at = 0;
      await live(memoryStore({ fault: (): MemoryFault | undefined => (at++ === n ? { when, error } : undefined) }));
      // What failed, and what it leads to: an object that was deleted against all words is missing.
      expect(warnings.length).toBeLessThanOrEqual(2);
    }
  },
);

it.each(errors)('a local store of which every call %s is told of, and left alone', async (_, error) => {
  let calls = 0;
  const fault = (): MemoryFault => {
    calls++;
    return { when: 'before', error };
  };
  const store = cached(memoryStore({ fault }));
  await fill(store);
  await expectAll(store);
  expect(warnings).toEqual([
    expect.stringContaining(`the local store cannot be opened: everything is read from the remote one: ${error.message}`),
  ]);
  expect(calls).toBe(1);
  await store.close();
});

it('a local store that cannot be written is tried three times, and told of once', async () => {
  const puts: string[] = [];
  const fault = ({ operation, name }: MemoryCall): MemoryFault | undefined => {
    if (operation !== 'put') return undefined;
    puts.push(name);
    return { when: 'before', error: new StorageError('READ_ONLY', 'no rights') };
  };
  const store = cached(memoryStore({ fault }));
  await fill(store);
  await expectAll(store);
  await store.close();
  expect(puts).toHaveLength(3);
  expect(warnings).toEqual(['cache: the local store cannot be written: pieces are not kept: no rights']);
});

it('a full local store is used as far as it goes', async () => {
  const { store: remote, sstReads } = countedStore();
  const local = memoryStore({ quotaBytes: 700 * KIB });
  const store = cached(local, remote, 4 * MIB);
  await fill(store);
  await store.close();
  await store.put('sst/last', bytesOf(SIZE, 1));
  await store.close();
  expect(Buffer.compare((await store.get('sst/last'))!, bytesOf(SIZE, 1))).toBe(0);
  expect(sstReads()).toEqual([]);
  await expectAll(store);
  await store.close();
  expect(warnings).toEqual([expect.stringContaining('the local store is full: the cache keeps less than it may')]);
  const { keptBytes } = store.stats();
  expect(keptBytes).toBeGreaterThan(200 * KIB);
  expect(keptBytes).toBeLessThanOrEqual(700 * KIB);
});

it('a local store without any room is tried once', async () => {
  const puts: string[] = [];
  const fault = ({ operation, name }: MemoryCall): undefined => {
    if (operation === 'put') puts.push(name);
    return undefined;
  };
  const store = cached(memoryStore({ quotaBytes: 1000, fault }), remoteStore(), 4 * MIB);
  await fill(store);
  await expectAll(store);
  await store.close();
  expect([puts.length, warnings.length, store.stats().keptBytes]).toEqual([1, 1, 0]);
});

/** A local store with pieces of every object, and the remote one that they are of. */
async function kept() {
  const remote = remoteStore();
  const local = memoryStore();
  const store = cached(local, remote, 4 * MIB);
  await fill(store);
  await store.close();
  return { remote, local };
}

async function damage(local: SyncMemoryStore, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  for (const { name } of await local.list('')) {
    const bytes = (await local.get(name))!;
    await local.delete([name]);
    await local.put(name, change(bytes));
  }
}

it.each([1, 2, 3])('bits that turned over are noticed, wherever they are (seed %i)', async (seed) => {
  const { uint32 } = seededRandom(seed);
  for (let round = 0; round < 10; round++) {
    const { remote, local } = await kept();
    await damage(local, (bytes) => {
      for (let i = 0; i < 3; i++) bytes[uint32() % bytes.length] ^= 1 << (uint32() & 7);
      return bytes;
    });
    const store = cached(local, remote, 4 * MIB);
    await expectAll(store);
    await expectAll(store);
    expect(store.stats().misses).toBeGreaterThan(0);
    expect(new Set(warnings).size).toBe(warnings.length);
    await store.close();
    // What was damaged was replaced.
    const again = cached(local, remote, 4 * MIB);
    await expectAll(again);
    expect([again.stats().misses, warnings]).toEqual([0, []]);
    await again.close();
  }
});

it('objects that were cut are noticed, wherever', async () => {
  for (const length of [0, 1, 15, 16, 17, 1000, 5000, -PIECE, -1]) {
    const { remote, local } = await kept();
    await damage(local, (bytes) => bytes.slice(0, length));
    const store = cached(local, remote, 4 * MIB);
    await expectAll(store);
    expect(store.stats().hits).toBe(0);
    await store.close();
  }
});

it('objects that change their places are noticed', async () => {
  const { remote, local } = await kept();
  const store = cached(local, remote, 4 * MIB);
  await read(store, 0);
  const last = (await local.list('')).slice(-2);
  const bytes = await Promise.all(last.map(async ({ name }) => (await local.get(name))!));
  await local.delete(last.map(({ name }) => name));
  for (const [i, { name }] of last.entries()) await local.put(name, bytes[1 - i]);
  await expectAll(store);
  expect(store.stats().misses).toBeGreaterThan(0);
  expect(warnings).toContain('cache: a piece is damaged in the local store, and is read from the remote one');
  await store.close();
});

it('objects that somebody deletes are missed by nobody', async () => {
  const { remote, local } = await kept();
  const store = cached(local, remote, 4 * MIB);
  await read(store, 0);
  await local.delete((await local.list('')).map(({ name }) => name));
  await expectAll(store);
  await expectAll(store);
  expect(warnings).toEqual([
    expect.stringContaining('the local store cannot be read: what it holds is read from the remote one: object is missing'),
  ]);
  await store.close();
});

it('other objects of the local store are left alone', async () => {
  const { remote, local } = await kept();
  await local.put('manifest/1', bytesOf(10, 1));
  const store = cached(local, remote, 4 * MIB);
  await expectAll(store);
  await store.close();
  expect(await local.get('manifest/1')).toEqual(bytesOf(10, 1));
});

it('a remote store that fails is told, and asked again', async () => {
  const { remote, local } = await kept();
  let isDown = true;
  const fault = ({ operation }: MemoryCall): MemoryFault | undefined =>
    isDown && operation === 'readInto' ? { when: 'before', error: new StorageError('UNAVAILABLE', 'no answer') } : undefined;
  await local.delete((await local.list('')).map(({ name }) => name));
  const store = cached(local, remote.share({ sync: false, fault }), 4 * MIB);
  await expect(expectAll(store)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  isDown = false;
  await expectAll(store);
  await store.close();
});
