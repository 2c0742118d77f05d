// What the log makes of appends in the database, beside its promises.

import { expect, it } from 'vitest';
import { idbStore } from '../src/index.ts';
import { freshName, openRaw, removeDatabasesAfterAll, requestOf } from './databases-test-kit.ts';

removeDatabasesAfterAll();

async function positionsOf(name: string): Promise<IDBValidKey[]> {
  const raw = await openRaw(name);
  const keys = await requestOf(raw.transaction('records').objectStore('records').getAllKeys());
  raw.close();
  return keys;
}

it('small appends share records', async () => {
  const name = freshName();
  const log = idbStore(name).openLog();
  const segment = (await log.create(1, 2 ** 20))!;
  for (let position = 0; position < 20_000; position += 100) await segment.append(new Uint8Array(100).fill(position / 100), position);
  expect(await positionsOf(name)).toEqual([0, 4000, 8000, 12_000, 16_000].map((position) => [1, position]));
  const into = new Uint8Array(20_000);
  expect(await log.read(1, into)).toBe(20_000);
  expect(into).toEqual(Uint8Array.from(into, (_, i) => Math.floor(i / 100)));
});

it('a segment of many megabytes is read in parts', async () => {
  const log = idbStore(freshName()).openLog();
  const segment = (await log.create(1, 2 ** 22))!;
  const piece = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
  for (let i = 0; i < 10; i++) await segment.append(piece, i * piece.length);
  for (const length of [1, 299_999, 1_048_577, 3_000_000, 4_000_000]) {
    const into = new Uint8Array(length).fill(0xee);
    const expected = Math.min(length, 3_000_000);
    expect(await log.read(1, into)).toBe(expected);
    expect(into.findIndex((byte, i) => byte !== (i < expected ? piece[i % piece.length] : 0xee))).toBe(-1);
  }
});

it('a read into nothing reads nothing', async () => {
  const log = idbStore(freshName()).openLog();
  const segment = (await log.create(1, 1000))!;
  await segment.append(new Uint8Array(10), 0);
  await segment.append(new Uint8Array(0), 10);
  expect(await log.read(1, new Uint8Array(0))).toBe(0);
  expect(await log.segments()).toEqual([{ number: 1, size: 10 }]);
});

it('what is appended to a segment that another has truncated is seen by nobody, and goes with the next truncation', async () => {
  const name = freshName();
  const [late, owner] = [idbStore(name).openLog(), idbStore(name).openLog()];
  const segment = (await late.create(1, 1000))!;
  await segment.append(new Uint8Array(10), 0);
  await owner.truncate(2);
  await segment.append(new Uint8Array(10), 10);
  await segment.sync();
  expect(await owner.segments()).toEqual([]);
  expect(await owner.read(1, new Uint8Array(10))).toBeUndefined();
  expect(await owner.create(2, 1000)).toBeDefined();
  await owner.truncate(2);
  expect(await positionsOf(name)).toEqual([]);
});

it('a segment that was truncated may be synced, also through a new connection', async () => {
  const store = idbStore(freshName());
  const log = store.openLog();
  const segment = (await log.create(1, 1000))!;
  await segment.append(new Uint8Array(10), 0);
  await log.truncate(2);
  await store.close();
  await expect(segment.sync()).resolves.toBeUndefined();
  await segment.close();
});
