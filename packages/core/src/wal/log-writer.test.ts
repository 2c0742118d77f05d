// The writing end of the log over a log in memory: what is synced in which order, and what must not be promised before.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { seededRandom } from '../base/random.ts';
import type { LogStore } from '../store/log-store.ts';
import type { MemoryCall, MemoryStoreOptions } from '../store/memory-handle.ts';
import { memoryStore } from '../store/memory-store.ts';
import { LogWriter } from './log-writer.ts';
import { ObjectLog } from './object-log.ts';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0xab);

/** A writer, and the calls that its log got as `sync 5`. Orders to the log may be changed meanwhile. */
function setUp(options: MemoryStoreOptions = {}) {
  const calls: string[] = [];
  const orders: MemoryStoreOptions = { ...options, fault: undefined, delay: undefined };
  const store = memoryStore({
    ...options,
    delay: (call) => orders.delay?.(call),
    fault: (call: MemoryCall) => {
      calls.push(`${call.operation.slice(4)} ${call.name}`);
      return orders.fault?.(call);
    },
  });
  const log = store.openLog();
  /** Bytes of each segment that a power cut leaves. */
  const durable = (): Record<number, number> => {
    const left = store.crash().openLog().segments() as { number: number; size: number }[];
    return Object.fromEntries(left.map(({ number, size }) => [number, size]));
  };
  const taken = (): string[] => calls.splice(0);
  return { log, orders, writer: new LogWriter(log), durable, taken };
}

const codeOf = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'none';
  } catch (error) {
    if (error instanceof StorageError) return error.code;
    throw error;
  }
};

/** A gate to wait at. */
function gate() {
  let open!: () => void;
  const closed = new Promise<void>((resolve) => (open = resolve));
  return { closed, open };
}

describe('the writer of the log', () => {
  it('appends to its segment, one piece behind the other', async () => {
    const { writer, log, durable } = setUp();
    await writer.roll(5, 1000);
    await writer.append(bytes(10));
    await writer.append(bytes(6));
    expect([writer.segment, writer.position, writer.synced]).toEqual([5, 16, 0]);
    expect(await log.segments()).toEqual([{ number: 5, size: 16 }]);
    expect(durable()).toEqual({});
  });

  it('does not count an append that failed', async () => {
    const { writer, orders } = setUp();
    await writer.roll(5, 1000);
    orders.fault = () => ({ when: 'before', error: new StorageError('QUOTA', 'full') });
    expect(await codeOf(() => writer.append(bytes(10)))).toBe('QUOTA');
    expect(writer.position).toBe(0);
  });

  it('may try whether a number is taken, and goes on where it was if it is', async () => {
    const { writer, log } = setUp();
    await log.create(6, 1000);
    expect(await writer.begin(5, 1000)).toBe(true);
    await writer.append(bytes(10));
    expect(await writer.begin(6, 1000)).toBe(false);
    expect([writer.segment, writer.position]).toEqual([5, 10]);
    expect(await writer.begin(7, 1000)).toBe(true);
    expect([writer.segment, writer.position]).toEqual([7, 0]);
  });

  it('is fenced when the number of its next segment is taken', async () => {
    const { writer, log } = setUp();
    await writer.roll(5, 1000);
    await log.create(6, 1000);
    const run = (): unknown => writer.roll(6, 1000);
    expect(await codeOf(run)).toBe('FENCED');
    expect(run).toThrow('object=wal/00000000000000000006.wal');
    expect(writer.segment).toBe(5);
  });
});

describe.each([
  ['sync', async (writer: LogWriter): Promise<void> => writer.sync()],
  ['syncNow', async (writer: LogWriter): Promise<void> => writer.syncNow()],
])('%s', (_, sync) => {
  it('makes everything durable that was appended, older segments first', async () => {
    const { writer, durable, taken } = setUp();
    for (const segment of [5, 6, 7]) {
      await writer.roll(segment, 1000);
      await writer.append(bytes(segment));
    }
    taken();
    await sync(writer);
    expect(taken()).toEqual(['sync 5', 'sync 6', 'sync 7']);
    expect(durable()).toEqual({ 5: 5, 6: 6, 7: 7 });
    expect([writer.position, writer.synced]).toEqual([7, 7]);
  });

  it('asks nothing of a segment that is durable already', async () => {
    const { writer, taken } = setUp();
    await writer.roll(5, 1000);
    await writer.append(bytes(10));
    await sync(writer);
    await writer.roll(6, 1000);
    taken();
    await sync(writer);
    expect(taken()).toEqual([]);
    await writer.append(bytes(1));
    await sync(writer);
    expect(taken()).toEqual(['append 6', 'sync 6']);
  });

  it('stops at the first segment that fails: nothing behind it is promised', async () => {
    const { writer, durable, orders } = setUp();
    for (const segment of [5, 6]) {
      await writer.roll(segment, 1000);
      await writer.append(bytes(10));
    }
    orders.fault = ({ operation }) =>
      operation === 'log.sync' ? { when: 'before', error: new StorageError('UNAVAILABLE', 'the disk is away') } : undefined;
    expect(await codeOf(async () => sync(writer))).toBe('UNAVAILABLE');
    expect([writer.synced, durable()]).toEqual([0, {}]);
  });

  it('leaves segments out that were flushed', async () => {
    const { writer, taken } = setUp();
    for (const segment of [5, 6, 7]) {
      await writer.roll(segment, 1000);
      await writer.append(bytes(10));
    }
    taken();
    writer.forgetBelow(7);
    await sync(writer);
    expect(taken()).toEqual(['sync 7']);
  });
});

