// Databases in directories.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@varve/core';
import { fsStore } from '@varve/adapter-fs';
import { afterAll, expect, it } from 'vitest';
import { Level } from './level.ts';

const folder = mkdtempSync(join(tmpdir(), 'varve-level-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let count = 0;
const fresh = () => join(folder, String(count++));

it('keeps entries when it is closed and opened by another object', async () => {
  const location = fresh();
  const first = new Level<string, { n: number }>(location, { valueEncoding: 'json' });
  await first.put('a', { n: 1 });
  await first.close();
  const second = new Level<string, { n: number }>(location, { valueEncoding: 'json' });
  expect(second.location).toBe(location);
  expect(await second.get('a')).toEqual({ n: 1 });
  expect(await second.get('a', { valueEncoding: 'utf8' })).toBe('{"n":1}');
  await second.close();
});

it('keeps sublevels and their encodings apart', async () => {
  const location = fresh();
  const first = new Level(location);
  const users = first.sublevel<string, { name: string }>('users', { valueEncoding: 'json' });
  const counts = first.sublevel<number, number>('counts', { keyEncoding: 'json', valueEncoding: 'json' });
  const operations = [
    { type: 'put' as const, key: 'ann', value: { name: 'Ann' }, sublevel: users },
    { type: 'put' as const, key: 7, value: 1, sublevel: counts },
  ];
  await first.batch<string | number, unknown>(operations, {});
  await first.close();
  const second = new Level(location);
  expect(await second.keys().all()).toEqual(['!counts!7', '!users!ann']);
  const again = second.sublevel<string, { name: string }>('users', { valueEncoding: 'json' });
  expect(await again.iterator({ gte: 'a' }).all()).toEqual([['ann', { name: 'Ann' }]]);
  await again.clear();
  expect(await second.keys().all()).toEqual(['!counts!7']);
  await second.close();
});

it('answers LEVEL_LOCKED while another object has the directory open, and opens once that is closed', async () => {
  const location = fresh();
  const first = new Level(location);
  await first.open();
  const second = new Level(location);
  const error = await second.open().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN', cause: { code: 'LEVEL_LOCKED', cause: { code: 'LOCKED' } } });
  await expect(second.get('a')).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN' });
  await first.close();
  await second.open();
  await second.close();
});

it('waits for another object, or takes over from it, where it is told to', async () => {
  const location = fresh();
  const first = new Level(location);
  await first.put('a', '1');
  const second = new Level(location, { takeover: 'now' });
  expect(await second.get('a')).toBe('1');
  // The first write that meets it may stand in the log, behind the fence: the engine does not say more than it knows.
  await expect(first.put('a', '2')).rejects.toMatchObject({ code: 'LEVEL_IO_ERROR', cause: { code: 'UNKNOWN' } });
  await expect(first.put('a', '3')).rejects.toMatchObject({ code: 'LEVEL_LOCKED', cause: { code: 'FENCED' } });
  await first.close().catch(() => undefined);
  const third = new Level(location, { takeover: 'wait' });
  const waited = third.get('a');
  await second.close();
  expect(await waited).toBe('1');
  await third.close();
});

it('makes nothing where createIfMissing is false', async () => {
  const location = fresh();
  const db = new Level(location, { createIfMissing: false });
  await expect(db.open()).rejects.toMatchObject({
    code: 'LEVEL_DATABASE_NOT_OPEN',
    cause: { message: expect.stringMatching('does not exist') as string },
  });
  expect(existsSync(location)).toBe(false);
});

it('refuses a directory of LevelDB in so many words', async () => {
  const location = fresh();
  mkdirSync(location);
  writeFileSync(join(location, 'CURRENT'), 'MANIFEST-000004\n');
  const cause = { code: 'LEVEL_NOT_SUPPORTED', message: expect.stringMatching('LevelDB') as string };
  await expect(new Level(location).open()).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN', cause });
  expect(readdirSync(location)).toEqual(['CURRENT']);
});

it('is a database of the engine, whose other key spaces it leaves alone', async () => {
  const location = fresh();
  const db = new Level(location);
  await db.put('a', '1');
  await db.close();
  await using engine = await open(fsStore(location));
  await engine.put('of the engine', 'x');
  expect(engine.keyspaces()).toMatchObject([{ name: 'level', keys: 'bytes', values: 'bytes' }]);
  await engine.close();
  const again = new Level(location);
  expect(await again.iterator().all()).toEqual([['a', '1']]);
  await again.close();
});

it('refuses a location that is none', () => {
  expect(() => new Level('')).toThrow(TypeError);
  // @ts-expect-error it is no string
  expect(() => new Level({})).toThrow(TypeError);
});
