// What memoryStore adds to a store: orders, shared data, power cuts. That it is a store at all the conformance kit shows (@varve/store-conformance).

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import type { LogSegment, LogStore } from './log-store.ts';
import { failCall, type MemoryCall } from './memory-handle.ts';
import { memoryStore } from './memory-store.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const lost = new StorageError('UNAVAILABLE', 'the answer was lost');

function createSegment(log: LogStore, number: number): LogSegment {
  return log.create(number, 100) as LogSegment;
}

function readSegment(log: LogStore, number: number): number[] | undefined {
  const into = new Uint8Array(100);
  const length = log.read(number, into) as number | undefined;
  return length === undefined ? undefined : [...into.subarray(0, length)];
}

describe('faults', () => {
  it('a call that fails before its effect has none', () => {
    const { sync } = memoryStore({ fault: failCall('putIfAbsent', 2, 'before', lost) });
    expect(sync.putIfAbsent('a', bytes(1))).toBe(true);
    expect(() => sync.putIfAbsent('b', bytes(1))).toThrow(lost);
    expect(sync.has('b')).toBe(false);
    expect(sync.putIfAbsent('b', bytes(1))).toBe(true);
  });

  it('a call that fails after its effect has taken place', () => {
    const { sync } = memoryStore({ fault: failCall('putIfAbsent', 1, 'after', lost) });
    expect(() => sync.putIfAbsent('a', bytes(1))).toThrow(lost);
    expect(sync.get('a')).toEqual(bytes(1));
  });

  it('an asynchronous call rejects', async () => {
    const store = memoryStore({ sync: false, fault: failCall('get', 1, 'before', lost) });
    await expect(store.get('a')).rejects.toBe(lost);
  });

  it('every operation can be failed, and is told apart by its name', async () => {
    const calls: MemoryCall[] = [];
    const store = memoryStore({ fault: (call) => void calls.push(call) });
    const { sync } = store;
    sync.put('a', bytes(1));
    sync.putIfAbsent('b', bytes(1));
    sync.get('a');
    sync.has('a');
    void sync.openObject('a', 1).readInto(new Uint8Array(1), 0);
    const writer = sync.createObject('c', 1);
    writer.sync?.append(bytes(1), 0);
    writer.sync?.finish();
    sync.createObject('d', 1).sync?.abort();
    sync.list('');
    sync.delete(['a', 'b']);
    await store.lock?.();
    const log = store.openLog();
    const segment = createSegment(log, 7);
    await segment.append(bytes(1), 0);
    await segment.sync();
    segment.syncNow?.();
    await log.segments();
    await log.read(7, new Uint8Array(1));
    await log.makeDurable([7]);
    await log.truncate(8);
    expect(calls.map(({ operation, name, count }) => `${operation} ${name} ${count}`)).toEqual([
      'put a 1',
      'putIfAbsent b 1',
      'get a 1',
      'has a 1',
      'openObject a 1',
      'readInto a 1',
      'createObject c 1',
      'append c 1',
      'finish c 1',
      'createObject d 2',
      'abort d 1',
      'list  1',
      'delete a b 1',
      'lock  1',
      'log.create 7 1',
      'log.append 7 1',
      'log.sync 7 1',
      'log.sync 7 2',
      'log.segments  1',
      'log.read 7 1',
      'log.makeDurable 7 1',
      'log.truncate 8 1',
    ]);
  });

  it('after a failed sync every later one fails', async () => {
    const segment = createSegment(memoryStore({ fault: failCall('log.sync', 1, 'before', lost) }).openLog(), 1);
    await expect(segment.sync()).rejects.toBe(lost);
    await expect(segment.sync()).rejects.toBe(lost);
    expect(() => segment.syncNow?.()).toThrow(lost);
  });
});

describe('delays', () => {
  it('a delayed call takes place when its delay is over', async () => {
    let release = () => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const store = memoryStore({ delay: ({ operation }) => (operation === 'put' ? gate : undefined) });
    const pending = store.put('a', bytes(1));
    expect(store.sync.has('a')).toBe(false);
    release();
    await pending;
    expect(store.sync.has('a')).toBe(true);
  });

  it('bytes that change while a call is pending are stored changed, as by a system that reads them late', async () => {
    const store = memoryStore({ delay: async () => {} });
    const passed = bytes(1, 2, 3);
    const pending = store.put('a', passed);
    passed[1] = 9;
    await pending;
    expect(store.sync.get('a')).toEqual(bytes(1, 9, 3));
  });

  it('without a synchronous half every call returns a promise', () => {
    const store = memoryStore({ sync: false });
    expect(store.sync).toBeUndefined();
    expect(store.openLog().sync).toBe(false);
    expect(store.has('a')).toBeInstanceOf(Promise);
    expect(store.openLog().segments()).toBeInstanceOf(Promise);
  });
});

