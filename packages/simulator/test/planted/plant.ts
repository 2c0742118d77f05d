// Runs what is to catch a planted bug, in another process with the bug in its sources, and tells what noticed it.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CaughtBy, PlantedBug } from './bug.ts';
import { ROOT } from './planted-source.ts';
import { runTests } from './test-runner.ts';

const REGISTER = fileURLToPath(new URL('./register.ts', import.meta.url));
const SIMULATE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CUT_POWER = fileURLToPath(new URL('./power-cuts-main.ts', import.meta.url));
const LIVE_RARELY = fileURLToPath(new URL('./rare-lives-main.ts', import.meta.url));
const MOST_SEEDS = 2000;
const PATIENCE_MS = 240_000;
/** A bug may make a loop endless: that it does not end is as good as a failure. */
const ENDLESS = `the run did not end within ${PATIENCE_MS} ms`;
/** A life or a power cut that failed. That nothing could even be loaded is no catch. */
const NOTICED = /^(seed=\d+: |power cut )/;

/** What noticed the bug, in a line; undefined: nothing did. */
export function catchBug(bug: PlantedBug): Promise<string | undefined> {
  const { caughtBy } = bug;
  return typeof caughtBy === 'object' && 'test' in caughtBy
    ? catchByTest(bug.name, caughtBy.test)
    : catchByLife(bug.name, programOf(caughtBy));
}

async function catchByTest(name: string, file: string): Promise<string | undefined> {
  const found = await runTests({ name, file }, PATIENCE_MS);
  if (found === undefined) return ENDLESS;
  const [failed] = found.failed;
  if (failed !== undefined) return `FAIL ${file} > ${failed}`;
  if (found.errors.length > 0) throw new Error(`${name}: no test failed, and yet\n${found.errors.join('\n')}`);
  return undefined;
}

async function catchByLife(name: string, program: string[]): Promise<string | undefined> {
  const { status, output } = await run(name, program);
  if (status === 0) return undefined;
  if (status === 'SIGKILL') return ENDLESS;
  const found = output
    .split('\n')
    .map((line) => line.trim())
    .find((line) => NOTICED.test(line));
  if (found === undefined) throw new Error(`${name}: ended with ${status}, and says nothing of a failure\n${output.slice(-2000)}`);
  return found;
}

function programOf(caughtBy: Exclude<CaughtBy, { test: string }>): string[] {
  if (caughtBy === 'power cuts') return ['--import', REGISTER, CUT_POWER];
  if ('rare' in caughtBy) return ['--import', REGISTER, LIVE_RARELY, caughtBy.rare, String(caughtBy.from ?? 1)];
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

function run(name: string, program: string[]): Promise<{ status: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=source', ...program], {
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
