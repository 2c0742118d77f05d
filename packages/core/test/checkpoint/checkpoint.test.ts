// States that stay: whatever the writer merges and deletes afterwards, who reads a checkpoint reads what it was made of.

import { memoryStore, open, openReader, StorageError, type MemoryCall, type ObjectStore } from '@varve/core';
import { checkpointStore, createCheckpoint, deleteCheckpoint, listCheckpoints } from '@varve/core/checkpoint';
import { describe, expect, it } from 'vitest';
import { flushed, many, replaceAll, SMALL, type TextReader } from '../reader/reader-test-kit.ts';

const NOON = 1_764_000_000_000;
const clockAt = (time: { now: number }) => ({ now: () => time.now });
const at = async (store: ObjectStore, name: string): Promise<TextReader> => openReader(await checkpointStore(store, name), SMALL);

describe('a checkpoint', () => {
  it('has everything written before, and nothing of what comes after, however much is merged', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await db.put('unflushed', 'too');
    const before = await db.scan().all();
    const { epoch, bytes } = await createCheckpoint(db, 'first');
    for (const round of ['second', 'third']) await replaceAll(db, round);
    await using then = await at(store, 'first');
    expect(await then.scan().all()).toEqual(before);
    expect(await then.get('unflushed')).toBe('too');
    expect(then.epoch).toBe(epoch);
    expect(bytes).toBeGreaterThan(10_000);
    expect(await db.get('key000001')).toBe(many('third', 2)[1]![1]);
    expect(await db.verify()).toMatchObject({ ok: true });
  });

  it('outlives its writer and the next ones', async () => {
    const store = memoryStore();
    const db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'first');
    await db.close();
    for (const round of ['second', 'third']) {
      const next = await open(store, { ...SMALL });
      await next.idle();
      await replaceAll(next as never, round);
      await next.close();
    }
    await using then = await at(store, 'first');
    expect(await then.scan().all()).toEqual(many('first', 3000));
  });

  it('is made beside a writer, of what that has flushed', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    await createCheckpoint(store.share(), 'beside');
    await replaceAll(db, 'second');
    await using then = await at(store, 'beside');
    expect(await then.scan().all()).toEqual(many('first', 100));
  });

  it('stays the same for a reader that looks again', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    await createCheckpoint(db, 'first');
    await using then = await at(store, 'first');
    await replaceAll(db, 'second');
    await then.refresh();
    expect(await then.scan().all()).toEqual(many('first', 100));
  });

  it('is told with its name, time, epoch and size; those whose time is over are not', async () => {
    const store = memoryStore();
    const time = { now: NOON };
    await using db = await flushed(store, many('first', 100));
    const one = await createCheckpoint(db, 'one', { clock: clockAt(time) });
    const two = await createCheckpoint(db, 'two', { clock: clockAt(time), expiresInMs: 1000 });
    expect(one).toMatchObject({ name: 'one', madeAt: NOON, expiresAt: undefined });
    expect(two).toMatchObject({ name: 'two', madeAt: NOON, expiresAt: NOON + 1000 });
    expect(await listCheckpoints(store, clockAt(time))).toEqual([one, two]);
    time.now += 1000;
    expect(await listCheckpoints(store, clockAt(time))).toEqual([one]);
  });

  it('cannot be written to', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await createCheckpoint(db, 'first');
    await expect(open(await checkpointStore(store, 'first'), { log: memoryStore().openLog!() })).rejects.toMatchObject({
      code: 'READ_ONLY',
    });
    expect(await db.get('key000001')).toBeDefined();
  });

  it('that is not there, or over, is told', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await expect(checkpointStore(store, 'none')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await createCheckpoint(db, 'short', { expiresInMs: 1, clock: { now: () => NOON } });
    await expect(checkpointStore(store, 'short')).rejects.toMatchObject({ code: 'EXPIRED' });
    await expect(createCheckpoint(memoryStore(), 'a')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('has a name that every store takes', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    for (const name of ['', '.', 'A', 'a/b', 'a b', '-a', 'a..b', 'x'.repeat(101)]) {
      await expect(createCheckpoint(db, name)).rejects.toThrow(RangeError);
    }
    await createCheckpoint(db, `${'x'.repeat(99)}1`);
    await createCheckpoint(db, '2026-11-21.noon');
  });
});

