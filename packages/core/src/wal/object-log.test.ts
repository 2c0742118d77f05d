// What the log over objects makes of appends, beside its promises (packages/store-conformance): which objects stand where, what a crash in the middle of a
// truncation leaves, what damage and answers that were lost look like.

import { expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import type { LogStore } from '../store/log-store.ts';
import { failCall } from '../store/memory-handle.ts';
import { memoryStore } from '../store/memory-store.ts';
import type { ObjectInfo } from '../store/object-store.ts';
import { ObjectLog } from './object-log.ts';

const FIRST = 'wal/00000000000000000001.wal';
const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

function setUp() {
  const orders: Parameters<typeof memoryStore>[0] & object = { fault: undefined };
  const store = memoryStore(orders);
  const log = new ObjectLog(store, seededRandom(1));
  return { store, log, orders, names: () => store.sync.list('').map(({ name }) => name) };
}

async function fill(log: LogStore, number: number, lengths: readonly number[]) {
  const segment = (await log.create(number, 1000))!;
  let position = 0;
  for (const length of lengths) {
    await segment.append(bytes(length), position);
    position += length;
  }
  return segment;
}

it('each append is an object under the position that it has in its segment', async () => {
  const { store, log, names } = setUp();
  await fill(log, 1, [10, 300]);
  expect(names()).toEqual([`${FIRST}/0000000000000000`, `${FIRST}/0000000000000010`, `${FIRST}/begin`]);
  expect(store.sync.get(`${FIRST}/0000000000000010`)).toEqual(bytes(300));
  expect(await log.segments()).toEqual([{ number: 1, size: 310 }]);
});

it('a segment whose first answer was lost, so that the store asked again by itself, is its own', async () => {
  const store = memoryStore();
  const asking = { ...store, putIfAbsent: (name: string, begin: Uint8Array) => store.sync.putIfAbsent(name, begin) && false };
  expect(await new ObjectLog(asking, seededRandom(1)).create(1)).toBeDefined();
  expect(await new ObjectLog(store, seededRandom(2)).create(1)).toBeUndefined();
});

it('a segment is begun with something that no other writer has', async () => {
  const { store } = setUp();
  const begin = async (seed: number) => {
    const other = store.share();
    const log = new ObjectLog(other, seededRandom(seed));
    await log.create(seed);
    return other.sync.get(`wal/${String(seed).padStart(20, '0')}.wal/begin`);
  };
  expect(await begin(2)).not.toEqual(await begin(3));
});

it('an append that is repeated after its answer was lost has taken place once', async () => {
  const { log, orders, names } = setUp();
  const segment = await fill(log, 1, [10]);
  orders.fault = failCall('putIfAbsent', 3, 'after', new StorageError('UNKNOWN', 'the answer was lost'));
  await expect(segment.append(bytes(20), 10)).rejects.toMatchObject({ code: 'UNKNOWN' });
  await segment.append(bytes(20), 10);
  expect(names()).toHaveLength(3);
  await expect(segment.append(bytes(20, 8), 10)).rejects.toMatchObject({ code: 'CONFLICT', object: `${FIRST}/0000000000000010` });
});

it('a sync fails with the append that it was to cover, and so do all later ones', async () => {
  const { log, orders } = setUp();
  const segment = await fill(log, 1, [10]);
  orders.fault = failCall('putIfAbsent', 3, 'before', new StorageError('UNAVAILABLE', 'no answer'));
  await expect(segment.append(bytes(20), 10)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await expect(segment.sync()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  orders.fault = undefined;
  await segment.append(bytes(20), 10);
  await expect(segment.sync()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await segment.close();
});

it('a truncation that is cut off leaves no segment of which pieces are missing', async () => {
  const { log, orders, names } = setUp();
  await fill(log, 1, [10, 10]);
  await fill(log, 2, [10]);
  await fill(log, 3, [10]);
  orders.fault = failCall('delete', 2, 'before', new StorageError('UNAVAILABLE', 'no answer'));
  await expect((async () => log.truncate(3))()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await log.segments()).toEqual([{ number: 3, size: 10 }]);
  expect(await log.read(1, bytes(100))).toBeUndefined();
  expect(names()).toHaveLength(5);
  await log.truncate(3);
  expect(names()).toHaveLength(2);
});

it('what is appended to a segment that another has truncated is seen by nobody, and goes with the next truncation', async () => {
  const { store, log, names } = setUp();
  const segment = await fill(log, 1, [10]);
  const owner = new ObjectLog(store.share(), seededRandom(2));
  await owner.truncate(2);
  await segment.append(bytes(10), 10);
  expect(await owner.segments()).toEqual([]);
  expect(await owner.read(1, bytes(10))).toBeUndefined();
  await expect(owner.makeDurable([1])).rejects.toMatchObject({ code: 'CORRUPTION' });
  await owner.truncate(2);
  expect(names()).toEqual([]);
});

it('a piece that is missing is CORRUPTION, unless nobody reads so far', async () => {
  const { store, log } = setUp();
  await fill(log, 1, [10, 10, 10]);
  store.sync.delete([`${FIRST}/0000000000000010`]);
  expect(await log.read(1, bytes(10))).toBe(10);
  await expect((async () => log.read(1, bytes(30)))()).rejects.toMatchObject({ code: 'CORRUPTION', object: `${FIRST}/0000000000000020` });
});

it('a segment that is truncated while it is read is not there', async () => {
  const { log, orders } = setUp();
  await fill(log, 1, [10, 10]);
  let truncated = false;
  orders.fault = ({ operation }) => {
    if (operation !== 'openObject' || truncated) return undefined;
    truncated = true;
    void log.truncate(2);
    return undefined;
  };
  orders.delay = ({ operation }) => (operation === 'openObject' ? new Promise((resolve) => setTimeout(resolve, 0)) : undefined);
  expect(await log.read(1, bytes(20))).toBeUndefined();
});

it('nothing has no place of its own', async () => {
  const { log, names } = setUp();
  const segment = await fill(log, 1, [0, 5, 0, 5]);
  await segment.sync();
  expect(names()).toEqual([`${FIRST}/0000000000000000`, `${FIRST}/0000000000000005`, `${FIRST}/begin`]);
});

it('objects of others below its folder are left alone', async () => {
  const { store, log, names } = setUp();
  store.sync.put('wal/notes', bytes(1));
  store.sync.put(`${FIRST}/notes`, bytes(1));
  await fill(log, 1, [10]);
  expect(await log.segments()).toEqual([{ number: 1, size: 10 }]);
  await log.truncate(2);
  expect(names()).toEqual([`${FIRST}/notes`, 'wal/notes']);
});

it('a segment is read with the list that showed it, as far as that knew it, and with a new one beyond', async () => {
  const { store, log, orders } = setUp();
  const segment = await fill(log, 1, [10, 20]);
  let lists = 0;
  orders.fault = ({ operation }) => {
    if (operation === 'list') lists++;
    return undefined;
  };
  expect(await log.segments()).toEqual([{ number: 1, size: 30 }]);
  await segment.append(bytes(5), 30);
  const into = new Uint8Array(30);
  expect(await log.read(1, into)).toBe(30);
  expect(into).toEqual(bytes(30));
  expect(lists).toBe(1);
  expect(await log.read(1, new Uint8Array(31))).toBe(31);
  expect(lists).toBe(2);
  await new ObjectLog(store.share(), seededRandom(9)).truncate(2);
  expect(await log.read(1, into)).toBeUndefined();
  await log.truncate(2);
  expect(await log.read(1, into)).toBeUndefined();
});

it('what was taken keeps its owner when it is truncated: a creation that was sent twice comes too late', async () => {
  const { store, log, names } = setUp();
  const segment = (await log.create(1))!;
  const begin = store.sync.get(`${FIRST}/begin`)!;
  const owner = new ObjectLog(store.share(), seededRandom(2));
  await owner.takeSegments(0, () => undefined);
  await owner.truncate(2);
  expect(store.sync.putIfAbsent(`${FIRST}/begin`, begin)).toBe(false);
  expect(await segment.isTaken!()).toBe(true);
  const later = new ObjectLog(store.share(), seededRandom(3));
  await later.truncate(2);
  expect(names()).toEqual([]);
});

it('a segment is taken from its writer once: later ones see by its size that nobody writes it', async () => {
  const { store, log } = setUp();
  const first = (await log.create(1))!;
  const second = (await log.create(2))!;
  const take = async (seed: number): Promise<string[]> => {
    const replaced: string[] = [];
    const fault = ({ operation, name }: { operation: string; name: string }): undefined => {
      if (operation === 'replace') replaced.push(name);
    };
    const other = new ObjectLog(store.share({ fault }), seededRandom(seed));
    await other.takeSegments(seed - 1, () => undefined, await other.segments());
    return replaced;
  };
  const begin = (segment: number): string => `wal/${String(segment).padStart(20, '0')}.wal/begin`;
  expect(await take(3)).toEqual([begin(2)]);
  expect(await take(2)).toEqual([begin(1)]);
  expect(await take(1)).toEqual([]);
  expect(await Promise.all([first.isTaken!(), second.isTaken!()])).toEqual([true, true]);
});

it('a segment that is taken by another while it is listed is taken again: the list may lack what was appended before', async () => {
  const { store, log } = setUp();
  const segment = (await log.create(1))!;
  const other = new ObjectLog(store.share(), seededRandom(2));
  let lists = 0;
  const list = async (prefix: string): Promise<ObjectInfo[]> => {
    const names = await store.list(prefix);
    if (++lists !== 2) return names;
    // The service has gone over the names, and comes to the sizes when this has happened.
    await segment.append(bytes(10), 0);
    expect(await segment.isTaken!()).toBe(false);
    await other.takeSegments(0, () => undefined);
    return Promise.all(names.map(async ({ name }) => ({ name, size: (await store.get(name))!.length })));
  };
  const owner = new ObjectLog({ ...store, list }, seededRandom(3));
  expect(await owner.segments()).toMatchObject([{ number: 1, size: 0 }]);
  expect(await owner.takeSegments(0, () => undefined)).toMatchObject([{ number: 1, size: 10, isTaken: true }]);
});
