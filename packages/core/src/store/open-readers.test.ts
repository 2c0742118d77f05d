// Objects kept open for reading: opened once, at most so many, and never closed under a read.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { memoryStore } from './memory-store.ts';
import type { ObjectReader, ObjectStore } from './object-store.ts';
import { OpenReaders } from './open-readers.ts';

const SIZE = 8;

/** Readers over a store that says what it opens and closes, and lets its answers wait while `held` is set. */
function setUp(limit: number, synchronous: boolean) {
  const store = memoryStore();
  const calls: string[] = [];
  const waiting: (() => void)[] = [];
  const orders = { holdOpen: false, holdRead: false };
  const heldBack = (hold: boolean): Promise<void> | undefined => (hold ? new Promise((resolve) => waiting.push(resolve)) : undefined);
  const watched = (name: string, reader: ObjectReader, later: boolean): ObjectReader => ({
    readInto: (target, offset) => {
      const hold = later ? (heldBack(orders.holdRead) ?? Promise.resolve()) : undefined;
      return hold === undefined ? reader.readInto(target, offset) : hold.then(() => reader.readInto(target, offset));
    },
    close: () => void calls.push(`close ${name}`),
  });
  const open = (name: string, later: boolean): ObjectReader => {
    calls.push(`open ${name}`);
    return watched(name, store.sync.openObject(name, SIZE), later);
  };
  const asynchronous: ObjectStore = {
    ...store,
    sync: undefined,
    async openObject(name) {
      await heldBack(orders.holdOpen);
      return open(name, true);
    },
  };
  const door: ObjectStore = synchronous ? { ...store, sync: { ...store.sync, openObject: (name) => open(name, false) } } : asynchronous;
  for (let i = 0; i < 10; i++) store.sync.put(`o${i}`, new Uint8Array(SIZE).fill(i));
  const readers = new OpenReaders(() => door, limit);
  return {
    readers,
    orders,
    taken: (): string[] => calls.splice(0),
    release: (): void => {
      for (const resolve of waiting.splice(0)) resolve();
    },
    async read(name: string, offset = 0): Promise<number> {
      const target = new Uint8Array(1);
      await readers.readInto(name, SIZE, target, offset);
      return target[0];
    },
  };
}

/** Lets everything that can go on go on. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe.each([
  ['a synchronous', true],
  ['an asynchronous', false],
])('readers of %s store', (_, synchronous) => {
  it('are opened at the first read and used again', async () => {
    const { read, taken } = setUp(4, synchronous);
    expect([await read('o3'), await read('o3', 7), await read('o5')]).toEqual([3, 3, 5]);
    expect(taken()).toEqual(['open o3', 'open o5']);
  });

  it('are limited: one that is read again and again stays', async () => {
    const { read, taken } = setUp(2, synchronous);
    for (const name of ['o0', 'o1', 'o0', 'o2', 'o0', 'o3', 'o0', 'o4']) await read(name);
    expect(taken()).toEqual(['open o0', 'open o1', 'open o2', 'close o1', 'open o3', 'close o2', 'open o4', 'close o3']);
  });

  it('are limited: the one that was opened longest ago goes first', async () => {
    const { read, taken } = setUp(2, synchronous);
    for (const name of ['o1', 'o2', 'o3', 'o2', 'o1']) await read(name);
    expect(taken()).toEqual(['open o1', 'open o2', 'open o3', 'close o1', 'open o1', 'close o3']);
  });

  it('are closed by name, and opened again when they are needed again', async () => {
    const { readers, read, taken } = setUp(4, synchronous);
    await read('o1');
    await readers.close('o1');
    await readers.close('o1');
    await readers.close('never opened');
    expect(await read('o1')).toBe(1);
    expect(taken()).toEqual(['open o1', 'close o1', 'open o1']);
  });

  it('are closed all at the end', async () => {
    const { readers, read, taken } = setUp(4, synchronous);
    await read('o1');
    await read('o2');
    taken();
    await readers.closeAll();
    await readers.closeAll();
    expect(taken()).toEqual(['close o1', 'close o2']);
  });

  it('say what went wrong, and leave nothing open of what is missing', async () => {
    const { readers, read, taken } = setUp(4, synchronous);
    await expect(read('missing')).rejects.toThrow(StorageError);
    await expect(read('o1', SIZE)).rejects.toThrow('object=o1 offset=8');
    expect(await read('o1')).toBe(1);
    taken();
    await readers.closeAll();
    expect(taken()).toEqual(['close o1']);
  });
});

describe('readers that are in the middle of a read', () => {
  it('are left alone: another one is closed, and none if all are', async () => {
    const { orders, read, taken, release } = setUp(2, false);
    await read('o2');
    orders.holdRead = true;
    const first = read('o1');
    await settle();
    const second = read('o3');
    await settle();
    expect(taken()).toEqual(['open o2', 'open o1', 'open o3', 'close o2']);
    const third = read('o4');
    await settle();
    expect(taken()).toEqual(['open o4']);
    release();
    expect(await Promise.all([first, second, third])).toEqual([1, 3, 4]);
  });

  it('may be more than the limit, but only for as long', async () => {
    const { orders, read, readers, taken, release } = setUp(2, false);
    orders.holdRead = true;
    const reads = ['o1', 'o2', 'o3', 'o4', 'o5'].map(async (name) => read(name));
    await settle();
    release();
    await Promise.all(reads);
    orders.holdRead = false;
    taken();
    await read('o6');
    expect(taken().filter((call) => call.startsWith('close'))).toEqual(['close o1', 'close o2', 'close o3', 'close o4']);
    await readers.closeAll();
    expect(taken()).toEqual(['close o5', 'close o6']);
  });

  it('share one reader, also when both were about to open it', async () => {
    const { orders, read, readers, taken, release } = setUp(4, false);
    orders.holdOpen = true;
    const both = [read('o1'), read('o1')];
    await settle();
    release();
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(taken()).toEqual(['open o1', 'open o1', 'close o1']);
    await readers.closeAll();
    expect(taken()).toEqual(['close o1']);
  });
});

describe('a reader that is closed to make room', () => {
  it('may fail to: nobody needs it any more', async () => {
    const store = memoryStore();
    for (const name of ['o1', 'o2', 'o3']) store.sync.put(name, new Uint8Array(SIZE));
    const failure = new StorageError('UNAVAILABLE', 'the disk is away');
    const closes = [() => Promise.reject(failure), () => thrown(failure), () => undefined];
    const openObject = (name: string) => ({ ...store.sync.openObject(name, SIZE), close: closes.shift()! });
    const readers = new OpenReaders(() => ({ ...store, sync: undefined, openObject }), 1);
    for (const name of ['o1', 'o2', 'o3']) await readers.readInto(name, SIZE, new Uint8Array(1), 0);
    await readers.closeAll();
    expect(closes).toEqual([]);
  });
});

function thrown(error: Error): never {
  throw error;
}

describe('a reader that is on its way when all are closed', () => {
  it('is closed as well, and its read is refused', async () => {
    const { orders, read, readers, taken, release } = setUp(4, false);
    orders.holdOpen = true;
    const reading = read('o1');
    await readers.closeAll();
    release();
    await expect(reading).rejects.toMatchObject({ code: 'CLOSED' });
    expect(taken()).toEqual(['open o1', 'close o1']);
  });
});
