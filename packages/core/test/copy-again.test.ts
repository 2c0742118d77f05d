// Copies that are brought up to date: what is there already is not moved again, and until the end the copy is what it was.

import { memoryStore, open, openReader, StorageError, type MaybePromise, type MemoryStore, type ObjectStore } from '@varve/core';
import { checkpointStore, createCheckpoint, listCheckpoints } from '@varve/core/checkpoint';
import { copyDatabase } from '@varve/core/copy';
import { describe, expect, it } from 'vitest';
import { flushed, many, replaceAll, SMALL, type Texts } from './reader/reader-test-kit.ts';

const sstNames = (store: MemoryStore): string[] => store.sync!.list('sst/').map(({ name }) => name);
async function entriesOf(store: MemoryStore): Promise<[string, string][]> {
  await using reader = await openReader(store, { ...SMALL, follow: false });
  return (await reader.scan().all()) as unknown as [string, string][];
}

/** As a bucket. */
function withoutLock(store: MemoryStore): ObjectStore {
  const { lock, ...rest } = store;
  void lock;
  return rest;
}

/** An object in the place of another of its name, as buckets put it. */
function overwriting(store: MemoryStore, data: MemoryStore): ObjectStore {
  return {
    ...store,
    async createObject(name, sizeHint) {
      const writer = await store.createObject(name, sizeHint);
      const finish = (): MaybePromise<void> => {
        data.sync!.delete([name]);
        return writer.finish();
      };
      return { append: (bytes, position) => writer.append(bytes, position), finish, abort: () => writer.abort() };
    },
  };
}

/** A large part that stays, and a backup of it. */
async function backedUp() {
  const store = memoryStore();
  const db: Texts = await flushed(store, many('first', 3000));
  const backup = memoryStore();
  const bytes = await copyDatabase(db, backup);
  return { store, db, backup, bytes };
}

describe('a copy of the same database', () => {
  it('gets what is new, and nothing of what it has', async () => {
    const { db, backup, bytes } = await backedUp();
    await db.put('more', 'x');
    const progress: [number, number][] = [];
    const moved = await copyDatabase(db, backup, { onProgress: (...told) => progress.push(told) });
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(bytes / 10);
    expect(progress.at(-1)).toEqual([moved, moved]);
    expect(await entriesOf(backup)).toEqual(await db.scan().all());
    expect(await copyDatabase(db, backup)).toBe(0);
    await db.close();
  });

  it('lets go of what it needs no more', async () => {
    const { store, db, backup } = await backedUp();
    for (const round of ['second', 'third', 'fourth']) {
      await replaceAll(db, round);
      await copyDatabase(db, backup);
      expect(sstNames(backup)).toEqual(sstNames(store));
      expect(await entriesOf(backup)).toEqual(many(round));
    }
    await db.close();
  });

  it('keeps what its checkpoints keep', async () => {
    const { db, backup } = await backedUp();
    await createCheckpoint(backup, 'monday');
    await replaceAll(db, 'second');
    await copyDatabase(db, backup);
    await using monday = await openReader(await checkpointStore(backup, 'monday'), SMALL);
    expect(await monday.scan().all()).toEqual(many('first'));
    expect(await entriesOf(backup)).toEqual(many('second'));
    await db.close();
  });

  it('is followed by whoever reads it', async () => {
    const { db, backup } = await backedUp();
    await using reader = await openReader(backup, { ...SMALL, staleMs: 0 });
    for (let round = 0; round < 40; round++) {
      await db.put('round', String(round));
      await copyDatabase(db, backup);
      expect(await reader.get('round')).toBe(String(round));
    }
    expect(backup.sync!.list('manifest/').length).toBeLessThan(40);
    await db.close();
  });

  it('may come from a store beside its writer, of which no pin stays', async () => {
    const { store, db, backup } = await backedUp();
    await replaceAll(db, 'second');
    await copyDatabase(store.share({ sync: false }), backup);
    expect(await entriesOf(backup)).toEqual(many('second'));
    expect(await listCheckpoints(store)).toEqual([]);
    await db.close();
  });

  it('may come from a checkpoint, also of an earlier time', async () => {
    const { store, db, backup } = await backedUp();
    await createCheckpoint(db, 'first');
    await replaceAll(db, 'second');
    await copyDatabase(db, backup);
    await copyDatabase(await checkpointStore(store, 'first'), backup);
    expect(await entriesOf(backup)).toEqual(many('first'));
    await db.close();
  });

  it('makes a database like any other, whose epochs go on', async () => {
    const { db, backup } = await backedUp();
    const epoch = await db.put('more', 'x');
    await copyDatabase(db, backup);
    await db.close();
    await using copy = await open(backup, SMALL);
    expect(await copy.put('mine', 'x')).toBeGreaterThan(epoch);
    expect(await copy.verify()).toMatchObject({ ok: true });
  });
});

