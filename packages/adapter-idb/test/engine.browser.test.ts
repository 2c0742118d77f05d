// The engine on the real thing: random operations against a map, with and without a browser that has trouble.

import { compareWithMap, openTexts } from '@varve/store-conformance';
import { seededRandom } from '@varve/core';
import { expect, it } from 'vitest';
import { idbStore } from '../src/index.ts';
import { deleteDatabase, freshName, removeDatabasesAfterAll } from './databases-test-kit.ts';
import { faultyBucket, type Fault } from './faults-test-kit.ts';

removeDatabasesAfterAll();

const PASSING: readonly Fault[] = ['closed', 'aborted', 'lost', 'refused'];
/** One transaction of so many suffers. */
const ONE_OF = 40;

it.each([1, 2])('reads what was written, under seed %i', async (seed) => {
  await compareWithMap(idbStore(freshName()), seed, 2000);
});

it('loses nothing that it acknowledged while connections, answers and transactions are lost', async () => {
  const bucket = faultyBucket();
  const random = seededRandom(3);
  let suffered = 0;
  bucket.fault = () => {
    if (random.uint32() % ONE_OF !== 0) return undefined;
    suffered++;
    return PASSING[random.uint32() % PASSING.length];
  };
  await compareWithMap(idbStore(freshName(), { bucket }), 3, 1500);
  expect(suffered).toBeGreaterThan(50);
});

it('ends its writes with QUOTA when the place is full, and goes on when it is opened with room', async () => {
  const bucket = faultyBucket();
  const store = idbStore(freshName(), { bucket });
  const db = await openTexts(store);
  await db.put('a', 'kept');
  bucket.fault = ({ mode }) => (mode === 'readwrite' ? 'full' : undefined);
  await expect(db.put('b', 'refused')).rejects.toMatchObject({ code: 'QUOTA' });
  bucket.fault = () => undefined;
  await db.close();
  const again = await openTexts(store);
  expect(await again.scan().all()).toEqual([['a', 'kept']]);
  await again.put('b', 'now');
  await again.close();
});

it('is refused to a second program, and taken from the first', async () => {
  const name = freshName();
  const first = await openTexts(idbStore(name));
  await first.put('a', '1');
  await expect(openTexts(idbStore(name))).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining('client=') });
  const second = await openTexts(idbStore(name), { takeover: 'now' });
  await second.put('b', '2');
  await expect(first.put('c', '3')).rejects.toMatchObject({ code: 'UNKNOWN', cause: { code: 'FENCED' } });
  await first.close();
  expect(await second.scan().all()).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
  await second.close();
});

it('tells that its database was deleted under it', async () => {
  const name = freshName();
  const db = await openTexts(idbStore(name));
  await db.put('a', '1');
  await deleteDatabase(name);
  await expect(db.put('b', '2')).rejects.toMatchObject({ name: 'StorageError' });
  await db.close();
});
