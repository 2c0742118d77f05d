// Requests are counted as they are sent: exactly how many an open, a write and a read of a block cost, and what `stats` says of them.

import { openReader, utf8, type RequestStats } from '@varve/core';
import { priceOf, R2_PRICES, requestsSince, S3_PRICES } from '@varve/core/requests';
import { openTexts } from '@varve/store-conformance';
import { expect, it } from 'vitest';
import { PART_BYTES } from '../src/s3-store.ts';
import { storeOn } from '../src/s3-store.ts';
import { bytes, CREDENTIALS, LITTLE_PATIENCE, setUp, startFake } from './stores-test-kit.ts';

type Counts = Partial<Record<keyof RequestStats, number>>;

/** How many of each kind, those that there are none of left out. */
function counts(requests: RequestStats): Counts {
  return Object.fromEntries(
    Object.entries(requests)
      .map(([kind, { count }]) => [kind, count] as const)
      .filter(([, count]) => count > 0),
  );
}

it('each kind of request is counted with its bytes', async () => {
  const { store } = await setUp();
  const before = store.requests();
  await store.put('sst/1', bytes(1000));
  await store.putIfAbsent('sst/2', bytes(500));
  await store.get('sst/1');
  await (await store.openObject('sst/1', 1000)).readInto(new Uint8Array(300), 10);
  await store.has('sst/1');
  await store.list('');
  const taken = requestsSince(before, store.requests());
  expect(counts(taken)).toEqual({ put: 2, get: 2, head: 1, list: 1 });
  expect(taken.put).toEqual({ count: 2, upBytes: 1500, downBytes: 0 });
  expect(taken.get).toEqual({ count: 2, upBytes: 0, downBytes: 1300 });
  expect(taken.head.downBytes).toBe(0);
  expect(taken.list.downBytes).toBeGreaterThan(100);
});

it('an upload counts its beginning, its parts and its end, a deletion of many as one', async () => {
  const { store } = await setUp();
  const before = store.requests();
  const writer = await store.createObject('sst/1', 0);
  await writer.append(bytes(2 * PART_BYTES + 5), 0);
  await writer.finish();
  await store.delete(['a']);
  await store.delete(['a', 'b', 'c']);
  const taken = requestsSince(before, store.requests());
  expect(counts(taken)).toEqual({ multipart: 5, delete: 2 });
  expect(taken.multipart.upBytes).toBeGreaterThan(2 * PART_BYTES + 5);
});

it('what is sent again is paid again', async () => {
  const { fake, store } = await setUp();
  let failures = 2;
  fake.fault = () => (failures-- > 0 ? 'lost' : undefined);
  const before = store.requests();
  await store.put('sst/1', bytes(1000));
  expect(requestsSince(before, store.requests()).put).toEqual({ count: 3, upBytes: 3000, downBytes: 0 });
});

it('what the store counts is what the server has seen', async () => {
  const fake = await startFake();
  const db = await openTexts(storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE));
  await db.put('a', '1');
  await db.flush();
  const sum = Object.values(db.stats().requests!).reduce((all, { count }) => all + count, 0);
  expect(sum).toBe(fake.requests.length);
  await db.close();
});

it('a database that is made, a write, and a first read of a block cost so many requests', async () => {
  const fake = await startFake();
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  const db = await openTexts(store);
  await db.idle();
  await store.close();
  const opened = db.stats().requests!;
  // Of these the probe has three puts, three gets and the deletion.
  expect(counts(opened)).toEqual({ put: 9, get: 5, head: 1, list: 15, delete: 1 });
  await db.put('a', '1');
  const written = db.stats().requests!;
  expect(counts(requestsSince(opened, written))).toEqual({ put: 1, get: 1 });
  await db.flush();
  await db.idle();
  const options = { keys: utf8, values: utf8, follow: false } as const;
  const reader = await openReader(storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE), options);
  // A list and five manifests; then a .meta and the block.
  const ready = reader.stats().requests!;
  expect(counts(ready)).toEqual({ list: 1, get: 5 });
  expect(await reader.get('a')).toBe('1');
  const read = reader.stats().requests!;
  expect(counts(requestsSince(ready, read))).toEqual({ get: 2 });
  expect(await reader.get('a')).toBe('1');
  expect(reader.stats().requests).toEqual(read);
  await reader.close();
  await db.close();
});

it('prices are those of the table that is given', async () => {
  const { store } = await setUp();
  const before = store.requests();
  for (let i = 0; i < 10; i++) await store.put(`sst/${i}`, bytes(100));
  for (let i = 0; i < 10; i++) await store.get(`sst/${i}`);
  const taken = requestsSince(before, store.requests());
  expect(priceOf(taken, S3_PRICES) * 1e6).toBeCloseTo(10 * 5 + 10 * 0.4);
  expect(priceOf(taken, R2_PRICES) * 1e6).toBeCloseTo(10 * 4.5 + 10 * 0.36);
  expect(priceOf(taken, { ...S3_PRICES, gigabyteDown: 90 }) * 1e6).toBeCloseTo(10 * 5 + 10 * 0.4 + 90);
});
