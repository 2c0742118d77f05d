// Reads by range, on a host that does them well, badly, or not at all.

import { afterEach, expect, it, vi } from 'vitest';
import type { ObjectReader } from '@varve/core';
import { PAGE, type Oddity } from './odd-host.ts';
import { sample, setUpObject, storeAt } from './hosts-test-kit.ts';

afterEach(() => vi.unstubAllGlobals());

async function read(reader: ObjectReader, offset: number, length: number): Promise<Uint8Array> {
  const target = new Uint8Array(length);
  await reader.readInto(target, offset);
  return target;
}

/** The error of a read of 100 bytes at 500. */
async function refused(odd: Oddity, size?: number): Promise<unknown> {
  const { host, reader } = await setUpObject(size);
  host.odd = () => odd;
  return read(reader, 500, 100).catch((error: unknown) => error);
}

it('reads of one turn that touch or overlap share a request', async () => {
  const { host, store, bytes, reader } = await setUpObject();
  const parts = await Promise.all([read(reader, 100, 50), read(reader, 0, 100), read(reader, 120, 60), read(reader, 5000, 10)]);
  expect(parts).toEqual([bytes.slice(100, 150), bytes.slice(0, 100), bytes.slice(120, 180), bytes.slice(5000, 5010)]);
  expect(host.taken().sort()).toEqual(['GET sst/1 bytes=0-179', 'GET sst/1 bytes=5000-5009']);
  expect(store.traffic).toEqual({ requests: 2, bytes: 190 });
  await read(reader, 0, 1);
  expect(host.taken()).toEqual(['GET sst/1 bytes=0-0']);
});

it('at most six requests are under way, and all are served', async () => {
  const { host, bytes, reader } = await setUpObject();
  let answer = (): void => undefined;
  const after = new Promise<void>((resolve) => (answer = resolve));
  host.odd = () => ({ after });
  const reads = Array.from({ length: 40 }, (_, i) => read(reader, i * 200, 100));
  await expect.poll(() => host.current).toBe(6);
  answer();
  expect(await Promise.all(reads)).toEqual(reads.map((_, i) => bytes.slice(i * 200, i * 200 + 100)));
  expect(host.most).toBe(6);
});

it('where requests are cut off those that never end keep nobody else waiting', async () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' });
  const { host, bytes, reader } = await setUpObject();
  let end = (): void => undefined;
  const after = new Promise<void>((resolve) => (end = resolve));
  let asked = 0;
  host.odd = () => (++asked <= 6 ? { after } : undefined);
  const hanging = Array.from({ length: 6 }, (_, i) => read(reader, i * 1000, 100));
  await expect.poll(() => host.current).toBe(6);
  expect(await read(reader, 8000, 100)).toEqual(bytes.slice(8000, 8100));
  end();
  await Promise.all(hanging);
});

it('a read beyond the end that the database knows asks for what there is, behind it nobody', async () => {
  const { host, reader } = await setUpObject();
  await expect(read(reader, 9950, 51)).rejects.toMatchObject({ code: 'CORRUPTION', object: 'sst/1', offset: 9950 });
  expect(host.taken()).toHaveLength(1);
  await expect(read(reader, 10_000, 1)).rejects.toMatchObject({ code: 'CORRUPTION', object: 'sst/1', offset: 10_000 });
  expect(await read(reader, 20_000, 0)).toEqual(new Uint8Array(0));
  await reader.close();
  await expect(read(reader, 0, 1)).rejects.toMatchObject({ code: 'CLOSED' });
  expect(host.taken()).toEqual([]);
});

it.each([
  ['a line that breaks', { line: 'refused' }],
  ['an answer that is cut off', { line: 'cut' }],
  ['a host that is busy', { status: 503 }],
  ['a host that has had enough for now', { status: 429 }],
  ['another range than was asked for', { headers: { 'content-range': 'bytes 400-499/10000' } }],
  ['a range that begins too late', { headers: { 'content-range': 'bytes 501-600/10000' } }],
  ['a range that makes no sense', { headers: { 'content-range': 'pages 1-2' } }],
  ['a body that is too short and says nothing about it', { headers: { 'content-range': undefined }, body: sample(99) }],
] satisfies [string, Oddity][])('%s is asked again, and told of when it stays so', async (_, odd) => {
  const { host, bytes, reader } = await setUpObject();
  let tries = 0;
  host.odd = () => (++tries < 3 ? odd : undefined);
  expect(await read(reader, 500, 100)).toEqual(bytes.slice(500, 600));
  expect(tries).toBe(3);
  expect(await refused(odd)).toMatchObject({ code: 'UNAVAILABLE', object: 'sst/1', message: expect.stringContaining('try again') });
});

it('a host that never answers is not waited for without end', async () => {
  const { host } = await setUpObject();
  host.odd = () => ({ line: 'silent' });
  const store = storeAt(host.address, {}, { timeoutMs: 20, tries: 2 });
  const reader = await store.openObject('sst/1', 10_000);
  await expect(read(reader, 0, 100)).rejects.toMatchObject({ code: 'UNAVAILABLE', object: 'sst/1' });
  // On a busy machine some of them are given up before they have come to the host.
  expect(store.traffic.requests).toBe(2);
});

