// Storage buckets of their own, where there are such (Chromium), with little room: what a really full place does.

import { openTexts } from '@varve/store-conformance';
import type { StorageError } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { idbStore, type IdbBucket, type IdbStore } from '../src/index.ts';
import { failureOf, freshName, removeDatabasesAfterAll, requestOf } from './databases-test-kit.ts';

removeDatabasesAfterAll();

const MIB = 2 ** 20;

interface BucketManager {
  open(name: string, options: { quota: number }): Promise<IdbBucket>;
  delete(name: string): Promise<void>;
}

const buckets = (navigator as unknown as { storageBuckets?: BucketManager }).storageBuckets;

/** Does something in a fresh bucket that has so much room. */
async function withBucket(quota: number, use: (bucket: IdbBucket) => Promise<void>): Promise<void> {
  const name = `test-${crypto.randomUUID()}`;
  const bucket = await buckets!.open(name, { quota });
  try {
    await use(bucket);
  } finally {
    await buckets!.delete(name);
  }
}

function noise(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** Pieces in the database of that name. */
async function countPieces({ indexedDB }: IdbBucket, name: string): Promise<number> {
  const raw = await requestOf(indexedDB.open(name));
  const count = await requestOf(raw.transaction('pieces').objectStore('pieces').count());
  raw.close();
  return count;
}

function keyOf(i: number): string {
  return `key/${String(i).padStart(6, '0')}`;
}

/** Everything that is in a store, in another one. */
async function copyOf(store: IdbStore): Promise<IdbStore> {
  const copy = idbStore(freshName());
  for (const { name } of await store.list('')) await copy.put(name, (await store.get(name))!);
  const log = store.openLog();
  for (const { number, size } of await log.segments()) {
    const bytes = new Uint8Array(size);
    await log.read(number, bytes);
    const segment = await copy.openLog().create(number, size);
    await segment?.append(bytes, 0);
  }
  return copy;
}

it('a database that names no bucket is where everything of the site is', async () => {
  const name = freshName();
  await idbStore(name).put('a', new Uint8Array(1));
  expect((await indexedDB.databases()).map((each) => each.name)).toContain(name);
});

describe.each(buckets === undefined ? [] : ['a bucket'])('%s', () => {
  it('keeps a database apart from those of other buckets', () =>
    withBucket(50 * MIB, async (bucket) => {
      const db = await openTexts(idbStore('same name', { bucket }));
      await db.put('a', '1');
      await db.close();
      expect(await idbStore('same name').list('')).toEqual([]);
      const again = await openTexts(idbStore('same name', { bucket }));
      expect(await again.get('a')).toBe('1');
      await again.close();
    }));

  it('without room refuses an object as a whole', () =>
    withBucket(3 * MIB, async (bucket) => {
      const store = idbStore('full', { bucket });
      await store.put('small', noise(1000));
      const failure = await failureOf(() => store.put('large', noise(6 * MIB)));
      expect(failure).toMatchObject({ name: 'StorageError', code: 'QUOTA', object: 'large' });
      expect((failure as StorageError).message).toMatch(/usage=\d+ quota=3145728 /);
      expect(await store.list('')).toEqual([{ name: 'small', size: 1000 }]);
      expect(await countPieces(bucket, 'full')).toBe(1);
      await store.close();
    }));

  it('without room leaves nothing of an object that is written by piece', () =>
    withBucket(6 * MIB, async (bucket) => {
      const store = idbStore('full', { bucket });
      await store.put('small', noise(1000));
      const writer = await store.createObject('large', 20 * MIB);
      const failure = await failureOf(async () => {
        for (let at = 0; at < 20 * MIB; at += MIB) await writer.append(noise(MIB), at);
        await writer.finish();
      });
      expect(failure).toMatchObject({ code: 'QUOTA' });
      expect(await countPieces(bucket, 'full')).toBe(1);
      await writer.abort();
      await store.close();
    }));

  it('without room leaves a database that has all that it acknowledged', () =>
    withBucket(5 * MIB, async (bucket) => {
      const store = idbStore('full', { bucket });
      const db = await openTexts(store);
      let written = 0;
      const failure = await failureOf(async () => {
        for (; ; written++) await db.put(keyOf(written), String.fromCharCode(...noise(20_000)));
      });
      // A write that was on its way when a flush found no room is not known to be refused.
      expect(failure).toMatchObject({ code: expect.stringMatching(/^(QUOTA|UNKNOWN)$/), message: expect.stringContaining('no room') });
      await db.close().catch(() => undefined);
      // There is no room to open it here.
      const copy = await openTexts(await copyOf(store));
      const found = (await copy.scan().all()).map(([key]) => key);
      await copy.close();
      expect(found.slice(0, written)).toEqual(Array.from({ length: written }, (_, i) => keyOf(i)));
      await store.close();
    }));
});
