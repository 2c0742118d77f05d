// What is asked of the remote store, and what is not.

import { fsStore } from '@varve/adapter-fs';
import { memoryStore, type MemoryCall, type ObjectStore, type SyncMemoryStore } from '@varve/core';
import { expect, it } from 'vitest';
import { cacheOn } from '../src/cache-store.ts';
import type { CacheOptions } from '../src/options.ts';
import { bytesOf, countedStore, fixedHistory, KIB, MIB } from './cache-test-kit.ts';
import { freshDirectories } from './directories-test-kit.ts';

const freshDirectory = freshDirectories();
const NAME = 'sst/1';
const SIZE = 300_000;
const PIECE = 4 * KIB;

function cached(remote: ObjectStore, local: ObjectStore, options: Partial<CacheOptions> = {}) {
  return cacheOn(remote, local, { budgetBytes: 4 * MIB, pieceBytes: PIECE, ...options }, fixedHistory());
}

/** A remote store with one object, which nobody has read yet. */
async function remoteWithObject(size = SIZE) {
  const { store, ...counted } = countedStore();
  await store.put(NAME, bytesOf(size, 1));
  counted.calls.length = 0;
  return { remote: store, ...counted };
}

async function read(store: ObjectStore, offset: number, length: number, size = SIZE): Promise<void> {
  const reader = await store.openObject(NAME, size);
  const target = new Uint8Array(length);
  await reader.readInto(target, offset);
  await reader.close();
  expect(Buffer.compare(target, bytesOf(size, 1).subarray(offset, offset + length))).toBe(0);
}

it('a missing piece is asked for once, whole, and found from then on', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await read(store, 5000, 100);
  await read(store, 4096, 4096);
  expect(sstReads()).toHaveLength(1);
  expect(store.stats()).toMatchObject({ hits: 1, misses: 1, requests: 1, remoteBytes: PIECE, localBytes: PIECE });
  await store.close();
});

it('many who want the same missing pieces at once share one request', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await Promise.all(Array.from({ length: 20 }, (_, i) => read(store, 8192 + i * 10, 10_000)));
  expect(sstReads()).toHaveLength(1);
  await store.close();
});

it('missing pieces that follow each other are one request, those that are here are not asked for', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await read(store, 20 * PIECE, PIECE);
  await read(store, 10 * PIECE, 20 * PIECE);
  expect(sstReads()).toHaveLength(3);
  expect(store.stats().remoteBytes).toBe(20 * PIECE);
  await read(store, 0, SIZE);
  expect(store.stats().remoteBytes).toBe(SIZE);
  await store.close();
});

it('is found again by the next handle, and by the one after that, without a request', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const directory = freshDirectory();
  const first = cached(remote, fsStore(directory));
  await read(first, 0, SIZE);
  await first.close();
  expect(sstReads()).toHaveLength(1);
  for (let turn = 0; turn < 2; turn++) {
    const next = cached(remote, fsStore(directory));
    await read(next, 0, SIZE);
    await read(next, 100, 5);
    expect(next.stats()).toMatchObject({ misses: 0, requests: 0, remoteBytes: 0, keptObjects: 2 });
    await next.close();
  }
  expect(sstReads()).toHaveLength(1);
});

it('a handle that was closed finds its pieces when it is used again', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await read(store, 0, SIZE);
  await store.close();
  await store.close();
  await read(store, 0, SIZE);
  await store.close();
  expect(sstReads()).toHaveLength(1);
});

it('pieces of another size, as an older handle has kept them, are dropped', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const local = memoryStore();
  const first = cached(remote, local);
  await read(first, 0, SIZE);
  await first.close();
  const other = cached(remote, local, { pieceBytes: 2 * PIECE });
  await read(other, 0, SIZE);
  await other.close();
  expect(sstReads()).toHaveLength(2);
  expect(other.stats().keptBytes).toBeLessThan(SIZE + 16 * KIB);
  expect((await local.list('')).reduce((sum, { size }) => sum + size, 0)).toBe(other.stats().keptBytes);
});