describe('quota', () => {
  it('a write that does not fit is QUOTA and leaves nothing', () => {
    const { sync } = memoryStore({ quotaBytes: 10 });
    sync.put('a', new Uint8Array(6));
    expect(() => sync.putIfAbsent('b', new Uint8Array(5))).toThrow(expect.objectContaining({ code: 'QUOTA' }));
    expect(sync.list('').map(({ name }) => name)).toEqual(['a']);
    sync.delete(['a']);
    expect(sync.putIfAbsent('b', new Uint8Array(10))).toBe(true);
  });

  it('objects being written and the log count as well', () => {
    const store = memoryStore({ quotaBytes: 10 });
    const segment = createSegment(store.openLog(), 1);
    void segment.append(new Uint8Array(6), 0);
    void segment.append(new Uint8Array(2), 4);
    const writer = store.sync.createObject('a', 4).sync;
    writer?.append(new Uint8Array(4), 0);
    expect(() => writer?.append(new Uint8Array(1), 4)).toThrow(expect.objectContaining({ code: 'QUOTA' }));
    expect(() => segment.append(new Uint8Array(5), 6)).toThrow(expect.objectContaining({ code: 'QUOTA' }));
  });

  it('may be changed meanwhile', () => {
    const orders = { quotaBytes: 1 };
    const { sync } = memoryStore(orders);
    expect(() => sync.put('a', new Uint8Array(2))).toThrow(expect.objectContaining({ code: 'QUOTA' }));
    orders.quotaBytes = 2;
    sync.put('a', new Uint8Array(2));
  });
});

describe('shared data', () => {
  it('handles share objects, log and lock, each with its own orders', async () => {
    const store = memoryStore();
    const other = store.share({ fault: failCall('get', 1, 'before', lost) });
    store.sync.put('a', bytes(1));
    expect(() => other.sync.get('a')).toThrow(lost);
    expect(store.sync.get('a')).toEqual(bytes(1));
    expect(createSegment(store.openLog(), 1)).toBeDefined();
    expect(createSegment(other.openLog(), 1)).toBeUndefined();
    expect(await store.lock?.()).toBeDefined();
    expect(await other.lock?.()).toBeUndefined();
  });
});

describe('power cuts', () => {
  it('objects and synced bytes survive, unsynced bytes do not', async () => {
    const store = memoryStore();
    store.sync.put('a', bytes(1));
    store.sync.createObject('b', 1).sync?.append(bytes(1), 0);
    const segment = createSegment(store.openLog(), 1);
    await segment.append(bytes(1, 2), 0);
    await segment.sync();
    await segment.append(bytes(3, 4), 2);
    const after = store.crash();
    expect(after.sync.list('')).toEqual([{ name: 'a', size: 1 }]);
    expect(readSegment(after.openLog(), 1)).toEqual([1, 2]);
    expect(readSegment(store.openLog(), 1)).toEqual([1, 2, 3, 4]);
  });

  it('a segment that was never synced is gone', () => {
    const store = memoryStore();
    void createSegment(store.openLog(), 1).append(bytes(1, 2), 0);
    expect(readSegment(store.crash().openLog(), 1)).toBeUndefined();
  });

  it('unsynced bytes may be kept, torn or damaged', async () => {
    const store = memoryStore();
    const segment = createSegment(store.openLog(), 1);
    await segment.append(bytes(1, 2), 0);
    await segment.sync();
    await segment.append(bytes(3, 4), 2);
    const survivors = (unsynced: (tail: Uint8Array, segment: number) => Uint8Array) => readSegment(store.crash({ unsynced }).openLog(), 1);
    expect(survivors((tail) => tail)).toEqual([1, 2, 3, 4]);
    expect(survivors((tail) => tail.subarray(0, 1))).toEqual([1, 2, 3]);
    expect(survivors((tail, number) => tail.map(() => number + 8))).toEqual([1, 2, 9, 9]);
  });

  it('the lock is free, and the store that was cut goes on by itself', async () => {
    const store = memoryStore();
    await store.lock?.();
    const after = store.crash();
    expect(await after.lock?.()).toBeDefined();
    after.sync.put('a', bytes(1));
    store.sync.put('b', bytes(1));
    expect([store.sync.has('a'), after.sync.has('b')]).toEqual([false, false]);
  });
});

it('a name that was used is refused by put and by a writer', () => {
  const { sync } = memoryStore();
  sync.put('a', bytes(1));
  expect(() => sync.put('a', bytes(2))).toThrow(expect.objectContaining({ code: 'CONFLICT', object: 'a' }));
  expect(() => sync.createObject('a', 1).sync?.finish()).toThrow(expect.objectContaining({ code: 'CONFLICT', object: 'a' }));
  expect(sync.get('a')).toEqual(bytes(1));
});
