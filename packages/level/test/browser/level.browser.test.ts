// The package as a page imports it: through no polyfill of ours, in every encoding.

import * as level from '@varve/level';
import { idbStore } from '@varve/adapter-idb';
import { expect, it } from 'vitest';

const { MemoryLevel, StoreLevel } = level;

it('has no directories, and nothing of Node', () => {
  expect(Object.keys(level).sort()).toEqual(['MemoryLevel', 'StoreLevel']);
  expect('process' in globalThis || 'Buffer' in globalThis || 'setImmediate' in globalThis).toBe(false);
});

it('keeps a database in memory', async () => {
  const db = new MemoryLevel<string, { n: number }>({ valueEncoding: 'json' });
  await db.batch([
    { type: 'put', key: 'a', value: { n: 1 } },
    { type: 'put', key: 'b', value: { n: 2 } },
  ]);
  expect(await db.iterator({ reverse: true }).all()).toEqual([
    ['b', { n: 2 }],
    ['a', { n: 1 }],
  ]);
  await db.close();
});

it('keeps a database in IndexedDB, in every encoding', async () => {
  const name = `level-${crypto.randomUUID()}`;
  const db = new StoreLevel(idbStore(name));
  const bytes = Uint8Array.of(0, 128, 255);
  await db.put<string, Uint8Array>('view', bytes, { valueEncoding: 'view' });
  await db.put('hex', '0080ff', { valueEncoding: 'hex' });
  await db.put('base64', 'AID/', { valueEncoding: 'base64' });
  await db.close();
  await db.open();
  for (const key of ['view', 'hex', 'base64']) {
    expect(await db.get<string, Uint8Array>(key, { valueEncoding: 'view' })).toEqual(bytes);
    expect(await db.get(key, { valueEncoding: 'hex' })).toBe('0080ff');
    expect(await db.get(key, { valueEncoding: 'base64' })).toBe('AID/');
    const buffer = await db.get<string, Uint8Array>(key, { valueEncoding: 'buffer' });
    expect([...buffer!]).toEqual([...bytes]);
  }
  await db.close();
  indexedDB.deleteDatabase(name);
});