it('does not keep who reads waiting for the local store', async () => {
  const { remote } = await remoteWithObject();
  const never = new Promise<void>(() => undefined);
  const local = memoryStore({ delay: ({ operation }) => (operation === 'put' ? never : undefined) });
  const store = cached(remote, local);
  await read(store, 0, SIZE);
  await read(store, 0, SIZE);
  expect(store.stats()).toMatchObject({ requests: 1, keptBytes: 0 });
});

it('holds no more than some megabytes in memory, however slow the local store is', async () => {
  const size = 16 * MIB;
  const { remote } = await remoteWithObject(size);
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const local = memoryStore({ delay: ({ operation }) => (operation === 'put' ? released : undefined) });
  const store = cached(remote, local, { budgetBytes: 32 * MIB });
  await read(store, 0, size, size);
  const { skipped } = store.stats();
  expect(skipped).toBeGreaterThan(1000);
  release();
  await store.close();
  expect(store.stats().keptBytes).toBeGreaterThan((size / PIECE - skipped) * PIECE);
});

it('what is written is kept as it is uploaded: it is read without a request', async () => {
  const { store: remote, sstReads } = countedStore();
  const store = cached(remote, memoryStore());
  const bytes = bytesOf(SIZE, 1);
  const writer = await store.createObject(NAME, SIZE);
  for (let at = 0; at < SIZE; at += 70_000) await writer.append(bytes.slice(at, at + 70_000), at);
  await writer.finish();
  await read(store, 0, SIZE);
  await store.put('sst/put', bytes);
  await store.putIfAbsent('sst/created', bytes);
  for (const name of ['sst/put', 'sst/created']) expect(Buffer.compare((await store.get(name))!, bytes)).toBe(0);
  expect(sstReads()).toEqual([]);
  await store.close();
});

it('and is not with writeThrough: false', async () => {
  const { store: remote, sstReads } = countedStore();
  const store = cached(remote, memoryStore(), { writeThrough: false });
  const writer = await store.createObject(NAME, SIZE);
  await writer.append(bytesOf(SIZE, 1), 0);
  await writer.finish();
  await store.put('sst/put', bytesOf(10, 1));
  await store.putIfAbsent('sst/created', bytesOf(10, 1));
  await read(store, 0, SIZE);
  expect(sstReads()).toHaveLength(1);
  await store.close();
});

it.each(['fails', 'is aborted'])('an upload that %s leaves nothing to be found', async (what) => {
  const { store: remote } = countedStore(undefined, ({ operation }) =>
    operation === 'finish' ? { when: 'before', error: new Error('refused') } : undefined,
  );
  const store = cached(remote, memoryStore());
  const writer = await store.createObject(NAME, SIZE);
  await writer.append(bytesOf(SIZE, 2), 0);
  const failures: unknown[] = [];
  if (what === 'fails') await Promise.resolve(writer.finish()).catch((error: unknown) => failures.push(error));
  expect(failures.map(String)).toEqual(what === 'fails' ? ['Error: refused'] : []);
  await writer.abort();
  await expect(read(store, 0, 10)).rejects.toMatchObject({ code: 'CORRUPTION', object: NAME });
  await store.close();
  expect(store.stats().keptBytes).toBe(0);
});

it('what is deleted through the handle is gone at once, and so is its room', async () => {
  const { remote } = await remoteWithObject();
  const local = memoryStore();
  const store = cached(remote, local);
  await read(store, 0, SIZE);
  await store.close();
  await read(store, 0, 10);
  await store.delete([NAME]);
  await expect(read(store, 0, 10)).rejects.toMatchObject({ code: 'CORRUPTION', object: NAME });
  expect(await store.get(NAME)).toBeUndefined();
  await store.close();
  expect([await local.list(''), store.stats().keptBytes]).toEqual([[], 0]);
});

