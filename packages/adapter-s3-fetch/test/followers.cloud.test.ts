// Readers that follow the log on a real S3: beside a writer, beside writers who take over from each other, and beside one who flushes all the time.

import { openReader, StorageError, utf8, type DatabaseReader } from '@varve/core';
import { openTexts, type TextDatabase } from '@varve/store-conformance';
import { beforeAll, expect, it } from 'vitest';
import { Bucket, storeAt } from './cloud-test-kit.ts';

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('followers');
});

const followerAt = (place: string): Promise<DatabaseReader<string, string, string, string, string>> =>
  openReader(storeAt(place), { keys: utf8, values: utf8, staleMs: 0, follow: 'log' });

/** The one that is taken over may have just committed a flush: whoever lost that race opens again. */
async function takeOver(place: string): Promise<TextDatabase> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openTexts(storeAt(place));
    } catch (error) {
      if (attempt === 5 || !(error instanceof StorageError) || error.code !== 'FENCED') throw error;
    }
  }
}

it('see each write when it is acknowledged, without a flush', async () => {
  const place = bucket.freshPlace();
  const db = await openTexts(storeAt(place));
  await using reader = await followerAt(place);
  for (let i = 0; i < 100; i++) {
    const epoch = await db.put(`key ${i % 7}`, `value ${i}`);
    expect(await reader.get(`key ${i % 7}`)).toBe(`value ${i}`);
    expect(reader.epoch).toBe(epoch);
  }
  await Promise.all(Array.from({ length: 500 }, (_, i) => db.put(`many ${i}`, 'x'.repeat(2000))));
  expect(await reader.scan({ prefix: 'many' }).all()).toHaveLength(500);
  await db.close();
});

it('see what was acknowledged, and never less than before, while writers take over and flush', async () => {
  const place = bucket.freshPlace();
  const first = await openTexts(storeAt(place));
  await first.put('count', '0');
  await using reader = await followerAt(place);
  let acknowledged = 0;
  let ended = false;
  const written = (async () => {
    let db = first;
    for (let i = 1; i <= 200; i++) {
      await db.put('count', String(i));
      acknowledged = i;
      if (i % 20 === 0) await db.flush();
      if (i % 50 !== 0) continue;
      const late = db.put('count', `late ${i}`).catch(() => undefined);
      const next = await takeOver(place);
      await late;
      await db.close();
      db = next;
    }
    return db;
  })().finally(() => (ended = true));
  const seen: { count: number; floor: number; epoch: bigint }[] = [];
  while (!ended) {
    const floor = acknowledged;
    const text = (await reader.get('count'))!;
    const isDecided = reader.stats().log!.waitsFor === undefined;
    seen.push({ count: Number(/\d+/.exec(text)![0]), floor: isDecided ? floor : 0, epoch: reader.epoch });
  }
  const db = await written;
  expect(seen.filter(({ count, floor }) => count < floor)).toEqual([]);
  expect(seen.filter(({ count, epoch }, i) => i > 0 && (count < seen[i - 1]!.count || epoch < seen[i - 1]!.epoch))).toEqual([]);
  expect(seen.length).toBeGreaterThan(20);
  expect(await reader.get('count')).toBe(await db.get('count'));
  await db.close();
});
