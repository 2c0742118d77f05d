// A database in real pages. Several frames of one page stand for tabs where the runner has only one; test/tabs has real ones.

import { afterAll, describe, expect, it } from 'vitest';
import { openDatabase } from '@varve/browser';
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

  it('is one database for a name', async () => {
    const called = name();
    const db = openDatabase(called, { keys: utf8, values: utf8 });
    expect(openDatabase(called, { keys: utf8, values: utf8 })).toBe(db);
    expect(() => openDatabase(called, { keys: utf8 })).toThrow(TypeError);
    await db.close();
  });
});
