// What is charged is counted, in requests and bytes.

import { r2Store } from '@varve/adapter-r2';
import { requestsSince, type RequestStats } from '@varve/core/requests';
import { expect, it } from 'vitest';
import { bucket, Places } from './places.ts';

const stores = new Places((prefix) => r2Store(bucket, { prefix }));

function counts(of: RequestStats): Record<string, number> {
  return Object.fromEntries(
    Object.entries(of)
      .map(([kind, { count }]) => [kind, count] as const)
      .filter(([, count]) => count > 0),
  );
}

it('each kind of request is counted with its bytes', async () => {
  const store = stores.fresh();
  await store.putIfAbsent('sst/0', new Uint8Array(1));
  const before = store.requests!();
  await store.put('sst/1', new Uint8Array(1000));
  await store.putIfAbsent('sst/2', new Uint8Array(500));
  await store.get('sst/1');
  await (await store.openObject('sst/1', 1000)).readInto(new Uint8Array(300), 10);
  await store.has('sst/1');
  await store.list('');
  await store.delete(['sst/1', 'sst/2']);
  const taken = requestsSince(before, store.requests!());
  expect(counts(taken)).toEqual({ put: 2, get: 2, head: 1, list: 1, delete: 1 });
  expect(taken.put).toEqual({ count: 2, upBytes: 1500, downBytes: 0 });
  expect(taken.get).toEqual({ count: 2, upBytes: 0, downBytes: 1300 });
});

it('an object is put in the place of another', async () => {
  const store = stores.fresh();
  await store.replace!('published.json', new Uint8Array([1]));
  await store.replace!('published.json', new Uint8Array([2]));
  expect(await store.get('published.json')).toEqual(new Uint8Array([2]));
});