describe('a sync that takes its time', () => {
  it('promises what was appended when it began, no more', async () => {
    const { writer, orders, durable } = setUp();
    await writer.roll(5, 1000);
    await writer.append(bytes(10));
    const { closed, open } = gate();
    orders.delay = ({ operation }) => (operation === 'log.sync' ? closed : undefined);
    const syncing = writer.sync();
    await Promise.resolve();
    await writer.append(bytes(3));
    open();
    await syncing;
    expect([writer.position, writer.synced]).toEqual([13, 10]);
    expect(durable()).toEqual({ 5: 10 });
  });

  it('does not mind that the segments behind are flushed and forgotten meanwhile', async () => {
    const { writer, orders, taken } = setUp();
    for (const segment of [5, 6, 7]) {
      await writer.roll(segment, 1000);
      await writer.append(bytes(10));
    }
    const { closed, open } = gate();
    orders.delay = ({ operation, name }) => (operation === 'log.sync' && name === '5' ? closed : undefined);
    taken();
    const syncing = writer.sync();
    await Promise.resolve();
    writer.forgetBelow(7);
    open();
    await syncing;
    expect(taken()).toEqual(['sync 5', 'sync 7']);
    expect(writer.synced).toBe(10);
  });

  it('covers the segment that it began with, also when the writer rolls meanwhile', async () => {
    const { writer, orders, durable } = setUp();
    await writer.roll(5, 1000);
    await writer.append(bytes(10));
    const { closed, open } = gate();
    orders.delay = ({ operation }) => (operation === 'log.sync' ? closed : undefined);
    const syncing = writer.sync();
    await Promise.resolve();
    await writer.roll(6, 1000);
    await writer.append(bytes(4));
    open();
    await syncing;
    expect([writer.segment, writer.synced]).toEqual([6, 0]);
    expect(durable()).toEqual({ 5: 10 });
  });
});

describe('a log that only syncs asynchronously', () => {
  it('is never synced on the spot', async () => {
    const { writer } = setUp({ sync: false });
    await writer.roll(5, 1000);
    await writer.append(bytes(10));
    expect(writer.canSyncNow).toBe(false);
    expect(await codeOf(() => writer.syncNow())).toBe('UNSUPPORTED');
    await writer.sync();
    expect(writer.synced).toBe(10);
  });
});

it("a segment that cannot be closed any more is nobody's matter once it was flushed", async () => {
  const { log } = setUp();
  const failure = new StorageError('UNAVAILABLE', 'the disk is away');
  const closes = [() => Promise.reject(failure), () => thrown(failure)];
  const watched = {
    ...log,
    create: async (number: number, size: number) => Object.assign((await log.create(number, size))!, { close: closes[number - 5] }),
  };
  const writer = new LogWriter(watched);
  for (const segment of [5, 6, 7]) await writer.roll(segment, 1000);
  writer.forgetBelow(7);
  await writer.append(bytes(10));
  await writer.sync();
  expect(writer.synced).toBe(10);
});

function thrown(error: Error): never {
  throw error;
}

it('a writer that is closed has closed its segments', async () => {
  const { log } = setUp();
  const closed: number[] = [];
  const watched = {
    ...log,
    create: async (number: number, size: number) => {
      const segment = (await log.create(number, size))!;
      return { append: segment.append.bind(segment), sync: async () => segment.sync(), close: () => void closed.push(number) };
    },
  };
  const writer = new LogWriter(watched);
  for (const segment of [5, 6, 7]) {
    await writer.roll(segment, 1000);
    await writer.append(bytes(10));
  }
  writer.forgetBelow(6);
  expect(closed).toEqual([5]);
  await writer.close();
  expect(closed).toEqual([5, 6, 7]);
  await writer.close();
  expect(closed).toHaveLength(3);
});

it('a segment is not begun behind one that another writer has taken', async () => {
  const store = memoryStore({ sync: false });
  const [log, other] = [new ObjectLog(store, seededRandom(1)), new ObjectLog(store.share({ sync: false }), seededRandom(2))];
  const writer = new LogWriter(log);
  expect(writer.isTaken()).toBeUndefined();
  await writer.roll(1, 1000);
  await writer.append(bytes(10));
  expect(await writer.isTaken()).toBe(false);
  await writer.roll(2, 1000);
  await other.takeSegments(0, () => undefined);
  expect(await writer.isTaken()).toBe(true);
  expect(await writer.begin(3, 1000)).toBe(false);
  expect(writer.segment).toBe(2);
  expect(await codeOf(() => writer.roll(4, 1000))).toBe('FENCED');
  await writer.close();
});

it('a log that hides that segments can be taken is asked for manifests', async () => {
  const log = new ObjectLog(memoryStore(), seededRandom(1));
  const hiding = { kind: log.kind, create: (segment: number) => log.create(segment) } as unknown as LogStore;
  const writer = new LogWriter(hiding);
  await writer.roll(1, 1000);
  expect(writer.isTaken()).toBeUndefined();
});
