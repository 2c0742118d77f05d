import { json, memoryStore, open, seededRandom, utf8, type Database, type MemoryStore } from '@varve/core';
import { copyDatabase, imageOf, piecesOf, restoreObjects } from '@varve/core/copy';
import { expect, it } from 'vitest';

const SMALL = { memoryBudgetBytes: 4 * 2 ** 20 };
const CODECS = { keys: utf8, values: utf8 };
const many = (from: number, to: number, value: string): [string, string][] =>
  Array.from({ length: to - from }, (_, i) => [`key${String(from + i).padStart(6, '0')}`, value.repeat(20)]);

/** Several levels, overwritten and deleted keys, a second key space. */
async function filled(store: MemoryStore): Promise<Database<MemoryStore, string, string>> {
  const db = await open(store, { ...CODECS, ...SMALL });
  for (let round = 0; round < 4; round++) {
    await db.putMany(many(round * 1000, round * 1000 + 3000, `round ${round} `));
    await db.flush();
  }
  await db.clear({ gte: 'key000100', lt: 'key000200' });
  await db.keyspace('other', { keys: utf8, values: json<number>() }).put('x', 1);
  return db;
}

it('copies everything that was written before, and nothing of what comes after', async () => {
  await using db = await filled(memoryStore());
  const before = await db.scan().all();
  const to = memoryStore({ sync: false });
  const progress: [number, number][] = [];
  const bytes = await copyDatabase(db, to, {
    onProgress: (...told) => {
      if (progress.length === 0) void db.put('later', 'not copied');
      progress.push(told);
    },
  });
  expect(progress.at(-1)).toEqual([bytes, bytes]);
  await using copy = await open(to, { ...CODECS, ...SMALL });
  expect(await copy.scan().all()).toEqual(before);
  expect(await copy.keyspace('other', { keys: utf8, values: json<number>() }).get('x')).toBe(1);
  expect(await copy.verify()).toMatchObject({ ok: true });
});

it('makes a database that is written to and opened again as any other', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  const epoch = await db.put('a', 'in the copy');
  await copyDatabase(db, to);
  for (let opened = 0; opened < 3; opened++) {
    await using copy = await open(to, { ...CODECS, ...SMALL });
    expect(await copy.put(`mine${opened}`, 'x')).toBeGreaterThan(epoch);
    if (opened === 1) await copy.compact();
    expect(await copy.has(`mine${Math.max(0, opened - 1)}`)).toBe(true);
  }
});

it('begins a log of the kind of whoever opens the copy first, and keeps to it', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  await copyDatabase(db, to);
  const other = Object.assign(memoryStore().openLog!(), { kind: 'another' });
  await (await open(to, { ...CODECS, ...SMALL, log: other })).close();
  await expect(open(to, { ...CODECS, ...SMALL })).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringMatching(/kind=another/),
  });
});

it('holds what a compaction replaces until it is closed', async () => {
  const store = memoryStore();
  await using db = await filled(store);
  const image = await imageOf(db, seededRandom(1));
  await db.compact();
  await db.idle();
  const there = new Set((await store.list('sst/')).map(({ name }) => name));
  expect(image.objects.slice(0, -1).every(({ name }) => there.has(name))).toBe(true);
  await image.close();
  await db.idle();
  expect((await store.list('sst/')).length).toBeLessThan(there.size);
  await expect(image.read(image.objects[0], 0, 1)).rejects.toMatchObject({ code: 'CLOSED' });
});

it('refuses a place where something is, and leaves it as it was', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  await (await open(to)).close();
  const before = await to.list('');
  await expect(copyDatabase(db, to)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await to.list('')).toEqual(before);
});

it('refuses a place where somebody works', async () => {
  await using db = await filled(memoryStore());
  const to = Object.assign(memoryStore(), { lock: () => undefined });
  await expect(copyDatabase(db, to)).rejects.toMatchObject({ code: 'LOCKED' });
});

it('takes back what it has written when it is stopped', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  const stop = new AbortController();
  const copied = copyDatabase(db, to, { signal: stop.signal, onProgress: (done, total) => done > total / 2 && stop.abort() });
  await expect(copied).rejects.toMatchObject({ name: 'AbortError' });
  expect(await to.list('')).toEqual([]);
});

