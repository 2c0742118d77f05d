// A database of a real browser as one file, and back.

import { describe, expect, it } from 'vitest';
import { deleteDatabase, openDatabase } from '@varve/browser';
import { exportDatabase, importDatabase } from '@varve/browser/archive';
import { json, utf8 } from '@varve/core';

const name = (): string => `test-${crypto.randomUUID()}`;
const CODECS = { keys: utf8, values: utf8 };
const ENTRIES = Array.from({ length: 1000 }, (_, i): [string, string] => [`key${String(i).padStart(5, '0')}`, `value ${i} `.repeat(20)]);

async function fileOf(entries: readonly [string, string][]): Promise<Blob> {
  const called = name();
  const db = openDatabase(called, CODECS);
  await db.putMany(entries);
  await db.keyspace('other', { keys: utf8, values: json<number>() }).put('n', 42);
  const file = await new Response(exportDatabase(db)).blob();
  await deleteDatabase(called);
  return file;
}

async function contents(called: string): Promise<[string, string][]> {
  const db = openDatabase(called, CODECS);
  const entries = await db.scan().all();
  await db.close();
  return entries;
}

describe('a database as one file', () => {
  it('is brought to another name, where it lives on', async () => {
    const file = await fileOf(ENTRIES);
    const called = name();
    const progress: number[] = [];
    await importDatabase(called, file, { onProgress: (bytes) => progress.push(bytes) });
    expect(progress.at(-1)).toBeGreaterThan(file.size / 2);
    expect(await contents(called)).toEqual(ENTRIES);
    const db = openDatabase(called, CODECS);
    expect(await db.keyspace('other', { keys: utf8, values: json<number>() }).get('n')).toBe(42);
    await db.put('more', '1');
    await db.close();
    expect(await contents(called)).toEqual([...ENTRIES, ['more', '1']]);
    await deleteDatabase(called);
  });

  it('comes in the place of the one that is there, for whoever has it open, again and again', async () => {
    const called = name();
    for (let round = 0; round < 2; round++) {
      const db = openDatabase(called, CODECS);
      await db.put('old', String(round));
      await importDatabase(called, await fileOf([[`new${round}`, 'x']]));
      await expect(db.get('old')).rejects.toMatchObject({ code: 'CLOSED', message: expect.stringContaining('being put in its place') });
      expect(await contents(called)).toEqual([[`new${round}`, 'x']]);
    }
    await deleteDatabase(called);
    expect(await contents(called)).toEqual([]);
    await deleteDatabase(called);
  });

  it('changes nothing when the file is damaged or cut short', async () => {
    const called = name();
    const file = await fileOf(ENTRIES);
    const db = openDatabase(called, CODECS);
    await db.put('old', 'here');
    const bytes = new Uint8Array(await file.arrayBuffer());
    bytes[4096] ^= 1;
    for (const bad of [new Blob([bytes]), file.slice(0, file.size >> 1)]) {
      await expect(importDatabase(called, bad)).rejects.toMatchObject({ code: 'CORRUPTION' });
      expect(await contents(called)).toEqual([['old', 'here']]);
    }
    await importDatabase(called, file);
    expect(await contents(called)).toEqual(ENTRIES);
    await deleteDatabase(called);
  });

  it('is looked at before anybody loses theirs, and an import that is stopped changes nothing', async () => {
    const called = name();
    const db = openDatabase(called, CODECS);
    await db.put('old', 'here');
    for (const bad of [new Blob(['no archive']), new Blob([])]) {
      await expect(importDatabase(called, bad)).rejects.toMatchObject({ code: 'CORRUPTION' });
    }
    expect(await db.get('old')).toBe('here');
    await expect(importDatabase('no name', new Blob([]))).rejects.toThrow(TypeError);
    const stop = new AbortController();
    const imported = importDatabase(called, await fileOf(ENTRIES), { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(imported).rejects.toMatchObject({ name: 'AbortError' });
    expect(await contents(called)).toEqual([['old', 'here']]);
    await deleteDatabase(called);
  });

  it('gives out no epoch again that a page may have read', async () => {
    const called = name();
    const file = await fileOf([['a', '1']]);
    let newest = 0n;
    for (let opened = 0; opened < 2; opened++) {
      const db = openDatabase(called, CODECS);
      newest = await db.put('mine', String(opened));
      await db.close();
    }
    await importDatabase(called, file);
    const db = openDatabase(called, CODECS);
    expect(await db.put('mine', 'again')).toBeGreaterThan(newest);
    await db.close();
    await deleteDatabase(called);
  });
});
