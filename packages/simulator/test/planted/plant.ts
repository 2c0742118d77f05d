// Runs what is to catch a planted bug, in a process of its own with the bug in its sources, and tells what noticed it.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './bug.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const REGISTER = fileURLToPath(new URL('./register.ts', import.meta.url));
const SIMULATE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CUT_POWER = fileURLToPath(new URL('./power-cuts-main.ts', import.meta.url));
const MOST_SEEDS = 2000;
const PATIENCE_MS = 240_000;

/** What noticed the bug, in a line; undefined: nothing did. */
export async function catchBug(bug: PlantedBug): Promise<string | undefined> {
  const { caughtBy } = bug;
  const { status, output } = await run(bug, programOf(caughtBy));
  if (status === 0) return undefined;
  const lines = output.split('\n').map((line) => line.trim());
  const found =
    lines.find((line) => /^(seed=|power cut )/.test(line)) ?? lines.find((line) => /^(FAIL|AssertionError|.*Error:) /.test(line));
  if (found === undefined) throw new Error(`${bug.name}: ended with ${status}, and says nothing of a failure\n${output.slice(-2000)}`);
  return found;
}

function programOf(caughtBy: PlantedBug['caughtBy']): string[] {
  if (caughtBy === 'power cuts') return [CUT_POWER];
  if ('test' in caughtBy) return [`${ROOT}node_modules/vitest/vitest.mjs`, 'run', '--pool', 'threads', '--no-isolate', caughtBy.test];
  return [SIMULATE, '--seeds', String(MOST_SEEDS), '--from', String(caughtBy.from), '--until-failure'];
}

function run(bug: PlantedBug, program: string[]): Promise<{ status: number | string; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=source', '--import', REGISTER, ...program], {
      cwd: ROOT,
      env: { ...process.env, VARVE_PLANTED: bug.name },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const gather = (bytes: Buffer): void => {
      output += bytes.toString();
    };
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    // A bug may make a loop endless: that it does not end is as good as a failure.
    const alarm = setTimeout(() => {
      output += `\nseed=? the run did not end within ${PATIENCE_MS} ms`;
      child.kill('SIGKILL');
    }, PATIENCE_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(alarm);
      resolve({ status: code ?? signal ?? 'nothing', output });
    });
  });
}