it('takes back what it has written when the place is full', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  let room = 3;
  const createObject = to.createObject.bind(to);
  to.createObject = (...args: Parameters<typeof createObject>) => {
    if (room-- === 0) throw new Error('full');
    return createObject(...args);
  };
  await expect(copyDatabase(db, to)).rejects.toThrow('full');
  expect(await to.list('')).toEqual([]);
});

it.each([
  ['a name that leads elsewhere', '../secret', 3],
  ['a manifest that is cut short', 'manifest/00000000000000000001.manifest', 3],
  ['a manifest that says it is huge', 'manifest/00000000000000000001.manifest', 2 ** 50],
  ['a manifest of a later number', 'manifest/00000000000000000002.manifest', 2],
  ['an object that is too long', 'sst/0000000001-0000000001.sst', 1],
])('refuses %s', async (_, name, size) => {
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield Uint8Array.of(1, 2);
  };
  const objects = async function* () {
    yield { name, size, pieces: pieces() };
  };
  const to = memoryStore();
  await expect(restoreObjects(objects(), to)).rejects.toMatchObject({ code: 'CORRUPTION' });
  expect(await to.list('')).toEqual([]);
});

it('is refused beyond the end of an object, after the database was closed, and to a writer who was overtaken', async () => {
  const store = memoryStore();
  const db = await filled(store);
  const image = await imageOf(db);
  const [{ name, size }] = image.objects as [{ name: string; size: number }];
  await expect(image.read({ name, size }, size - 1, 2)).rejects.toThrow(RangeError);
  await using other = await open(store.share(), { ...CODECS, ...SMALL, takeover: 'now' });
  await expect(imageOf(db)).rejects.toMatchObject({ code: 'FENCED' });
  await db.close().catch(() => undefined);
  await expect(image.read({ name, size }, 0, 1)).rejects.toMatchObject({ code: 'CLOSED' });
  await image.close();
  void other;
});

it('refuses objects without a manifest, and those with two of them', async () => {
  await using db = await filled(memoryStore());
  await using image = await imageOf(db);
  const manifest = image.objects.at(-1)!;
  const from = async function* (objects: readonly (typeof manifest)[]) {
    for (const object of objects) yield { ...object, pieces: piecesOf(image, object) };
  };
  const to = memoryStore();
  await expect(restoreObjects(from(image.objects.slice(0, -1)), to)).rejects.toMatchObject({ code: 'CORRUPTION' });
  await expect(restoreObjects(from([...image.objects, manifest]), to)).rejects.toMatchObject({ code: 'CORRUPTION', object: manifest.name });
  expect(await to.list('')).toEqual([]);
});

it('tells of somebody who makes a database there meanwhile, and leaves it alone', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  const other = to.share();
  let isMade = false;
  const onProgress = (): void => {
    if (!isMade) void other.put('manifest/00000000000000000001.manifest', Uint8Array.of(1));
    isMade = true;
  };
  await expect(copyDatabase(db, to, { onProgress })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await to.get('manifest/00000000000000000001.manifest')).toEqual(Uint8Array.of(1));
});

it('goes on above the term of what it comes in the place of', async () => {
  await using db = await filled(memoryStore());
  const to = memoryStore();
  const image = await imageOf(db);
  const objects = async function* () {
    for (const object of image.objects) yield { ...object, pieces: piecesOf(image, object) };
  };
  await restoreObjects(objects(), to, { leastTerm: 41 });
  await image.close();
  await using copy = await open(to, { ...CODECS, ...SMALL });
  expect((await copy.put('a', '1')) >> 32n).toBe(42n);
  expect(await copy.verify()).toMatchObject({ ok: true });
});

it('is refused to a writer that was overtaken', async () => {
  const store = memoryStore();
  const first = await filled(store);
  await using second = await open(store, { ...CODECS, ...SMALL, takeover: 'now' });
  await second.put('a', '1');
  await expect(copyDatabase(first, memoryStore())).rejects.toMatchObject({ code: 'FENCED' });
  await first.close().catch(() => undefined);
});
