import { memoryStore, open, utf8, type MemoryStore } from '@varve/core';
import { packTar, unpackTar } from 'modern-tar';
import { beforeAll, expect, it } from 'vitest';
import { archiveDatabase, archiveImage } from './archive.ts';
import { restoreArchive } from './restore-archive.ts';

const OPTIONS = { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20 };
const ENTRIES = Array.from({ length: 3000 }, (_, i): [string, string] => [`key${i}`, `value ${i} `.repeat(20)]);
const HEADER_BYTES = 512;

let file: Uint8Array<ArrayBuffer>;
let entries: [string, string][];

beforeAll(async () => {
  await using db = await open(memoryStore(), OPTIONS);
  await db.putMany(ENTRIES.slice(0, 1500));
  await db.flush();
  await db.putMany(ENTRIES.slice(1500));
  entries = await db.scan().all();
  file = new Uint8Array(await new Response(archiveDatabase(db)).arrayBuffer());
});

const streamOf = (bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array> => new Blob([bytes]).stream();

async function contents(store: MemoryStore): Promise<[string, string][]> {
  await using db = await open(store, OPTIONS);
  expect(await db.verify()).toMatchObject({ ok: true });
  return await db.scan().all();
}

it('is the database again once it is restored', async () => {
  const store = memoryStore();
  const progress: number[] = [];
  await restoreArchive(streamOf(file), store, { onProgress: (bytes) => progress.push(bytes) });
  expect(await contents(store)).toEqual(entries);
  expect(progress.at(-1)).toBeLessThan(file.length);
  expect(progress.at(-1)).toBeGreaterThan(file.length / 2);
});

it('is a tar as other tools make them: with directories, and names that begin with ./', async () => {
  const objects = await unpackTar(file);
  expect(objects.map(({ header }) => header.name).at(-1)).toBe('manifest/00000000000000000001.manifest');
  const folder = { header: { name: './sst/', size: 0, type: 'directory' as const } };
  const repacked = await packTar([folder, ...objects.map((one) => ({ ...one, header: { ...one.header, name: `./${one.header.name}` } }))]);
  const store = memoryStore();
  await restoreArchive(streamOf(repacked), store);
  expect(await contents(store)).toEqual(entries);
});

it('is a tar in whichever order', async () => {
  const objects = await unpackTar(file);
  const store = memoryStore();
  await restoreArchive(streamOf(await packTar(objects.reverse())), store);
  expect(await contents(store)).toEqual(entries);
});

it('is refused where an object comes twice', async () => {
  const objects = await unpackTar(file);
  for (const again of [objects[0], objects.at(-1)!]) {
    const store = memoryStore();
    await expect(restoreArchive(streamOf(await packTar([...objects, again])), store)).rejects.toMatchObject({ code: 'CORRUPTION' });
    expect(await store.list('')).toEqual([]);
  }
});

it('is refused with the remedy when it is packed', async () => {
  const packed = streamOf(file).pipeThrough(new CompressionStream('gzip') as ReadableWritablePair<Uint8Array, Uint8Array>);
  await expect(restoreArchive(packed, memoryStore())).rejects.toMatchObject({
    code: 'CORRUPTION',
    message: expect.stringContaining('gunzip'),
  });
});

it('is let go of, unread, when there is no place for it', async () => {
  const store = memoryStore();
  await (await open(store)).close();
  await using db = await open(memoryStore(), OPTIONS);
  const unread = archiveDatabase(db);
  await expect(restoreArchive(unread, store)).rejects.toMatchObject({ code: 'CONFLICT' });
  expect((await unread.getReader().read()).done).toBe(true);
});

it('is refused, and leaves nothing, wherever it is cut short', async () => {
  // The manifest is the last object; two blocks of zeros end the file.
  const lengths = [0, 1, 511, 512, 513, 1024, file.length >> 2, file.length >> 1, file.length - 2000, file.length - 1500];
  for (const length of lengths) {
    const store = memoryStore();
    await expect(restoreArchive(streamOf(file.slice(0, length)), store), `length ${length}`).rejects.toMatchObject({ code: 'CORRUPTION' });
    expect(await store.list('')).toEqual([]);
  }
});

it('is refused where a bit of a header is flipped', async () => {
  for (let byte = 0; byte < HEADER_BYTES; byte += 7) {
    const damaged = file.slice();
    damaged[byte] ^= 1;
    const store = memoryStore();
    await expect(restoreArchive(streamOf(damaged), store), `byte ${byte}`).rejects.toMatchObject({ code: 'CORRUPTION' });
    expect(await store.list('')).toEqual([]);
  }
});

it('is refused when it is something else', async () => {
  const text = new TextEncoder().encode('no archive at all, only some text\n'.repeat(100));
  await expect(restoreArchive(streamOf(text), memoryStore())).rejects.toMatchObject({ code: 'CORRUPTION' });
  const other = await packTar([{ header: { name: 'notes.txt', size: 2 }, body: 'hi' }]);
  await expect(restoreArchive(streamOf(other), memoryStore())).rejects.toMatchObject({ code: 'CORRUPTION', object: 'notes.txt' });
});

it('tells who cannot read it on from who does not understand it', async () => {
  const gone = new Error('the network is gone');
  let pulled = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => (pulled++ === 0 ? controller.enqueue(file.slice(0, 2000)) : controller.error(gone)),
  });
  await expect(restoreArchive(stream, memoryStore())).rejects.toBe(gone);
});

it('is read no faster than it is taken', async () => {
  const MANY_BYTES = 64 * 2 ** 20;
  let read = 0;
  let closed = 0;
  const image = {
    bytes: MANY_BYTES,
    objects: [{ name: 'sst/0000000001-0000000001.sst', size: MANY_BYTES }],
    read: async (_: unknown, __: number, length: number) => ((read += length), new Uint8Array(length)),
    close: async () => void closed++,
  };
  const reader = archiveImage(async () => image).getReader();
  for (let taken = 0; taken < 2 ** 20;) taken += (await reader.read()).value!.length;
  // Nobody takes more: it comes to rest.
  for (let before = -1; before !== read;) {
    before = read;
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setTimeout(resolve));
  }
  expect(read).toBeLessThan(MANY_BYTES / 2);
  expect(closed).toBe(0);
  await reader.cancel();
  await expect.poll(() => closed).toBe(1);
});

it('tells whoever takes it that the database cannot be read', async () => {
  const failing = archiveImage(() => Promise.reject(new Error('the disk is gone')));
  await expect(new Response(failing).arrayBuffer()).rejects.toThrow('the disk is gone');
});
