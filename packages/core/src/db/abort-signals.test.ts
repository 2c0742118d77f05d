// A signal stops the waiting of every call that may wait, with its own reason; it does not stop what the database is doing.

import { describe, expect, it } from 'vitest';
import { utf8 } from '../format/utf8-codec.ts';
import type { MemoryOperation, MemoryStoreOptions } from '../store/memory-handle.ts';
import { memoryStore } from '../store/memory-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { open, type Database } from './open-database.ts';

type Text = Database<ObjectStore, string, string>;

const REASON = new Error('the user went away');

/** A database over an asynchronous store, with two SSTs that are not in memory, and a way to hold one kind of call up. */
async function setUp() {
  const store = memoryStore();
  const made = await open(store, { keys: utf8, values: utf8 });
  await made.putMany(Array.from({ length: 400 }, (_, i) => [`k${String(i).padStart(4, '0')}`, 'x'.repeat(500)] as const));
  await made.flush();
  await made.close();
  const orders: MemoryStoreOptions = {};
  const held: (() => void)[] = [];
  const db: Text = await open(store.share({ sync: false, delay: (call) => orders.delay?.(call) }), { keys: utf8, values: utf8 });
  await db.idle();
  return {
    db,
    hold(kind: MemoryOperation): void {
      orders.delay = ({ operation }) => (operation === kind ? new Promise((resolve) => held.push(resolve)) : undefined);
    },
    release(): void {
      orders.delay = undefined;
      for (const resolve of held.splice(0)) resolve();
    },
  };
}

type Setting = Awaited<ReturnType<typeof setUp>>;
type Call = (db: Text, signal: AbortSignal) => Promise<unknown>;

const READS: [string, Call][] = [
  ['get', async (db, signal) => db.get('k0001', { signal })],
  ['getMany', async (db, signal) => db.getMany(['k0001', 'k0399'], { signal })],
  ['has', async (db, signal) => db.has('k0001', { signal })],
  ['getEntry', async (db, signal) => db.getEntry('k0001', { signal })],
  ['update', async (db, signal) => db.update('k0001', () => 'y', { signal })],
  ['clear', async (db, signal) => db.clear({ lt: 'k0002', signal })],
  ['scan().all', async (db, signal) => db.scan({ signal }).all()],
  ['scan().first', async (db, signal) => db.scan({ signal }).first()],
  ['scan().keys', async (db, signal) => db.scan({ signal }).keys()[Symbol.asyncIterator]().next()],
  ['scan().batches', async (db, signal) => db.scan({ signal }).batches()[Symbol.asyncIterator]().next()],
];

const WRITES: [string, Call][] = [
  ['put', async (db, signal) => db.put('a', '1', { signal })],
  ['delete', async (db, signal) => db.delete('a', { signal })],
  ['putMany', async (db, signal) => db.putMany([['a', '1']], { signal })],
  ['write', async (db, signal) => db.write(db.batch().put('a', '1'), { signal })],
];

describe.each([...READS, ...WRITES])('%s', (_, call) => {
  it('does nothing when its signal was aborted before', async () => {
    const { db } = await setUp();
    const before = db.stats().epoch;
    await expect(call(db, AbortSignal.abort(REASON))).rejects.toBe(REASON);
    await db.sync();
    expect(db.stats().epoch).toBe(before);
    expect(db.stats().snapshots).toBe(0);
    await db.close();
  });

  it('does nothing either where the store would answer at once', async () => {
    const db = (await open(memoryStore(), { keys: utf8, values: utf8 })) as unknown as Text;
    await db.put('k0001', 'x');
    await expect(call(db, AbortSignal.abort(REASON))).rejects.toBe(REASON);
    expect(await db.scan().all()).toEqual([['k0001', 'x']]);
    await db.close();
  });
});

/** The call waits for the store, is aborted, and the store answers afterwards. */
async function abortWhileWaiting({ db, hold, release }: Setting, kind: MemoryOperation, call: Call): Promise<void> {
  hold(kind);
  const controller = new AbortController();
  const waiting = call(db, controller.signal);
  for (let i = 0; i < 100; i++) await Promise.resolve();
  controller.abort(REASON);
  await expect(waiting).rejects.toBe(REASON);
  release();
}

describe.each(READS)('%s that waits for the store', (_, call) => {
  it('ends with the reason, and the database goes on', async () => {
    const setting = await setUp();
    await abortWhileWaiting(setting, 'readInto', call);
    expect(await setting.db.get('k0399')).toBe('x'.repeat(500));
    expect(setting.db.stats().snapshots).toBe(0);
    await setting.db.close();
  });
});

describe.each(WRITES)('%s that waits for the log', (_, call) => {
  it('ends with the reason, and may still take place', async () => {
    const setting = await setUp();
    await abortWhileWaiting(setting, 'log.append', call);
    await setting.db.put('b', '2');
    expect(setting.db.stats().epoch & 0xffffffffn).toBe(2n);
    expect(await setting.db.get('b')).toBe('2');
    await setting.db.close();
  });
});

describe('an iteration', () => {
  it('ends with the reason at the next step, also in the middle of a page', async () => {
    const { db } = await setUp();
    const controller = new AbortController();
    const found: string[] = [];
    const run = async (): Promise<void> => {
      for await (const [key] of db.scan({ signal: controller.signal })) {
        found.push(key);
        if (found.length === 3) controller.abort(REASON);
      }
    };
    await expect(run()).rejects.toBe(REASON);
    expect(found).toHaveLength(3);
    expect(db.stats().snapshots).toBe(0);
    await db.close();
  });

  it('is not touched by a signal that is aborted after its end', async () => {
    const { db } = await setUp();
    const controller = new AbortController();
    expect(await db.scan({ signal: controller.signal }).all()).toHaveLength(400);
    controller.abort(REASON);
    expect(await db.get('k0001')).toBe('x'.repeat(500));
    await db.close();
  });
});

describe('opening', () => {
  it('stops waiting for another writer', async () => {
    const store = memoryStore();
    await using held = await open(store);
    const controller = new AbortController();
    const waiting = open(store.share(), { takeover: 'wait', signal: controller.signal });
    controller.abort(REASON);
    await expect(waiting).rejects.toBe(REASON);
    await held.put('a', '1');
    await expect(open(store.share(), { signal: AbortSignal.abort(REASON) })).rejects.toBe(REASON);
  });
});