it('an answer that comes after its object was deleted is not kept', async () => {
  const { remote } = await remoteWithObject();
  let release = (): void => undefined;
  let begin = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const delay = ({ operation }: MemoryCall): Promise<void> | undefined => {
    if (operation !== 'readInto') return undefined;
    begin();
    return released;
  };
  const store = cached(remote.share({ sync: false, delay }), memoryStore());
  const reading = read(store, 0, SIZE);
  await begun;
  await store.delete([NAME]);
  release();
  await reading;
  await store.close();
  expect(store.stats().keptBytes).toBe(0);
});

it('an answer that was asked for before the place held another database is given to nobody else', async () => {
  const { remote } = await remoteWithObject();
  let release = (): void => undefined;
  let begin = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const delay = ({ operation, count }: MemoryCall): Promise<void> | undefined => {
    if (operation !== 'readInto' || count > 1) return undefined;
    begin();
    return released;
  };
  const history = { ...fixedHistory('one'), identity: 'one' };
  const slow = remote.share({ sync: false, delay });
  const store = cacheOn(slow, memoryStore(), { budgetBytes: 4 * MIB, pieceBytes: PIECE }, history);
  const reading = read(store, 0, 100);
  await begun;
  await remote.delete([NAME]);
  await remote.put(NAME, bytesOf(SIZE, 2));
  history.identity = 'other';
  const target = new Uint8Array(100);
  const later = (await store.openObject(NAME, SIZE)).readInto(target, 0);
  await later;
  expect(Buffer.compare(target, bytesOf(100, 2))).toBe(0);
  release();
  await reading;
  await store.close();
});

it('get gives the whole object from here, once the remote store says that it is still there', async () => {
  const { remote, calls } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await read(store, 0, SIZE);
  calls.length = 0;
  const bytes = (await store.get(NAME))!;
  expect(Buffer.compare(bytes, bytesOf(SIZE, 1))).toBe(0);
  expect(bytes.buffer.byteLength).toBe(SIZE);
  expect(calls.map(({ operation }) => operation)).toEqual(['has']);
  await remote.share().delete([NAME]);
  expect(await store.get(NAME)).toBeUndefined();
  await store.close();
});

it('manifests, logs and lists come from the remote store every time', async () => {
  const { store: remote, calls } = countedStore();
  const store = cached(remote, memoryStore());
  await store.putIfAbsent('manifest/1', bytesOf(10, 1));
  await store.put('wal/1', bytesOf(10, 1));
  calls.length = 0;
  for (let i = 0; i < 2; i++) {
    await store.get('manifest/1');
    await store.get('wal/1');
    await store.has('sst/1');
    await store.list('sst/');
  }
  const asked = ['get', 'get', 'has', 'list'];
  expect(calls.map(({ operation }) => operation)).toEqual([...asked, ...asked]);
  await store.close();
});

it('what a writer begins with is the remote store’s matter', async () => {
  const { store: remote } = countedStore();
  let prepared = 0;
  const preparing: ObjectStore = { ...remote, prepare: () => void prepared++ };
  const store = cached(preparing, memoryStore());
  await store.prepare?.();
  expect(prepared).toBe(1);
  expect(cached(remote, memoryStore()).prepare).toBeUndefined();
  await store.close();
});

it('an object that is shorter than it was said to be is damage at the place of the read, not of the piece', async () => {
  const { remote } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  const reader = await store.openObject(NAME, SIZE + 1000);
  const target = new Uint8Array(100);
  await reader.readInto(target, SIZE - 100);
  expect(Buffer.compare(target, bytesOf(SIZE, 1).subarray(SIZE - 100))).toBe(0);
  await expect(reader.readInto(target, SIZE - 50)).rejects.toMatchObject({ code: 'CORRUPTION', object: NAME, offset: SIZE - 50 });
  await store.close();
});

it('a remote object that is gone is served as far as it is here, and named where it is not', async () => {
  const { remote } = await remoteWithObject();
  const store = cached(remote, memoryStore());
  await read(store, 0, 2 * PIECE);
  await remote.share().delete([NAME]);
  await read(store, 0, 2 * PIECE);
  await expect(read(store, PIECE, 2 * PIECE)).rejects.toMatchObject({ code: 'CORRUPTION', object: NAME });
  await store.close();
});

