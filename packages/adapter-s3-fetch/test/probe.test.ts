// What a store does at its first conditional write: it makes sure that the server keeps its promise, and clears up after writers that died.

import { open } from '@varve/core';
import { expect, it } from 'vitest';
import { storeOn } from '../src/s3-store.ts';
import { bytes, CREDENTIALS, LITTLE_PATIENCE, startFake } from './stores-test-kit.ts';

const HOUR_MS = 3600 * 1000;

it('a server that ignores conditions is refused, and nothing is left there', async () => {
  const fake = await startFake();
  fake.ignoresConditions = true;
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  await expect(store.putIfAbsent('manifest/1', bytes(10))).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
  await expect(open(store)).rejects.toMatchObject({ code: 'STORE_UNSAFE', message: expect.stringContaining('If-None-Match') });
  expect(fake.objects.size).toBe(0);
});

it('a server that heeds conditions but when two come at once is refused', async () => {
  const fake = await startFake();
  let racing = 0;
  fake.fault = ({ method, key }) => {
    if (method === 'PUT' && key.startsWith('db/_probe/')) fake.ignoresConditions = ++racing <= 2;
    return undefined;
  };
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  const failure = { code: 'STORE_UNSAFE', message: expect.stringContaining('winners=2') };
  await expect(store.putIfAbsent('manifest/1', bytes(10))).rejects.toMatchObject(failure);
  expect(racing).toBe(3);
});

it('a server that answers rightly and keeps the bytes of the loser is refused', async () => {
  const fake = await startFake();
  fake.fault = ({ method, key, body }) => {
    const there = fake.objects.get(key);
    if (method === 'PUT' && there !== undefined) fake.objects.set(key, { ...there, body });
    return undefined;
  };
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  await expect(store.putIfAbsent('manifest/1', bytes(10))).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
});

it('the probe takes place once a store, before the first conditional write and no other call', async () => {
  const fake = await startFake();
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  await store.list('');
  await store.put('sst/1', bytes(10));
  expect(fake.taken()).toEqual(['GET list-type', 'PUT db/sst/1']);
  await Promise.all([store.putIfAbsent('manifest/1', bytes(10)), store.putIfAbsent('manifest/2', bytes(10))]);
  await store.close();
  const probed = fake.requests.filter(({ method, key }) => method === 'PUT' && key.startsWith('db/_probe/'));
  expect(probed).toHaveLength(3);
  expect(new Set(probed.map(({ key }) => key)).size).toBe(1);
  expect([...fake.objects.keys()].sort()).toEqual(['db/manifest/1', 'db/manifest/2', 'db/sst/1']);
  fake.taken();
  await store.putIfAbsent('manifest/3', bytes(10));
  expect(fake.taken()).toEqual(['PUT db/manifest/3']);
});

it('an open probes once, beside its first reads', async () => {
  const fake = await startFake();
  const probes: string[] = [];
  let listed = (): void => undefined;
  let probed = (): void => undefined;
  const aList = new Promise<void>((resolve) => (listed = resolve));
  const twoProbes = new Promise<void>((resolve) => (probed = resolve));
  // Neither side is answered before the other has asked.
  fake.hold = ({ method, key, query }) => {
    if (query.has('list-type')) return (listed(), twoProbes);
    if (method !== 'PUT' || !key.startsWith('db/_probe/')) return undefined;
    if (probes.push(key) === 2) probed();
    return aList;
  };
  const db = await open(storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE));
  expect(probes).toHaveLength(3);
  expect(new Set(probes).size).toBe(1);
  await db.close();
});

it('a probe that got no answer says nothing: the next write probes again', async () => {
  const fake = await startFake();
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  fake.fault = () => 'refused';
  await expect(store.putIfAbsent('manifest/1', bytes(10))).rejects.toMatchObject({ name: 'StorageError' });
  await expect(store.putIfAbsent('manifest/1', bytes(10))).rejects.not.toMatchObject({ code: 'STORE_UNSAFE' });
  fake.fault = () => undefined;
  expect(await store.putIfAbsent('manifest/1', bytes(10))).toBe(true);
});

it('what a probe that was cut off leaves is no object of the store', async () => {
  const fake = await startFake();
  fake.objects.set('db/_probe/0123', { body: Buffer.from('left'), nonce: undefined });
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  expect(await store.list('')).toEqual([]);
  const db = await open(store);
  await db.close();
});

it('multipart uploads below the prefix that are more than a day old are aborted, younger ones may be at work', async () => {
  const fake = await startFake();
  const upload = (key: string, hours: number) => ({ key, parts: new Map(), initiated: Date.now() - hours * HOUR_MS });
  fake.uploads.set('old', upload('db/sst/1', 25));
  fake.uploads.set('young', upload('db/sst/2', 23));
  fake.uploads.set('of-others', upload('other/sst/1', 25));
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  await store.putIfAbsent('manifest/1', bytes(10));
  await store.close();
  expect([...fake.uploads.keys()]).toEqual(['young', 'of-others']);
});

it('a server that may not be asked for uploads is used all the same', async () => {
  const fake = await startFake();
  fake.fault = ({ query }) => (query.has('uploads') ? { status: 403, code: 'AccessDenied' } : undefined);
  const store = storeOn(fake.address(), CREDENTIALS, LITTLE_PATIENCE);
  expect(await store.putIfAbsent('manifest/1', bytes(10))).toBe(true);
});
