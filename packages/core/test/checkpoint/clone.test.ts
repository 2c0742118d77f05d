// Databases that go on from a state of another, whose SSTs they read where those lie.

import {
  memoryStore,
  open,
  openReader,
  StorageError,
  type Database,
  type MemoryStore,
  type ObjectStore,
  type SyncMemoryStore,
} from '@varve/core';
import { cloneDatabase, createCheckpoint, deleteCheckpoint, listCheckpoints } from '@varve/core/checkpoint';
import { copyDatabase } from '@varve/core/copy';
import { describe, expect, it } from 'vitest';
import { flushed, many, replaceAll, SMALL } from '../reader/reader-test-kit.ts';

type SyncTexts = Database<SyncMemoryStore, string, string>;
const openClone = async (store: ObjectStore, ...ancestors: ObjectStore[]): Promise<SyncTexts> =>
  (await open(store, { ...SMALL, sstSizeBytes: 65536, ancestors })) as unknown as SyncTexts;
const sstBytes = (store: MemoryStore): number => store.sync!.list('sst/').reduce((sum, { size }) => sum + size, 0);

describe('a clone', () => {
  it('has what its parent had, of which nothing was copied', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await db.put('unflushed', 'too');
    const before = await db.scan().all();
    const to = memoryStore();
    await cloneDatabase(db, to);
    expect(sstBytes(to)).toBe(0);
    await using clone = await openClone(to, store);
    expect(await clone.scan().all()).toEqual(before);
    expect(clone.getSync('key000007')).toBe(before[7]![1]);
    expect(await clone.verify()).toMatchObject({ ok: true });
  });

  it('and its parent go their own ways', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    const to = memoryStore();
    await cloneDatabase(db, to);
    await using clone = await openClone(to, store);
    await clone.put('key000001', 'of the clone');
    await db.put('key000001', 'of the parent');
    await replaceAll(db, 'second');
    await replaceAll(db, 'third');
    expect(await clone.get('key000001')).toBe('of the clone');
    expect(await clone.get('key000002')).toBe(many('first', 3)[2]![1]);
    expect(await db.get('key000002')).toBe(many('third', 3)[2]![1]);
    await clone.compact();
    await clone.idle();
    expect(sstBytes(to)).toBeGreaterThan(0);
    expect(await clone.verify()).toMatchObject({ ok: true });
    expect(await db.verify()).toMatchObject({ ok: true });
  });

  it('never deletes anything of its parent', async () => {
    const store = memoryStore();
    const db = await flushed(store, many('first', 3000));
    const to = memoryStore();
    await cloneDatabase(db, to);
    await db.close();
    const before = store.sync.list('').map(({ name }) => name);
    for (const round of ['second', 'third']) {
      await using clone = await openClone(to, store);
      await clone.idle();
      await replaceAll(clone, round);
    }
    expect(store.sync.list('').map(({ name }) => name)).toEqual(before);
  });

  it('is opened again, and read beside its writer, with the store of its parent', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    const to = memoryStore();
    await cloneDatabase(db, to);
    for (let opened = 0; opened < 3; opened++) {
      await using clone = await openClone(to, store);
      await clone.put(`mine${opened}`, 'x');
      await clone.flush();
    }
    await using reader = await openReader(to, { ...SMALL, ancestors: [store] });
    expect(await reader.get('key000001')).toBe(many('first', 2)[1]![1]);
    expect(await reader.scan({ prefix: 'mine' }).all()).toHaveLength(3);
  });

  it('without the store of its parent is refused, which says what is missing', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    const to = memoryStore();
    await cloneDatabase(db, to);
    const refused = { code: 'UNSUPPORTED', message: expect.stringContaining('{ ancestors: [store] }') as string };
    await expect(open(to, SMALL)).rejects.toMatchObject(refused);
    await expect(openReader(to, SMALL)).rejects.toMatchObject(refused);
    await expect(openClone(to, memoryStore())).rejects.toMatchObject(refused);
    await using clone = await openClone(to, store);
    expect(await clone.get('key000001')).toBeDefined();
  });

  it('of a clone reads from both', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    const child = memoryStore();
    await cloneDatabase(db, child);
    await using clone = await openClone(child, store);
    await clone.putMany(many('second', 1000));
    const grandchild = memoryStore();
    await cloneDatabase(clone, grandchild);
    await using last = await openClone(grandchild, child, store);
    expect(await last.scan().all()).toEqual([...many('second', 1000), ...many('first', 3000).slice(1000)]);
    await replaceAll(clone, 'third');
    await replaceAll(db, 'third');
    expect(await last.verify()).toMatchObject({ ok: true });
  });

  it('goes on from a checkpoint, also when that is deleted afterwards', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    await createCheckpoint(db, 'first');
    await replaceAll(db, 'second');
    const to = memoryStore();
    const { checkpoint } = await cloneDatabase(store, to, { checkpoint: 'first' });
    await deleteCheckpoint(store, 'first');
    await replaceAll(db, 'third');
    await using clone = await openClone(to, store);
    expect(await clone.scan().all()).toEqual(many('first', 3000));
    expect((await listCheckpoints(store)).map(({ name }) => name)).toEqual([checkpoint]);
  });

  it('of a checkpoint that is deleted in the middle is not made', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    await createCheckpoint(db, 'first');
    const delay = async ({ operation, name }: { operation: string; name: string }): Promise<void> => {
      if (operation === 'put' && name.startsWith('pin/clone-')) await deleteCheckpoint(store, 'first');
    };
    const to = memoryStore();
    await expect(cloneDatabase(store.share({ sync: false, delay }), to, { checkpoint: 'first' })).rejects.toMatchObject({
      code: 'EXPIRED',
    });
    expect(to.sync.list('')).toEqual([]);
    expect(store.sync.list('pin/')).toEqual([]);
  });

  it('is made in an empty place only, and else leaves no pin', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    const to = memoryStore();
    to.sync.put('sst/notes', new Uint8Array(1));
    await expect(cloneDatabase(db, to)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(store.sync.list('pin/')).toEqual([]);
  });

  it('of which nobody knows whether it was made keeps its pin, and is told with it', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    const to = memoryStore();
    const error = new StorageError('UNKNOWN', 'the answer was lost');
    const failing = to.share({ fault: ({ operation }) => (operation === 'putIfAbsent' ? { when: 'after', error } : undefined) });
    const [{ name } = { name: '' }] = [
      await cloneDatabase(db, failing).catch((told: Error) => ({ name: told.message.split('name=')[1]! })),
    ] as { name: string }[];
    expect((await listCheckpoints(store)).map((checkpoint) => checkpoint.name)).toEqual([name]);
    await replaceAll(db, 'second');
    await using clone = await openClone(to, store);
    expect(await clone.scan().all()).toEqual(many('first'));
  });

  it('whose first answer was lost, so that the store asked again by itself, is made, and keeps its pin', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    const to = memoryStore();
    const asking: ObjectStore = {
      ...to.share({ sync: false }),
      putIfAbsent: async (name, bytes) => to.sync.putIfAbsent(name, bytes) && false,
    };
    const { checkpoint } = await cloneDatabase(db, asking);
    expect((await listCheckpoints(store)).map(({ name }) => name)).toEqual([checkpoint]);
    await replaceAll(db, 'second');
    await using clone = await openClone(to, store);
    expect(await clone.scan().all()).toEqual(many('first', 3000));
  });

  it('of which another was made there meanwhile is not made, and leaves no pin', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 100));
    const to = memoryStore();
    const racing: ObjectStore = {
      ...to.share({ sync: false }),
      lock: () => () => undefined,
      putIfAbsent: async (name, bytes) => {
        await cloneDatabase(store, to);
        return to.sync.putIfAbsent(name, bytes);
      },
    };
    await expect(cloneDatabase(db, racing)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(store.sync.list('pin/')).toHaveLength(1);
    await using clone = await openClone(to, store);
    expect(await clone.scan().all()).toEqual(many('first', 100));
  });

  it('in a store that answers at once, of one that does not, is slow with it', async () => {
    const store = memoryStore({ sync: false });
    await using db = await flushed(store as never, many('first', 100));
    const to = memoryStore();
    await cloneDatabase(db, to);
    await using clone = await openClone(to, store.share({ sync: false }));
    expect(() => clone.getSync('key000001')).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(await clone.get('key000001')).toBeDefined();
  });

  it('that was copied needs nobody', async () => {
    const store = memoryStore();
    await using db = await flushed(store, many('first', 3000));
    const to = memoryStore();
    await cloneDatabase(db, to);
    await using clone = await openClone(to, store);
    await clone.putMany(many('second', 10));
    const alone = memoryStore();
    await copyDatabase(clone, alone);
    await using copy = await open(alone, { ...SMALL, sstSizeBytes: 65536 });
    expect(await copy.scan().all()).toEqual(await clone.scan().all());
    await replaceAll(copy, 'third');
    expect(await copy.verify()).toMatchObject({ ok: true });
    const again = memoryStore();
    await clone.close();
    await expect(copyDatabase(to, again)).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await copyDatabase(to, again, { ancestors: [store] });
    await using second = await open(again, SMALL);
    expect(await second.get('key000500')).toBe(many('first', 501)[500]![1]);
    expect(alone.sync.list('sst/')).toHaveLength(2 * copy.stats().levels.reduce((sum, { ssts }) => sum + ssts, 0));
  });
});
