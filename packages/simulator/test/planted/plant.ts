// Runs what is to catch a planted bug, in a process of its own with the bug in its sources, and tells what noticed it.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaughtBy, PlantedBug } from './bug.ts';
import { ROOT } from './planted-source.ts';

const REGISTER = fileURLToPath(new URL('./register.ts', import.meta.url));
const SIMULATE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CUT_POWER = fileURLToPath(new URL('./power-cuts-main.ts', import.meta.url));
const LIVE_RARELY = fileURLToPath(new URL('./rare-lives-main.ts', import.meta.url));
const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
/** A test that a bug makes wait for ever is given up soon. */
const FIRST_FAILURE = ['--bail', '1', '--testTimeout', '10000'];
const MOST_SEEDS = 2000;
const PATIENCE_MS = 240_000;
/** A life, a power cut or a test that failed. That nothing could even be loaded is no catch. */
const NOTICED = /^(seed=\d+: |power cut |FAIL {1,2}\S+ > )/;

/** What noticed the bug, in a line; undefined: nothing did. */
export async function catchBug(bug: PlantedBug): Promise<string | undefined> {
  const { status, output } = await run(bug);
  if (status === 0) return undefined;
  // A bug may make a loop endless: that it does not end is as good as a failure.
  if (status === 'SIGKILL') return `the run did not end within ${PATIENCE_MS} ms`;
  const found = output
    .split('\n')
    .map((line) => line.trim())
    .find((line) => NOTICED.test(line));
  if (found === undefined) throw new Error(`${bug.name}: ended with ${status}, and says nothing of a failure\n${output.slice(-2000)}`);
  return found;
}

/** Sources are loaded by Node, except by vitest, which has a plugin for it (vitest.config.ts). */
function programOf(caughtBy: CaughtBy): string[] {
  if (caughtBy === 'power cuts') return ['--import', REGISTER, CUT_POWER];
  if ('rare' in caughtBy) return ['--import', REGISTER, LIVE_RARELY, caughtBy.rare, String(caughtBy.from ?? 1)];
  if ('test' in caughtBy) {
    return [VITEST, 'run', '--pool', 'threads', '--no-isolate', '--reporter', 'default', ...FIRST_FAILURE, caughtBy.test];
  }
  const simulate = (from: number, ...more: string[]): string[] => {
    return ['--import', REGISTER, SIMULATE, ...more, '--seeds', String(MOST_SEEDS), '--from', String(from), '--until-failure'];
  };
  if ('tabs' in caughtBy) return simulate(caughtBy.tabs, '--tabs');
  if ('followedLog' in caughtBy) return simulate(caughtBy.followedLog, '--followed-log');
  if ('cloned' in caughtBy) return simulate(caughtBy.cloned, '--cloned');
  if ('partitioned' in caughtBy) return simulate(caughtBy.partitioned, '--partitioned');
  if ('merged' in caughtBy) return simulate(caughtBy.merged, '--merged');
  return 'followed' in caughtBy ? simulate(caughtBy.followed, '--followed') : simulate(caughtBy.from);
}

function run({ name, caughtBy }: PlantedBug): Promise<{ status: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=source', ...programOf(caughtBy)], {
      cwd: ROOT,
      env: { ...process.env, VARVE_PLANTED: name, NO_COLOR: '1', FORCE_COLOR: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const gather = (bytes: Buffer): void => {
      output += bytes.toString();
    };
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    const alarm = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(alarm);
      resolve({ status: code ?? signal ?? 'nothing', output });
    });
  });
}
