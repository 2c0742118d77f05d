// Databases that change under the cache: made anew, copied, put back. What another history has under the same names is never served.

import { memoryStore, open, openReader, utf8, type MemoryStore, type ObjectStore } from '@varve/core';
import { copyDatabase } from '@varve/core/copy';
import { expect, it } from 'vitest';
import { cacheStore } from '../src/index.ts';
import { countedStore, MIB } from './cache-test-kit.ts';

const ENTRIES = 300;
const texts = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * MIB } as const;
const asynchronous = { sync: false } as const;

/** Values of equal length whose SSTs have the same names, sizes and keys. */
const valueOf = (i: number, version: string): string => `${i}.${version} `.repeat(50);

async function write(remote: ObjectStore, version: string): Promise<void> {
  const db = await open(remote, texts);
  for (let i = 0; i < ENTRIES; i++) await db.put(`key/${i}`, valueOf(i, version));
  await db.compact();
  await db.idle();
  await db.close();
}

/** So many that those before are deleted. */
async function writeManifests(remote: ObjectStore): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const db = await open(remote, texts);
    await db.idle();
    await db.close();
  }
}

/** Reads everything through a cache, and closes it. */
async function readAll(remote: ObjectStore, local: ObjectStore, version: string) {
  const store = cacheStore(remote, local, { budgetBytes: 4 * MIB });
  const reader = await openReader(store, { ...texts, follow: false });
  for (let i = 0; i < ENTRIES; i++) expect(await reader.get(`key/${i}`)).toBe(valueOf(i, version));
  await reader.close();
  return store.stats();
}

/** A remote store with nothing in it but these objects. */
async function holding(objects: ReadonlyMap<string, Uint8Array>): Promise<MemoryStore> {
  const store = memoryStore(asynchronous);
  for (const [name, bytes] of objects) await store.put(name, bytes);
  return store;
}

async function objectsOf(store: ObjectStore): Promise<Map<string, Uint8Array>> {
  const objects = new Map<string, Uint8Array>();
  for (const { name } of await store.list('')) objects.set(name, (await store.get(name))!);
  return objects;
}

const sstNames = async (store: ObjectStore): Promise<string[]> => (await store.list('sst/')).map(({ name }) => name);

it('a database that nobody wrote to meanwhile is read without a byte of an SST', async () => {
  const { store: remote, sstReads, calls } = countedStore();
  await write(remote, 'a');
  const local = memoryStore();
  await readAll(remote, local, 'a');
  calls.length = 0;
  const { hits, misses, remoteBytes } = await readAll(remote, local, 'a');
  expect([hits > 0, misses, remoteBytes, sstReads()]).toEqual([true, 0, 0, []]);
});

it('what a writer did meanwhile costs what it wrote, and one question', async () => {
  const { store: remote, calls } = countedStore();
  await write(remote, 'a');
  const local = memoryStore();
  await readAll(remote, local, 'a');
  await writeManifests(remote);
  calls.length = 0;
  expect(await readAll(remote, local, 'a')).toMatchObject({ misses: 0, remoteBytes: 0 });
  const manifests = calls.filter(({ operation, name }) => operation === 'get' && name.startsWith('manifest/')).map(({ name }) => name);
  const asked = await Promise.all(manifests.map(async (name) => remote.has(name)));
  expect(asked.filter((there) => !there)).toHaveLength(1);
});

it('a database that was made anew under the same names is read as it is', async () => {
  const local = memoryStore();
  const [old, anew] = [memoryStore(asynchronous), memoryStore(asynchronous)];
  await write(old, 'a');
  await write(anew, 'b');
  expect(await sstNames(anew)).toEqual(await sstNames(old));
  await readAll(old, local, 'a');
  expect((await readAll(anew, local, 'b')).hits).toBeLessThan(ENTRIES * 2);
  await readAll(anew, local, 'b');
});

it('a database that is made anew while a handle is open is read as it is', async () => {
  const remote = memoryStore(asynchronous);
  await write(remote, 'a');
  const store = cacheStore(remote, memoryStore(), { budgetBytes: 4 * MIB });
  for (const version of ['a', 'b', 'c']) {
    const reader = await openReader(store, texts);
    for (let i = 0; i < ENTRIES; i++) expect(await reader.get(`key/${i}`)).toBe(valueOf(i, version));
    // Without closing: the handle stays as it is.
    await remote.delete([...(await remote.list('')).map(({ name }) => name)]);
    const log = remote.openLog();
    await log.truncate(Number.MAX_SAFE_INTEGER);
    await write(memoryInto(remote), version === 'a' ? 'b' : 'c');
  }
  await store.close();
});

/** The same objects, with a log of its own. */
function memoryInto(remote: MemoryStore): ObjectStore {
  const own = memoryStore(asynchronous);
  return { ...remote, openLog: () => own.openLog() };
}

it('a copy that goes on by itself under the same names is read as it is', async () => {
  const original = memoryStore(asynchronous);
  await write(original, 'a');
  const copy = memoryStore(asynchronous);
  const db = await open(original, texts);
  await copyDatabase(db, copy);
  await db.close();
  await write(original, 'b');
  await write(copy, 'c');
  // Nothing is left that the newest manifest of the one could be compared with.
  await writeManifests(copy);
  const shared = (await sstNames(copy)).filter((name) => !name.includes('/0000000001-'));
  expect(shared.length).toBeGreaterThan(0);
  const local = memoryStore();
  await readAll(original, local, 'b');
  await readAll(copy, local, 'c');
  await readAll(original, local, 'b');
});

it('an older state that was put back, and went on under the same names, is read as it is', async () => {
  const remote = memoryStore(asynchronous);
  await write(remote, 'a');
  const older = await objectsOf(remote);
  const log = remote.crash(asynchronous);
  await write(remote, 'b');
  const local = memoryStore();
  await readAll(remote, local, 'b');
  const putBack = await holding(older);
  await readAll(putBack, local, 'a');
  await readAll(remote, local, 'b');
  const gone = { ...putBack, openLog: () => log.openLog() };
  await write(gone, 'c');
  expect(await sstNames(putBack)).toEqual(await sstNames(remote));
  await readAll(putBack, local, 'c');
});

it('a writer reads what it has written from here', async () => {
  const { store: remote, sstReads } = countedStore();
  const store = cacheStore(remote, memoryStore(), { budgetBytes: 16 * MIB });
  const db = await open(store, texts);
  for (let version = 0; version < 5; version++) {
    for (let i = 0; i < 2000; i++) await db.put(`key/${i}`, valueOf(i, String(version)));
    await db.flush();
  }
  await db.compact();
  for (let i = 0; i < 2000; i++) expect(await db.get(`key/${i}`)).toBe(valueOf(i, '4'));
  expect((await db.verify()).problems).toEqual([]);
  await db.close();
  expect([sstReads(), store.stats().skipped]).toEqual([[], 0]);
});
