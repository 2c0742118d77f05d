// Two processes on one directory.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Level } from '@varve/level';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'varve-level-'));
const program = join(folder, 'program.mjs');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
  await build({
    entryPoints: [fileURLToPath(new URL('lock-program.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    conditions: ['source'],
    // Modules of CommonJS ask for those of the system by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
});

it('answers LEVEL_LOCKED while another process has the directory open', async () => {
  const location = join(folder, 'db');
  const runtime = 'deno' in process.versions ? ['run', '-A', '--no-config', '--no-lock'] : [];
  const other = spawn(process.execPath, [...runtime, program, location], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(other, 'exit');
  try {
    await once(other.stdout, 'data');
    const db = new Level(location);
    await expect(db.open()).rejects.toMatchObject({ code: 'LEVEL_DATABASE_NOT_OPEN', cause: { code: 'LEVEL_LOCKED' } });
    other.stdin.end();
    expect((await ended)[0]).toBe(0);
    expect(await readOnce(db)).toBe('another process');
  } finally {
    other.kill('SIGKILL');
  }
});

async function readOnce(db: Level): Promise<string | undefined> {
  await db.open();
  const value = await db.get('from');
  await db.close();
  return value;
}
