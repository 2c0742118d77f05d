// The engine over a line that loses answers: random operations against a map.

import { compareWithMap, openTexts } from '@varve/store-conformance';
import { openReader, seededRandom, utf8 } from '@varve/core';
import { expect, it } from 'vitest';
import { storeOn } from '../src/s3-store.ts';
import type { Fault } from './fake-s3.ts';
import { CREDENTIALS, startFake } from './stores-test-kit.ts';

const PASSING: readonly Fault[] = [
  'lost',
  'refused',
  'cut',
  { status: 500, code: 'InternalError' },
  { status: 500, code: 'InternalError', applied: true },
  { status: 503, code: 'SlowDown' },
];
/** One request of so many suffers. */
const ONE_OF = 10;
const PATIENCE = { timeoutMs: 20_000, tries: 12, backoffMs: 1 };

it.each([1, 2])('loses nothing that it acknowledged while answers are lost, under seed %i', { timeout: 120_000 }, async (seed) => {
  const fake = await startFake();
  const random = seededRandom(seed);
  let suffered = 0;
  fake.fault = () => {
    if (random.uint32() % ONE_OF !== 0) return undefined;
    suffered++;
    return PASSING[random.uint32() % PASSING.length];
  };
  await compareWithMap(storeOn(fake.address(), CREDENTIALS, PATIENCE), seed, 300);
  expect(suffered).toBeGreaterThan(50);
});

it('what was written is there when the server comes back, and what was not acknowledged is UNKNOWN', async () => {
  const fake = await startFake();
  const store = () => storeOn(fake.address(), CREDENTIALS, { ...PATIENCE, tries: 2 });
  const db = await openTexts(store());
  await db.put('a', '1');
  fake.fault = () => 'refused';
  await expect(db.put('b', '2')).rejects.toMatchObject({ code: 'UNKNOWN' });
  fake.fault = () => undefined;
  await db.close();
  const again = await openTexts(store());
  expect(await again.get('a')).toBe('1');
  await again.put('c', '3');
  await again.close();
});

it('writes that come together cost one object of the log and one question', async () => {
  const fake = await startFake();
  const store = storeOn(fake.address(), CREDENTIALS, PATIENCE);
  const db = await openTexts(store);
  await db.put('a', '1');
  await db.idle();
  // The probe's object is gone.
  await store.close();
  fake.taken();
  await Promise.all(Array.from({ length: 100 }, (_, i) => db.put(`key ${i}`, 'value')));
  expect(fake.taken().map((request) => request.replace(/\d{16,}/g, '#'))).toEqual(['PUT db/wal/#.wal/#', 'GET db/wal/#.wal/begin']);
  await db.close();
});

it("a reader's first answer costs a list, the manifests, and of all SSTs one .meta and one block", async () => {
  const fake = await startFake();
  const db = await openTexts(storeOn(fake.address(), CREDENTIALS, PATIENCE));
  for (const letter of 'abc') {
    await db.putMany(Array.from({ length: 200 }, (_, i): [string, string] => [`${letter}${i}`, `${letter} ${i}`]));
    await db.flush();
  }
  await db.close();
  fake.taken();
  const reader = await openReader(storeOn(fake.address(), CREDENTIALS, PATIENCE), { keys: utf8, values: utf8, follow: false });
  const opening = fake.taken();
  expect(opening[0]).toBe('GET list-type');
  for (const request of opening.slice(1)) expect(request).toMatch(/^GET db\/manifest\//);
  expect(await reader.get('c7')).toBe('c 7');
  expect(fake.taken().map((request) => request.replace(/\d{10}-\d{10}/, '#'))).toEqual(['GET db/sst/#.meta', 'GET db/sst/#.sst']);
  await reader.close();
});
