// A database in a page of a real browser. What several tabs do with one is in test/pages.

import { describe, expect, it } from 'vitest';
import { deleteDatabase, openDatabase } from '@varve/browser';
import { json, utf8 } from '@varve/core';

const name = (): string => `test-${crypto.randomUUID()}`;

describe('openDatabase', () => {
  it('returns at once, and opens at the first use', async () => {
    const db = openDatabase(name(), { keys: utf8, values: json<{ n: number }>() });
    await db.put('a', { n: 1 });
    expect(await db.get('a')).toEqual({ n: 1 });
    expect(await db.opened).toMatch(/opfs|idb/);
    await db.close();
    await expect(db.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('finds what was there before', async () => {
    const called = name();
    for (let round = 0; round < 3; round++) {
      const db = openDatabase(called, { keys: utf8, values: utf8 });
      expect(await db.scan().all()).toEqual(Array.from({ length: round }, (_, i) => [`k${i}`, 'v']));
      await db.put(`k${round}`, 'v');
      await db.close();
    }
  });

  it('is gone after deleteDatabase, for whoever has it open, and can be made anew', async () => {
    const called = name();
    const db = openDatabase(called, { keys: utf8, values: utf8 });
    await db.put('a', '1');
    await deleteDatabase(called);
    await expect(db.get('a')).rejects.toMatchObject({ code: 'CLOSED' });
    const next = openDatabase(called, { keys: utf8, values: utf8 });
    expect(next).not.toBe(db);
    expect(await next.get('a')).toBeUndefined();
    await next.close();
    await deleteDatabase(called);
    await deleteDatabase('never-made');
  });

  it('tells where it lives, how much room there is, and when somebody has deleted its files', async () => {
    const called = name();
    const db = openDatabase(called, { keys: utf8, values: utf8 });
    await db.put('a', '1');
    const { backEnd, usageBytes, quotaBytes, evicted } = await db.storage();
    expect(backEnd).toBe(await db.opened);
    expect(evicted).toBe(false);
    expect(usageBytes ?? 0).toBeLessThan(quotaBytes ?? Infinity);
    await db.close();
    if (backEnd === 'idb') await new Promise((resolve) => (indexedDB.deleteDatabase(`varve-${called}`).onsuccess = resolve));
    else await (await (await navigator.storage.getDirectory()).getDirectoryHandle('varve')).removeEntry(called, { recursive: true });
    const again = openDatabase(called, { keys: utf8, values: utf8 });
    expect(await again.get('a')).toBeUndefined();
    expect(await again.storage()).toMatchObject({ backEnd, evicted: true });
    await again.close();
    const third = openDatabase(called, { keys: utf8, values: utf8 });
    expect(await third.storage()).toMatchObject({ evicted: false });
    await third.close();
    await deleteDatabase(called);
  });

  it('is one database for a name', async () => {
    const called = name();
    const db = openDatabase(called, { keys: utf8, values: utf8 });
    expect(openDatabase(called, { keys: utf8, values: utf8 })).toBe(db);
    expect(() => openDatabase(called, { keys: utf8 })).toThrow(TypeError);
    await db.close();
  });
});