describe('what is no earlier copy is left as it was', () => {
  it.each(['opened', 'another'])('%s', async (what) => {
    const { db, backup } = await backedUp();
    const to = what === 'another' ? memoryStore() : backup;
    await (await open(to, SMALL)).close();
    const before = to.sync!.list('');
    await expect(copyDatabase(db, to)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(to.sync!.list('')).toEqual(before);
    await db.close();
  });

  it('a copy that went another way', async () => {
    const store = memoryStore();
    const db: Texts = await flushed(store, many('first', 100));
    const backup = memoryStore();
    await copyDatabase(db, backup);
    await db.close();
    // The same database twice, each with an SST of the same id.
    const twins: MemoryStore[] = [];
    for (const value of ['one', 'two']) {
      const twin = memoryStore();
      await copyDatabase(backup, twin);
      const opened = await open(twin, SMALL);
      await opened.put('mine', value);
      await opened.flush();
      await opened.close();
      twins.push(twin);
    }
    const copy = memoryStore();
    await copyDatabase(twins[0]!, copy);
    const before = await entriesOf(copy);
    await expect(copyDatabase(twins[1]!, copy)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await entriesOf(copy)).toEqual(before);
  });
});

describe('a copy that comes to no end', () => {
  it('is what it was, whichever call fails, and the next one goes through', async () => {
    const template = await backedUp();
    await replaceAll(template.db, 'second');
    let calls = 0;
    for (let failed = true; failed; calls++) {
      const backup = memoryStore();
      for (const { name } of template.backup.sync!.list('')) backup.sync.put(name, template.backup.sync!.get(name)!);
      let left = calls;
      failed = false;
      const failing = backup.share({
        fault: ({ operation }) => {
          if (operation === 'abort' || left-- > 0) return undefined;
          failed = true;
          return { when: 'before', error: new StorageError('UNAVAILABLE', 'the store is away') };
        },
      });
      await copyDatabase(template.db, failing).catch(() => undefined);
      const found = await entriesOf(backup);
      expect([many('first'), many('second')]).toContainEqual(found);
      await copyDatabase(template.db, backup);
      expect(await entriesOf(backup)).toEqual(many('second'));
    }
    expect(calls).toBeGreaterThan(10);
    await template.db.close();
  });

  it('since it is stopped leaves nothing behind', async () => {
    const { db, backup } = await backedUp();
    const before = sstNames(backup);
    await replaceAll(db, 'second');
    const stop = new AbortController();
    const copying = copyDatabase(db, backup, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(copying).rejects.toMatchObject({ name: 'AbortError' });
    expect(sstNames(backup)).toEqual(before);
    expect(await entriesOf(backup)).toEqual(many('first'));
    await db.close();
  });

  /** The source in its second term, whose SSTs have the ids that whoever opens the copy gives to theirs. */
  async function inItsSecondTerm() {
    const { store, db: first, backup } = await backedUp();
    await first.close();
    const db = (await open(store, { ...SMALL, sstSizeBytes: 65536 })) as unknown as Texts;
    await replaceAll(db, 'second');
    return { db, backup };
  }

  it.each(['list', 'put', 'createObject', 'append', 'finish'])(
    'since somebody opens it meanwhile (at its first %s) harms nobody',
    async (at) => {
      const { db, backup } = await inItsSecondTerm();
      let opened = false;
      const slow = backup.share({
        sync: false,
        delay: async ({ operation }) => {
          if (operation !== at && !(at === 'put' && operation === 'putIfAbsent')) return;
          if (opened) return;
          opened = true;
          const other = (await open(backup.share(), { ...SMALL, sstSizeBytes: 65536, takeover: 'now' })) as unknown as Texts;
          await replaceAll(other, 'mine');
          // Counters of its SSTs reach those of the source.
          for (let round = 0; round < 7; round++) {
            await other.put('z', String(round));
            await other.flush();
          }
          await other.close();
        },
      });
      await expect(copyDatabase(db, overwriting(slow, backup))).rejects.toMatchObject({ code: 'CONFLICT' });
      await using other = await open(backup.share(), SMALL);
      expect(await other.scan().all()).toEqual([...many('mine'), ['z', '6']]);
      expect(await other.verify()).toMatchObject({ ok: true });
      await db.close();
    },
  );

  it.each(['list', 'put', 'createObject', 'append', 'finish'])(
    'since somebody else brings it up to date meanwhile (at its first %s) harms neither',
    async (at) => {
      const { db, backup } = await backedUp();
      await replaceAll(db, 'second');
      let begun = false;
      const slow = backup.share({
        sync: false,
        delay: async ({ operation }) => {
          if (operation !== at && !(at === 'put' && operation === 'putIfAbsent')) return;
          if (begun) return;
          begun = true;
          await copyDatabase(db, withoutLock(backup.share()));
        },
      });
      const told = await copyDatabase(db, withoutLock(slow)).then(
        () => 'done',
        (error: StorageError) => error.code,
      );
      expect(['done', 'CONFLICT']).toContain(told);
      expect(await entriesOf(backup)).toEqual(many('second'));
      await using copy = await open(backup.share(), { ...SMALL, takeover: 'now' });
      expect(await copy.verify()).toMatchObject({ ok: true });
      await db.close();
    },
  );

  it('leaves alone what only a checkpoint of the copy has', async () => {
    const { store, db, backup } = await backedUp();
    await createCheckpoint(db, 'first');
    await createCheckpoint(backup, 'monday');
    await replaceAll(db, 'second');
    await copyDatabase(db, backup);
    const first = await checkpointStore(store, 'first');
    const stop = new AbortController();
    const failing = backup.share({
      fault: ({ operation, name }) =>
        operation === 'putIfAbsent' && name.startsWith('manifest/') && stop.signal.aborted
          ? { when: 'before', error: new Error('away') }
          : undefined,
    });
    stop.abort();
    await expect(copyDatabase(first, failing)).rejects.toThrow('away');
    await using monday = await openReader(await checkpointStore(backup, 'monday'), SMALL);
    expect(await monday.scan().all()).toEqual(many('first'));
    expect(await copyDatabase(first, backup)).toBe(0);
    expect(await entriesOf(backup)).toEqual(many('first'));
    await db.close();
  });
});
