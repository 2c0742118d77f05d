// Vitest inside each runtime that the tests must pass in. A runtime that is missing is a failed run.

import { join } from 'node:path';
import { run } from './commands.mjs';
import { reportedRun } from './test-report.mjs';
import { root } from './workspace.mjs';

/** A machine of half the speed comes to its end as well. */
const TIMEOUT_MS = 30 * 60_000;
/** Hundreds of processes are started that load the same modules: Node compiles them once. */
const ENVIRONMENT = { NODE_COMPILE_CACHE: join(root, '.tmp', 'compile-cache') };
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');

/** @typedef {{ name: string, program: string, args: string[] }} Runtime */

/** @type {Runtime[]} */
const RUNTIMES = [
  { name: 'Node', program: 'node', args: [VITEST, 'run'] },
  { name: 'Deno', program: 'deno', args: ['run', '-A', VITEST, 'run', '--pool', 'forks'] },
  { name: 'Bun', program: 'bun', args: ['--bun', VITEST, 'run'] },
];

/** @type {import('./steps.mjs').Step[]} */
export const testSteps = [
  ...RUNTIMES.map((runtime) => ({ name: `tests in ${runtime.name}`, run: () => testIn(runtime) })),
  { name: 'tests in workerd', run: testInWorkerd },
];

/**
 * @param {Runtime} runtime
 * @returns {Promise<import('./steps.mjs').StepResult>}
 */
async function testIn({ name, program, args }) {
  const version = await run(program, ['--version']);
  if (!version.ok) return { ok: false, output: `${name} is missing\n${version.output}` };
  const result = await reportedRun(name.toLowerCase(), program, args, { timeoutMs: TIMEOUT_MS, env: ENVIRONMENT });
  return { ...result, note: `${firstVersion(version.output)}: ${result.note}` };
}

/**
 * What is for Cloudflare's runtime alone: `test/workerd/` of each package.
 * @returns {Promise<import('./steps.mjs').StepResult>}
 */
async function testInWorkerd() {
  const version = await run('node', ['scripts/workerd-version.mjs']);
  if (!version.ok) return { ok: false, output: `workerd is missing\n${version.output}` };
  const args = [VITEST, 'run', '-c', 'vitest.workerd.config.ts'];
  const result = await reportedRun('workerd', 'node', args, { timeoutMs: TIMEOUT_MS, env: ENVIRONMENT });
  return { ...result, note: `${firstVersion(version.output)}: ${result.note}` };
}

/** @param {string} output */
function firstVersion(output) {
  return /\d+\.\d+\.\d+/.exec(output)?.[0] ?? '';
}
