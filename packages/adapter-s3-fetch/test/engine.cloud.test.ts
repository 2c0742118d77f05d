// The engine on a real S3: random operations against a map, and two writers of which one takes over.

import { compareWithMap, openTexts } from '@varve/store-conformance';
import { expect, it, beforeAll } from 'vitest';
import { Bucket, storeAt } from './cloud-test-kit.ts';

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('engine');
});

it.each([1, 2])('reads what was written, under seed %i', async (seed) => {
  await compareWithMap(storeAt(bucket.freshPlace()), seed, 600);
});

it('writes that come together share one object of the log', async () => {
  const store = storeAt(bucket.freshPlace());
  const db = await openTexts(store);
  const before = (await store.list('wal/')).length;
  await Promise.all(Array.from({ length: 100 }, (_, i) => db.put(`key ${i}`, 'value')));
  expect((await store.list('wal/')).length - before).toBe(1);
  await db.close();
});

it('a second writer that takes over fences the first', async () => {
  const place = bucket.freshPlace();
  const first = await openTexts(storeAt(place));
  await first.put('a', '1');
  const second = await openTexts(storeAt(place));
  await second.put('b', '2');
  await expect(first.put('c', '3')).rejects.toMatchObject({ code: 'UNKNOWN', cause: { code: 'FENCED' } });
  await first.close();
  expect(await second.scan().all()).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  await second.close();
});

it('of writers that open an empty place at once one goes on, and the others are told', async () => {
  const place = bucket.freshPlace();
  const opened = await Promise.allSettled(Array.from({ length: 4 }, () => openTexts(storeAt(place))));
  const written = await Promise.allSettled(
    opened.map(async (result, i) => {
      if (result.status === 'rejected') throw result.reason;
      await result.value.put(`writer ${i}`, 'was here');
      return i;
    }),
  );
  for (const result of opened) if (result.status === 'fulfilled') await result.value.close();
  const reader = await openTexts(storeAt(place));
  const found = (await reader.scan().all()).map(([key]) => key);
  await reader.close();
  const acknowledged = written.flatMap((result) => (result.status === 'fulfilled' ? [`writer ${result.value}`] : []));
  expect(found).toEqual(expect.arrayContaining(acknowledged));
  const codes = [...opened, ...written].flatMap((result) =>
    result.status === 'rejected' ? [(result.reason as { code?: string }).code] : [],
  );
  expect(codes.filter((code) => !['FENCED', 'UNKNOWN', 'UNAVAILABLE', 'READ_ONLY'].includes(code ?? ''))).toEqual([]);
});
