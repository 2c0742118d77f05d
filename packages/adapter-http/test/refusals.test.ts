// What a static host does not do, and addresses that are none.

import { memoryStore, open } from '@varve/core';
import { expect, it } from 'vitest';
import { httpStore } from '../src/index.ts';
import { CODECS, setUp, setUpObject, storeAt } from './hosts-test-kit.ts';
import { PAGE } from './odd-host.ts';

it('all writing is READ_ONLY, and asks nobody', async () => {
  const { host, store } = await setUpObject();
  const writes: (() => unknown)[] = [
    () => store.put('a', new Uint8Array(1)),
    () => store.putIfAbsent('a', new Uint8Array(1)),
    () => store.replace!('a', new Uint8Array(1)),
    () => store.createObject('a', 1),
    () => store.delete(['a']),
  ];
  for (const write of writes) {
    await expect((async () => write())()).rejects.toMatchObject({ code: 'READ_ONLY', message: expect.stringContaining(host.address) });
  }
  expect(host.taken()).toEqual([]);
});

it('open for writing is refused, and nothing changes', async () => {
  const { host, store } = await setUp();
  await expect(open(store, { ...CODECS, log: memoryStore({ sync: false }).openLog() })).rejects.toMatchObject({
    code: expect.stringMatching(/READ_ONLY|UNSUPPORTED/),
  });
  expect(host.requests.every(({ method }) => method === 'GET')).toBe(true);
});

it('nothing but manifests is listed', async () => {
  const { store } = await setUp();
  expect(await store.list('manifest/')).toEqual(
    store.publication!.manifests.map(({ size }) => ({ name: expect.stringContaining('manifest/'), size })),
  );
  for (const prefix of ['', 'sst/', 'man']) {
    await expect((async () => store.list(prefix))()).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('openReader'),
    });
  }
});

it('objects are there, or not, or in the place of a page', async () => {
  const { host, store } = await setUpObject();
  expect([await store.has('sst/1'), await store.has('sst/2')]).toEqual([true, false]);
  expect(await store.get('sst/2')).toBeUndefined();
  host.odd = () => PAGE;
  expect(await store.has('sst/1')).toBe(false);
  host.odd = () => ({ status: 405 });
  await expect(store.has('sst/1')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
});

it('headers and the query of the address are sent with every request; no message shows them', async () => {
  const { host } = await setUpObject();
  const store = storeAt(`${host.address}/?token=secret#part`, { headers: { authorization: 'Bearer hidden' } });
  await store.get('sst/1');
  expect(host.requests).toMatchObject([{ object: 'sst/1', query: '?token=secret', headers: { authorization: 'Bearer hidden' } }]);
  host.odd = () => ({ status: 500 });
  const error = await (async () => store.get('sst/1'))().catch((refusal: unknown) => refusal);
  expect(error).toMatchObject({ code: 'UNAVAILABLE' });
  expect(String(error)).not.toMatch(/secret|hidden/);
  expect(String(error)).toContain(`url=${host.address}`);
});

it("what stands behind a # in the address is nobody's business", async () => {
  const asked: unknown[] = [];
  const store = storeAt('http://host/db#part', { fetch: async (input) => (asked.push(input), new Response('bytes')) });
  await store.get('sst/1');
  expect(asked).toEqual(['http://host/db/sst/1']);
});

it('the address of the publication itself is understood as well', async () => {
  const { host } = await setUp();
  const store = storeAt(`${host.address}/published.json`);
  expect((await store.list('manifest/')).length).toBeGreaterThan(0);
});

it('what is no address is a TypeError that shows no password', () => {
  for (const address of ['', 'places/db', 's3://bucket/db', 'file:///data']) expect(() => httpStore(address)).toThrow(TypeError);
  const refused = (): unknown => httpStore('https://me:secret@host/db');
  expect(refused).toThrow(/authorization/);
  expect(refused).not.toThrow(/secret/);
});