describe('the end of a checkpoint', () => {
  it('lets the writer delete what it kept', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'first');
    await replaceAll(db, 'second');
    const kept = store.sync.list('sst/').length;
    expect(await deleteCheckpoint(store, 'first')).toBe(true);
    expect(await deleteCheckpoint(store, 'first')).toBe(false);
    await replaceAll(db, 'third');
    expect(store.sync.list('sst/').length).toBeLessThan(kept);
    expect(store.sync.list('pin/')).toEqual([]);
  });

  it('comes by itself when its time is over', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'first', { expiresInMs: 1, clock: { now: () => NOON } });
    await replaceAll(db, 'second');
    expect(store.sync.list('pin/')).toEqual([]);
    expect(store.sync.list('sst/')).toHaveLength(2 * (await sstsOf(db)));
  });

  it('is told to whoever still reads', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'first');
    await using then = await at(store, 'first');
    await deleteCheckpoint(store, 'first');
    for (const round of ['second', 'third']) await replaceAll(db, round);
    await expect(then.scan().all()).rejects.toMatchObject({ code: 'EXPIRED' });
  });
});

describe('a name', () => {
  it('belongs to one checkpoint until that is deleted or over', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 10));
    await createCheckpoint(db, 'it');
    await expect(createCheckpoint(db, 'it')).rejects.toMatchObject({ code: 'CONFLICT' });
    await deleteCheckpoint(store, 'it');
    await createCheckpoint(db, 'it', { expiresInMs: 1, clock: { now: () => NOON } });
    await db.put('more', 'x');
    await createCheckpoint(db, 'it');
    await using then = await at(store, 'it');
    expect(await then.get('more')).toBe('x');
    expect(await listCheckpoints(store)).toHaveLength(1);
  });

  it('that two take at once has one checkpoint at most', async () => {
    const store = memoryStore({ sync: false });
    await using db = await flushed(store as never, many('first', 10));
    await db.idle();
    const made = await Promise.allSettled([1, 2, 3].map(() => createCheckpoint(store.share(), 'it')));
    const won = made.filter(({ status }) => status === 'fulfilled').length;
    expect(won).toBeLessThanOrEqual(1);
    expect(await listCheckpoints(store)).toHaveLength(won);
    const lost = made.flatMap((one) => (one.status === 'rejected' ? [(one.reason as StorageError).code] : []));
    expect(lost).toEqual(lost.map(() => 'CONFLICT'));
  });
});

describe('a checkpoint that comes late', () => {
  /** The pin is on its way while the writer merges and deletes everything that it names. */
  async function lateBy(rounds: number) {
    const store = memoryStore();
    const db = await flushed(store, many('first', 3000));
    let left = rounds;
    const delay = async ({ operation, name }: MemoryCall): Promise<void> => {
      if (operation === 'put' && name.startsWith('pin/') && left-- > 0) await replaceAll(db, `round ${left}`);
    };
    return { store, db, slow: store.share({ sync: false, delay }) };
  }

  it('sees by the floor that objects have gone, and is made of the newer state', async () => {
    const { store, db, slow } = await lateBy(1);
    await createCheckpoint(slow, 'late');
    await using then = await at(store, 'late');
    expect(await then.scan().all()).toEqual(await db.scan().all());
    expect(store.sync.list('pin/')).toHaveLength(1);
    await db.close();
  });

  it('gives up when that happens again and again', async () => {
    const { store, db, slow } = await lateBy(100);
    await expect(createCheckpoint(slow, 'late')).rejects.toMatchObject({ code: 'EXPIRED' });
    expect(store.sync.list('pin/')).toEqual([]);
    await db.close();
  });
});

it('a pin that was damaged keeps everything, and is told', async () => {
  const store = memoryStore();
  const warnings: string[] = [];
  const db = await open(store, { ...SMALL, onEvent: (event) => void (event.kind === 'warning' && warnings.push(event.message)) });
  await db.putMany(many('first', 3000));
  await createCheckpoint(db, 'it');
  const { name } = store.sync.list('pin/')[0]!;
  const bytes = store.sync.get(name)!;
  bytes[50]! ^= 4;
  store.sync.delete([name]);
  store.sync.put(name, bytes);
  const before = store.sync.list('sst/').map((info) => info.name);
  await replaceAll(db as never, 'second');
  expect(store.sync.list('sst/').map((info) => info.name)).toEqual(expect.arrayContaining(before));
  expect(warnings.join()).toContain(name);
  await expect(at(store, 'it')).rejects.toThrow(StorageError);
  expect(await deleteCheckpoint(store, 'it')).toBe(true);
  await replaceAll(db as never, 'third');
  expect(store.sync.list('sst/')).toHaveLength(2 * (await sstsOf(db as never)));
  await db.close();
});

async function sstsOf(db: Awaited<ReturnType<typeof flushed>>): Promise<number> {
  await db.idle();
  return db.stats().levels.reduce((sum, level) => sum + level.ssts, 0);
}
