// States that are kept, copies that are brought up to date, clones, and what nobody needs: from the command line.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore } from '@varve/adapter-fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { varve, varveJson } from './cli-test-kit.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-keeping-'));
const db = join(base, 'db');
const rows = (n: number, value: string): string =>
  Array.from({ length: n }, (_, i) => `${JSON.stringify({ key: `k${String(i).padStart(5, '0')}`, value: `${value} ${i}` })}\n`).join('');

beforeAll(async () => {
  await varveJson([db, 'import', '-'], rows(2000, 'first'));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

it('a checkpoint is made, listed, copied from, and deleted', async () => {
  expect(await varveJson([db, 'checkpoint', 'first', '--days', '2'])).toMatchObject({ name: 'first', bytes: expect.any(Number) });
  expect(await varve([db, 'checkpoint', 'first'])).toMatchObject({ code: 1, err: expect.stringContaining('CONFLICT') });
  await varveJson([db, 'import', '-'], rows(2000, 'second'));
  await varveJson([db, 'compact']);
  const { out } = await varve([db, 'checkpoints']);
  expect(out).toMatch(/^name[^]*first/);
  const then = join(base, 'then');
  expect(await varve([db, 'copy', then, '--checkpoint', 'first'])).toMatchObject({ code: 0, out: expect.stringMatching(/^copied /) });
  expect(await varveJson([then, 'get', 'k00007'])).toMatchObject({ value: 'first 7' });
  expect(await varveJson([db, 'get', 'k00007'])).toMatchObject({ value: 'second 7' });
  expect(await varve([db, 'delete-checkpoint', 'first'])).toMatchObject({ code: 0 });
  expect(await varve([db, 'delete-checkpoint', 'first'])).toMatchObject({ code: 3, err: expect.stringContaining('no checkpoint first') });
  expect(await varve([db, 'checkpoints'])).toMatchObject({ code: 0, out: 'no checkpoints\n' });
});

it('a copy is brought up to date, and kept as it was', async () => {
  const backup = join(base, 'backup');
  const all = (await varveJson([db, 'copy', backup, '--keep', 'monday'])) as { bytes: number };
  await varveJson([db, 'put', 'more', '1']);
  const some = (await varveJson([db, 'copy', backup])) as { bytes: number };
  expect(some.bytes).toBeGreaterThan(0);
  expect(some.bytes).toBeLessThan(all.bytes / 4);
  expect((await varve([db, 'copy', backup])).out).toBe(`nothing was missing in ${backup}\n`);
  expect(await varveJson([backup, 'checkpoints'])).toMatchObject([{ name: 'monday' }]);
});

it('a clone goes on from it, finds what it does not have, and is copied whole', async () => {
  const clone = join(base, 'clone');
  const { checkpoint } = (await varveJson([db, 'clone', clone])) as { checkpoint: string };
  await varveJson([clone, 'put', 'mine', '1']);
  expect(await varveJson([clone, 'get', 'k00007'])).toMatchObject({ value: expect.stringMatching(/ 7$/) });
  expect((await varve([db, 'get', 'mine'])).code).toBe(3);
  expect((await varve([clone, 'verify'])).code).toBe(0);
  expect(await varveJson([db, 'checkpoints'])).toMatchObject([{ name: checkpoint }]);
  const whole = join(base, 'whole');
  await varveJson([clone, 'copy', whole]);
  expect((await varveJson([whole, 'get', 'k00007'])) as object).toMatchObject({ value: expect.stringMatching(/ 7$/) });
});

it('gc leaves a folder alone that a writer has open', async () => {
  const store = fsStore(db);
  const release = store.lock();
  try {
    expect(await varve([db, 'gc'])).toMatchObject({ code: 1, err: expect.stringContaining('LOCKED') });
  } finally {
    release!();
    store.close?.();
  }
});

it('gc deletes what a writer that died has left', async () => {
  const left = join(db, 'sst', '0000000001-0000099999.sst');
  writeFileSync(left, 'half');
  expect(await varve([db, 'gc'])).toMatchObject({ code: 0, out: 'deleted 1 object\n' });
  expect(await varve([db, 'gc'])).toMatchObject({ code: 0, out: 'no garbage\n' });
  expect(readdirSync(join(db, 'sst'))).not.toContain('0000000001-0000099999.sst');
  expect(await varve([join(base, 'nothing'), 'gc'])).toMatchObject({ code: 1, err: expect.stringContaining('NO_DATABASE') });
});