it('keeps within its budget, and keeps what is read again and again', async () => {
  const size = 3 * MIB;
  const { remote } = await remoteWithObject(size);
  const local = memoryStore();
  const store = cached(remote, local, { budgetBytes: MIB });
  const taken = async (): Promise<number> => (await local.list('')).reduce((sum, object) => sum + object.size, 0);
  let last = 0;
  for (let at = 0; at + 16 * PIECE <= size; at += 16 * PIECE) {
    await read(store, at, 16 * PIECE, size);
    await read(store, 0, 4 * PIECE, size);
    expect(await taken()).toBeLessThanOrEqual(MIB);
    last = at;
  }
  await store.close();
  expect(await taken()).toBe(store.stats().keptBytes);
  // What was read again and again was never asked for again.
  const { requests } = store.stats();
  expect(requests).toBe(size / (16 * PIECE));
  await read(store, 0, 4 * PIECE, size);
  await read(store, last, 16 * PIECE, size);
  expect(store.stats().requests).toBe(requests);
  await read(store, 20 * PIECE, PIECE, size);
  expect(store.stats().requests).toBe(requests + 1);
  await store.close();
});

it('a budget that became smaller is kept to at once', async () => {
  const { remote } = await remoteWithObject(3 * MIB);
  const local = memoryStore();
  const large = cached(remote, local, { budgetBytes: 8 * MIB });
  await read(large, 0, 3 * MIB, 3 * MIB);
  await large.close();
  expect(large.stats().keptBytes).toBeGreaterThan(3 * MIB);
  const small = cached(remote, local, { budgetBytes: MIB });
  await read(small, 0, 10, 3 * MIB);
  await small.close();
  expect(small.stats().keptBytes).toBeLessThanOrEqual(MIB);
});

it('a second handle on the local store works without it, says so once, and gets it when it is free', async () => {
  const { remote, sstReads } = await remoteWithObject();
  const directory = freshDirectory();
  const messages: string[] = [];
  const first = cached(remote, fsStore(directory));
  const second = cached(remote, fsStore(directory), {
    onEvent: (event) => messages.push(event.kind === 'warning' ? event.message : event.kind),
  });
  await read(first, 0, SIZE);
  await read(second, 0, SIZE);
  await read(second, 0, SIZE);
  expect(messages).toEqual(['cache: somebody else works with the local store: everything is read from the remote one']);
  expect(sstReads()).toHaveLength(3);
  await first.close();
  await second.close();
  await read(second, 0, SIZE);
  await second.close();
  expect([sstReads().length, messages.length]).toEqual([3, 1]);
});

it('two handles on a local store that has no lock do each other no harm', async () => {
  const { remote } = await remoteWithObject(2 * MIB);
  const shared: SyncMemoryStore = memoryStore();
  const { lock: _, ...unlocked } = shared;
  const stores = [0, 1].map(() => cached(remote, unlocked as ObjectStore, { budgetBytes: MIB }));
  for (let at = 0; at < 2 * MIB - 50_000; at += 50_000) {
    await Promise.all(stores.map((store, i) => read(store, i === 0 ? at : 2 * MIB - 50_000 - at, 50_000, 2 * MIB)));
  }
  for (const store of stores) await store.close();
  for (const store of stores) {
    await read(store, 0, 2 * MIB, 2 * MIB);
    await store.close();
    expect(store.stats().hits).toBeGreaterThan(0);
  }
});

it('a listener that throws disturbs nobody', async () => {
  const { remote } = await remoteWithObject();
  const uncaught: unknown[] = [];
  const listen = (error: unknown): void => void uncaught.push(error);
  const handlers = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', listen);
  try {
    const broken = memoryStore({ fault: () => ({ when: 'before', error: new Error('broken') }) });
    const store = cached(remote, broken, {
      onEvent() {
        throw new Error('a listener');
      },
    });
    await read(store, 0, SIZE);
    await store.close();
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.removeListener('uncaughtException', listen);
    for (const handler of handlers) process.on('uncaughtException', handler);
  }
  expect(uncaught.map(String)).toEqual(['Error: a listener']);
});
