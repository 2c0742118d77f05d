// What `openDatabase` does where there is no browser.

import { describe, expect, expectTypeOf, it } from 'vitest';
import { utf8, type Database, type ObjectStore } from '@varve/core';
import { openDatabase, type BrowserDatabase } from './open-database.ts';

describe('on a server', () => {
  it('a database may be opened and its key spaces named, and its use says where it works', async () => {
    const db = openDatabase('app', { keys: utf8, values: utf8 });
    const side = db.keyspace('side', { keys: utf8, values: utf8 });
    const live = side.live();
    expect(live.getSnapshot()).toBeUndefined();
    await expect(db.get('a')).rejects.toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining('pages') as string });
    await expect(openDatabase('other', { keys: utf8, values: utf8 }).scan().all()).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(side.put('a', 'b')).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(db.opened).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await db.close();
  });

  it('names and codecs are checked at once', () => {
    expect(() => openDatabase('a/b')).toThrow(TypeError);
    const db = openDatabase('same');
    expect(openDatabase('same')).toBe(db);
    expect(() => openDatabase('same', { keys: utf8 })).toThrow(/other codecs/);
  });
});

it('a database has every asynchronous call that one of @varve/core has', () => {
  type Missing = Exclude<keyof Database<ObjectStore>, keyof BrowserDatabase<unknown, unknown> | symbol>;
  expectTypeOf<Missing>().toBeNever();
});
