// What a server sees of it. What it does in browsers: test/*.browser.test.ts.

import { expect, it } from 'vitest';
import { idbStore } from './index.ts';

it('is made without touching a global, and says at its first use that there is no IndexedDB', async () => {
  const store = idbStore('somewhere');
  expect(store.sync).toBeUndefined();
  const failure = { name: 'StorageError', code: 'UNSUPPORTED' };
  await expect((async () => store.get('a'))()).rejects.toMatchObject(failure);
  await expect((async () => store.put('a', new Uint8Array(1)))()).rejects.toMatchObject(failure);
  await expect((async () => store.lock())()).rejects.toMatchObject(failure);
  await expect((async () => store.openLog().segments())()).rejects.toMatchObject(failure);
  await store.close();
});
