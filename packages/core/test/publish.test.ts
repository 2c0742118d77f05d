// Publishing: what the hint says is what a reader needs, and the writer does not notice.

import { expect, it } from 'vitest';
import { memoryStore, open, openReader, utf8, type ObjectStore } from '../src/index.ts';
import { publish } from '../src/copy.ts';
import { decodePublication, PUBLICATION_NAME, type Publication } from '../src/store.ts';

const OPTIONS = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 };

async function published(store: ObjectStore): Promise<Publication> {
  return decodePublication((await store.get(PUBLICATION_NAME))!);
}

/** A store that lists what a publication names, and has nothing else of manifests. */
function throughPublication(store: ObjectStore, { manifests }: Publication): ObjectStore {
  const names = new Set(manifests.map(({ number }) => `manifest/${String(number).padStart(20, '0')}.manifest`));
  const list: ObjectStore['list'] = async (prefix, after) => (await store.list(prefix, after)).filter(({ name }) => names.has(name));
  return { ...store, sync: undefined, list, get: (name) => (names.has(name) ? store.get(name) : undefined) };
}

it('names all manifests that the newest state needs, however many there are', async () => {
  const store = memoryStore();
  for (let round = 0; round < 12; round++) {
    await using db = await open(store, OPTIONS);
    await db.put(`key ${round}`, 'value');
    await db.flush();
    const publication = await publish(store, { clock: { now: () => 1000 + round } });
    expect(await published(store)).toEqual(publication);
    expect(publication).toMatchObject({ time: 1000 + round });
    expect(publication.manifests.at(-1)!.number).toBe(db.stats().manifest);
    await using reader = await openReader(throughPublication(store.share({ sync: false }), publication), OPTIONS);
    expect(await reader.scan().keys()[Symbol.asyncIterator]().next()).toMatchObject({ value: 'key 0' });
    expect(await reader.get(`key ${round}`)).toBe('value');
    // The writer goes on as if nothing had been.
    await db.put('more', 'value');
  }
  expect((await published(store)).manifests[0]!.number % 16).toBe(0);
});

it('says how many bytes there are', async () => {
  const store = memoryStore();
  await using db = await open(store, OPTIONS);
  await db.putMany(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, `value ${i}`]));
  await db.flush();
  const { bytes, manifests } = await publish(store);
  const names = manifests.map(({ number }) => String(number));
  const objects = await store.list('');
  const needed = objects.filter(({ name }) => name.startsWith('sst/') || names.some((n) => name.endsWith(`${n}.manifest`)));
  expect(bytes).toBe(needed.reduce((sum, { size }) => sum + size, 0));
});

it('goes around a store that replaces nothing, also while others publish', async () => {
  const store = memoryStore();
  await (await open(store, OPTIONS)).close();
  let others = 3;
  const contended: ObjectStore = {
    ...store,
    sync: undefined,
    replace: undefined!,
    async putIfAbsent(name, bytes) {
      if (others-- > 0) await store.putIfAbsent(name, new Uint8Array(1));
      return store.putIfAbsent(name, bytes);
    },
  };
  const publication = await publish(contended);
  expect(await published(store)).toEqual(publication);
  others = Infinity;
  await expect(publish(contended)).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('is done by the store where it can replace', async () => {
  const store = memoryStore();
  await (await open(store, OPTIONS)).close();
  const replaced: string[] = [];
  await publish({ ...store, sync: undefined, delete: () => expect.unreachable(), replace: (name) => void replaced.push(name) });
  expect(replaced).toEqual([PUBLICATION_NAME]);
});

it('reads again where a manifest is deleted meanwhile, and says so where that has no end', async () => {
  const store = memoryStore();
  for (let i = 0; i < 3; i++) await (await open(store, OPTIONS)).close();
  let gets = 0;
  /** The chain is whole when it is read for the state, and has a hole when it is read for its names. */
  const shrinking = (holes: number): ObjectStore => ({
    ...store,
    sync: undefined,
    get: (name) => (name.endsWith('01.manifest') && ++gets % 2 === 0 && gets <= 2 * holes ? undefined : store.get(name)),
  });
  await publish(shrinking(2));
  expect(gets).toBe(6);
  gets = 0;
  await expect(publish(shrinking(Infinity))).rejects.toMatchObject({ code: 'CONFLICT' });
});

it('writes nothing where there is no database, and when it is told to stop', async () => {
  const store = memoryStore();
  await expect(publish(store)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  await (await open(store, OPTIONS)).close();
  await expect(publish(store, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect(await store.get(PUBLICATION_NAME)).toBeUndefined();
});

it('is no obstacle to whoever opens the database afterwards', async () => {
  const store = memoryStore();
  await (await open(store, OPTIONS)).close();
  await publish(store);
  await using db = await open(store, OPTIONS);
  await db.put('key', 'value');
  await db.compact();
  expect(await db.verify()).toMatchObject({ ok: true });
  expect(await store.get(PUBLICATION_NAME)).toBeDefined();
});
