// What is the newest: the publication, which may be old, missing, of something else, or name what is gone.

import { memoryStore, open, openReader } from '@varve/core';
import { copyDatabase, publish } from '@varve/core/copy';
import { expect, it } from 'vitest';
import { PAGE, type Oddity, type OddHost } from './odd-host.ts';
import { CODECS, ENTRIES, setUp, startHost, storeAt, upload } from './hosts-test-kit.ts';

const MANIFEST = /^manifest\//;

async function opening(host: OddHost): Promise<unknown> {
  try {
    await (await openReader(storeAt(host.address), CODECS)).close();
    return 'opened';
  } catch (error) {
    return error;
  }
}

it('a reader gets and scans what was published', async () => {
  const { host, store } = await setUp();
  await using reader = await openReader(store, CODECS);
  expect(await reader.get('key 00042')).toBe(ENTRIES[42]![1]);
  expect(await reader.get('nothing')).toBeUndefined();
  expect(await reader.scan({ gte: 'key 01000', lt: 'key 01010' }).all()).toEqual(ENTRIES.slice(1000, 1010));
  expect(await reader.scan({ reverse: true, limit: 3 }).all()).toEqual(ENTRIES.slice(-3).reverse());
  expect(store.traffic.requests).toBe(host.requests.length);
  expect(store.traffic.bytes).toBeLessThan(store.publication!.bytes);
  expect(await reader.scan().all()).toEqual(ENTRIES);
});

it('a scan asks for what follows in large pieces, and for little in vain', async () => {
  const memory = memoryStore({ sync: false });
  const db = await open(memory, { ...CODECS, compression: 'none', blockSizeBytes: 4096 });
  await db.putMany(Array.from({ length: 20_000 }, (_, i) => [`key ${String(i).padStart(6, '0')}`, 'value'.repeat(20)] as const));
  await db.flush();
  await db.close();
  await publish(memory);
  const host = await startHost();
  await upload(host, memory);
  await using reader = await openReader(storeAt(host.address), CODECS);
  await reader.get('key 000000');
  const before = host.requests.length;
  let entries = 0;
  for await (const batch of reader.scan().batches()) entries += batch.length;
  expect(entries).toBe(20_000);
  expect(host.requests.length - before).toBeLessThan(40);
});

it('the publication is asked for each time, manifests by what tells them from others', async () => {
  const { host, store } = await setUp();
  await using reader = await openReader(store, CODECS);
  await reader.refresh();
  const asked = host.requests.filter(({ object }) => !object.startsWith('sst/'));
  const queries = asked.map(({ query }) => query);
  const manifests = store.publication!.manifests.map(({ nonce }) => `?v=${nonce}`);
  expect([queries[0], queries.at(-1)]).toEqual(['', '']);
  // All at once: they come in any order.
  expect(queries.slice(1, -1).sort()).toEqual(manifests.sort());
});

it('a reader goes on to what is published later', async () => {
  const { host, origin, store } = await setUp();
  await using reader = await openReader(store, { ...CODECS, follow: false });
  await using db = await open(origin, CODECS);
  await db.put('key 00000', 'new');
  await db.flush();
  await upload(host, origin);
  await reader.refresh();
  expect(await reader.get('key 00000')).toBe(ENTRIES[0]![1]);
  await publish(origin);
  await upload(host, origin);
  await reader.refresh();
  expect(await reader.get('key 00000')).toBe('new');
});

it('an older publication than was seen before, from a cache on the way, changes nothing; alone it gives the older state', async () => {
  const { host, origin, store } = await setUp();
  const old = host.objects.get('published.json')!;
  await using db = await open(origin, CODECS);
  await db.put('key 00000', 'new');
  await db.flush();
  await publish(origin);
  await upload(host, origin);
  await using reader = await openReader(store, { ...CODECS, staleMs: 0 });
  host.objects.set('published.json', old);
  expect(await reader.get('key 00000')).toBe('new');
  await using late = await openReader(storeAt(host.address), CODECS);
  expect(await late.get('key 00000')).toBe(ENTRIES[0]![1]);
});

it('a publication that is gone for a moment, or for good, is no matter for who has seen it', async () => {
  const { host, store } = await setUp();
  await using reader = await openReader(store, { ...CODECS, staleMs: 0 });
  host.objects.delete('published.json');
  expect(await reader.get('key 00001')).toBe(ENTRIES[1]![1]);
});

it('another database in the place is told to who reads the first, and read by who opens it then', async () => {
  const { host, store } = await setUp();
  const other = await setUp([['other', 'database']]);
  await using reader = await openReader(store, { ...CODECS, staleMs: 0 });
  await upload(host, other.origin);
  await expect(reader.get('key 00001')).rejects.toMatchObject({ code: 'FENCED' });
  await expect(reader.get('key 00001')).rejects.toMatchObject({ code: 'FENCED' });
  await using next = await openReader(store, CODECS);
  expect(await next.get('other')).toBe('database');
});

