// The compactor as users run it: a process of its own beside a writer, ended by a signal.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open, utf8, type EngineEvent } from '@varve/core';
import { remoteCompaction } from '@varve/core/compactor';
import { fsStore } from '@varve/adapter-fs';
import { afterAll, expect, it } from 'vitest';
import { jsonLines, startVarve, varve } from './cli-test-kit.ts';

const base = mkdtempSync(join(tmpdir(), 'varve-compactor-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** A database with a plan out, and what its writer told. */
async function withPlan(name: string) {
  const directory = join(base, name);
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent): void => void events.push(event);
  // Nobody is hurried: the processes decide.
  const compaction = remoteCompaction({ claimWithinMs: 3_600_000, silentMs: 3_600_000 });
  const db = await open(fsStore(directory), { keys: utf8, values: utf8, memoryBudgetBytes: 4 * 2 ** 20, onEvent, compaction });
  for (let run = 0; run < 8; run++) {
    await db.putMany(Array.from({ length: 500 }, (_, i): [string, string] => [`key ${i * 3 + run}`, `value ${run} `.repeat(20)]));
    await db.flush();
  }
  await db.idle();
  return { directory, db, events };
}

it('does what is there, says so, and ends', async () => {
  const { directory, db, events } = await withPlan('once');
  const { code, out, err } = await varve([directory, 'serve-compactor', '--once', '--json']);
  expect([code, err]).toEqual([0, '']);
  expect(jsonLines(out)).toEqual(expect.arrayContaining([expect.objectContaining({ kind: 'merged', level: 0, attempt: 1 })]));
  await db.idle();
  expect(events.some((event) => event.kind === 'compaction' && event.remote === true)).toBe(true);
  expect((await db.verify()).ok).toBe(true);
  await db.compact();
  await db.idle();
  expect(await varve([directory, 'serve-compactor', '--once'])).toEqual({ code: 0, out: '', err: '' });
  await db.close();
});

it('works until it is told to end', async () => {
  const { directory, db } = await withPlan('signal');
  const running = await startVarve([directory, 'serve-compactor']);
  expect(await running.line).toMatch(/^\d{10}-\d{10}: level 0 merged into level 1: .* in \d+ SSTs?$/);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, err: '' });
  await db.close();
});

it('says where there is no database, and refuses a file', async () => {
  expect(await varve([join(base, 'nothing'), 'serve-compactor'])).toMatchObject({ code: 1, err: expect.stringContaining('NO_DATABASE') });
  const { directory, db } = await withPlan('file');
  await db.close();
  await varve([directory, 'backup', join(base, 'file.tar')]);
  expect(await varve([join(base, 'file.tar'), 'serve-compactor'])).toMatchObject({ code: 2 });
});