it('a host that hides Content-Range is believed, for the length is right', async () => {
  const { host, bytes, reader } = await setUpObject();
  host.odd = () => ({ headers: { 'content-range': undefined } });
  expect(await read(reader, 500, 100)).toEqual(bytes.slice(500, 600));
});

it.each([
  ['an object that is gone', { status: 404 }, 'publish the database again'],
  ['one that a bucket hides since it may not be listed', { status: 403 }, 'publish the database again'],
  ['a page in its place', PAGE, 'SPA fallback'],
  [
    'a part of a page in its place',
    { ...PAGE, status: 206, headers: { ...PAGE.headers, 'content-range': 'bytes 500-599/700' } },
    'SPA fallback',
  ],
  ['an object of another size', { headers: { 'content-range': 'bytes 500-599/12345' } }, 'found=12345'],
  ['an object that ends before', { status: 416, body: '', headers: { 'content-range': 'bytes */400' } }, 'bytes */400'],
  ['the whole of another object', { status: 200, headers: { 'content-range': undefined }, body: sample(9000) }, 'found=9000'],
  ['more than was asked for', { body: sample(101) }, 'more than 100'],
] satisfies [string, Oddity, string][])('%s is CORRUPTION with a guess at the cause', async (_, odd, guess) => {
  expect(await refused(odd)).toMatchObject({
    code: 'CORRUPTION',
    object: 'sst/1',
    offset: 500,
    message: expect.stringMatching(new RegExp(`${guess.replaceAll('*', '\\*')}[^]*object=sst/1 offset=500$`, 'i')),
  });
});

it.each([
  ['packs what it sends', { headers: { 'content-encoding': 'br' } }, 'switch compression off'],
  ['wants to know who asks', { status: 401 }, 'option headers'],
  ['does something else', { status: 418 }, 'status=418'],
] satisfies [string, Oddity, string][])('a host that %s is told to be set up', async (_, odd, remedy) => {
  expect(await refused(odd)).toMatchObject({ code: 'UNSUPPORTED', object: 'sst/1', message: expect.stringContaining(remedy) });
});

it('a host that ignores Range serves small objects, and large ones where all of them is wanted', async () => {
  const { host, bytes, reader } = await setUpObject();
  host.odd = () => ({ isWhole: true });
  expect(await read(reader, 500, 100)).toEqual(bytes.slice(500, 600));
  const large = await setUpObject(2_000_000);
  large.host.odd = () => ({ isWhole: true });
  expect(await read(large.reader, 0, 2_000_000)).toEqual(large.bytes);
  await expect(read(large.reader, 0, 1_999_999)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('ignores Range'),
  });
  expect(large.store.traffic.bytes).toBe(2_000_000);
});

it('a whole object that comes packed, though nobody asked for that, is read where the runtime unpacks it', async () => {
  const { host, bytes, reader } = await setUpObject();
  // As Node does: the header says how it came, the body is as it was.
  const store = storeAt(host.address, {
    fetch: async () => new Response(new Blob([Uint8Array.from(bytes)]), { headers: { 'content-encoding': 'gzip' } }),
  });
  await reader.close();
  expect(await read(await store.openObject('sst/1', 10_000), 500, 100)).toEqual(bytes.slice(500, 600));
});

it('one that nobody unpacks is told of', async () => {
  const { host, reader } = await setUpObject();
  const store = storeAt(host.address, {
    // As Deno does: what was asked for as it is is handed out as it comes.
    fetch: async () => new Response(new Blob(['packed']), { headers: { 'content-encoding': 'gzip' } }),
  });
  await reader.close();
  await expect(read(await store.openObject('sst/1', 10_000), 500, 100)).rejects.toMatchObject({
    code: 'UNSUPPORTED',
    message: expect.stringContaining('gzip'),
  });
});

it('a range that is wider than was asked for is cut to what was', async () => {
  const { host, bytes, reader } = await setUpObject();
  host.odd = () => ({ headers: { 'content-range': 'bytes 450-649/10000' }, body: bytes.subarray(450, 650) });
  expect(await read(reader, 500, 100)).toEqual(bytes.slice(500, 600));
});

it('redirects are followed', async () => {
  const { host, bytes } = await setUpObject();
  const elsewhere = await setUpObject();
  elsewhere.host.odd = ({ object }) => ({ status: 302, headers: { location: `${host.address}/${object}` } });
  expect(await read(elsewhere.reader, 500, 100)).toEqual(bytes.slice(500, 600));
  expect(host.taken()).toEqual(['GET sst/1 bytes=500-599']);
});

it('what failed is not taken from a cache the second time', async () => {
  const { host } = await setUpObject();
  const caches: unknown[] = [];
  host.odd = () => (caches.length < 2 ? { status: 500 } : undefined);
  const store = storeAt(host.address, {
    fetch: (input, init) => {
      caches.push(init?.cache);
      return fetch(input, init);
    },
  });
  await read(await store.openObject('sst/1', 10_000), 0, 10);
  expect(caches).toEqual([undefined, 'reload']);
});