it('another copy of the same database in the place is told as well', async () => {
  const { host, origin, store } = await setUp();
  await using reader = await openReader(store, { ...CODECS, staleMs: 0 });
  await using db = await open(origin, CODECS);
  const copy = memoryStore();
  await copyDatabase(db, copy);
  await publish(copy, { clock: { now: () => Date.now() + 1000 } });
  await upload(host, copy);
  await expect(reader.get('key 00001')).rejects.toMatchObject({ code: 'FENCED', message: expect.stringContaining('another copy') });
});

it('a copy of the same database that took the place is read by who comes then, whatever caches hold of the same name', async () => {
  const { host, origin } = await setUp();
  // As long as a cache keeps it: each address is asked for once.
  const cache = new Map<string, Response>();
  const cached: typeof fetch = async (input, init) => {
    const key = input as string;
    const isRange = new Headers(init?.headers).has('range');
    if (key.endsWith('published.json') || isRange) return fetch(input, init);
    if (!cache.has(key)) cache.set(key, await fetch(input, init));
    return cache.get(key)!.clone();
  };
  for (const value of ['first', 'second']) {
    await using db = await open(origin, CODECS);
    await db.put('key 00000', value);
    const copy = memoryStore();
    await copyDatabase(db, copy);
    await publish(copy);
    await upload(host, copy);
    await using reader = await openReader(storeAt(host.address, { fetch: cached }), CODECS);
    expect(await reader.get('key 00000')).toBe(value);
  }
});

it('a publication that names what is gone says to publish again', async () => {
  const { host, store } = await setUp();
  for (const object of host.objects.keys()) if (MANIFEST.test(object)) host.objects.delete(object);
  expect(await opening(host)).toMatchObject({
    code: 'CORRUPTION',
    message: expect.stringMatching(/Publish the database again.*manifest\//),
  });
  const again = await setUp();
  await using reader = await openReader(again.store, CODECS);
  for (const object of again.host.objects.keys()) if (object.endsWith('.sst')) again.host.objects.delete(object);
  await expect(reader.get('key 00001')).rejects.toMatchObject({
    code: 'CORRUPTION',
    message: expect.stringContaining('Publish the database again'),
  });
  expect(store.publication).toBeUndefined();
});

it('what was merged away and published anew is read again by itself', async () => {
  const { host, origin, store } = await setUp();
  await using reader = await openReader(store, CODECS);
  await using db = await open(origin, CODECS);
  await db.putMany(ENTRIES.map(([key]) => [key, 'merged']));
  await db.compact();
  await db.idle();
  await publish(origin);
  await upload(host, origin);
  expect(await reader.get('key 00001')).toBe('merged');
});

it.each<[string, () => Oddity | undefined, string, RegExp]>([
  ['nothing', () => undefined, 'UNAVAILABLE', /no database is published here.*publish/],
  ['a page for whatever is not there', () => PAGE, 'CORRUPTION', /SPA fallback/],
  ['something else', () => ({ status: 200, body: '{"name":"app"}' }), 'CORRUPTION', /no publication of a database: is the address right/],
  ['a bucket that nobody may read', () => ({ status: 403 }), 'UNSUPPORTED', /make it public/],
  ['what needs a newer version', () => ({ status: 200, body: '{"format":2}' }), 'UNSUPPORTED', /newer version format=2/],
  ['more than a publication ever is', () => ({ status: 200, body: ' '.repeat(100_000) }), 'CORRUPTION', /not as long/],
])('an address where %s stands is refused in words', async (_, odd, code, words) => {
  const host = await startHost();
  host.odd = odd;
  expect(await opening(host)).toMatchObject({ code, message: expect.stringMatching(words) });
  expect(((await opening(host)) as Error).message).toContain(`url=${host.address}`);
});

it.each<[string, Oddity, string, RegExp]>([
  ['a page', PAGE, 'CORRUPTION', /SPA fallback/],
  [
    'a page that does not say so',
    { ...PAGE, headers: { 'content-type': 'application/octet-stream' } },
    'CORRUPTION',
    /something else stands/,
  ],
  [
    'less of it',
    { status: 200, headers: { 'content-length': undefined }, body: 'VMAN' },
    'UNAVAILABLE',
    /cut off, or the manifest is another one/,
  ],
  ['more of it', { status: 200, body: 'VMAN'.repeat(10_000) }, 'CORRUPTION', /not as long/],
])('%s in the place of a manifest is told', async (_, odd, code, words) => {
  const { host } = await setUp();
  host.odd = ({ object }) => (MANIFEST.test(object) ? odd : undefined);
  expect(await opening(host)).toMatchObject({ code, message: expect.stringMatching(words) });
});

it('manifests and publications that come packed are unpacked', async () => {
  const { host } = await setUp();
  host.odd = ({ object }) => ({ isPacked: !object.startsWith('sst/') });
  expect(await opening(host)).toBe('opened');
});

it('damage is named: every flipped bit of a block is seen by its checksum', async () => {
  const { host, store } = await setUp();
  const [name, bytes] = [...host.objects].find(([object]) => object.endsWith('.sst'))!;
  bytes[500]! ^= 4;
  await using reader = await openReader(store, CODECS);
  await expect(reader.scan().all()).rejects.toMatchObject({ code: 'CORRUPTION', object: name });
});
