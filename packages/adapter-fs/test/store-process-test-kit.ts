// A folder and processes for one test file: the programs are built before its first test, and nothing is left after its last one.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { buildProgram } from './build-program.ts';
import { startProgram, type ProgramProcess, type StartOptions } from './programs.ts';

/** A folder for one test file, removed at its end, and the way to start processes. */
export function storeProcesses(source = new URL('store-program.ts', import.meta.url)) {
  const folder = mkdtempSync(join(tmpdir(), 'varve-fs-'));
  const program = join(folder, 'program.mjs');
  const running = new Set<ProgramProcess>();

  beforeAll(async () => {
    // Other users are to read the program and make their directories.
    chmodSync(folder, 0o777);
    await buildProgram(fileURLToPath(source), program);
  });
  afterAll(async () => {
    for (const each of running) await each.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (args: readonly (string | number)[], options: StartOptions = {}): ProgramProcess => {
    const started = startProgram(program, args, options);
    running.add(started);
    void started.ended.then(() => running.delete(started));
    return started;
  };
  return { folder, start };
}
