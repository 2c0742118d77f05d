// Vitest inside each runtime that the tests must pass in. A runtime that is missing is a failed run.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { root } from './workspace.mjs';

const TIMEOUT_MS = 15 * 60_000;
const VITEST = join('node_modules', 'vitest', 'vitest.mjs');
const REPORTS = '.tmp/reports';

/** @typedef {{ name: string, program: string, args: string[] }} Runtime */

/** @type {Runtime[]} */
const RUNTIMES = [
  { name: 'Node', program: 'node', args: [VITEST, 'run'] },
  { name: 'Deno', program: 'deno', args: ['run', '-A', VITEST, 'run', '--pool', 'forks'] },
  { name: 'Bun', program: 'bun', args: ['--bun', VITEST, 'run'] },
];

/** @type {import('./steps.mjs').Step[]} */
export const testSteps = RUNTIMES.map((runtime) => ({ name: `tests in ${runtime.name}`, run: () => testIn(runtime) }));

/**
 * @param {Runtime} runtime
 * @returns {Promise<import('./steps.mjs').StepResult>}
 */
async function testIn({ name, program, args }) {
  const version = await run(program, ['--version']);
  if (!version.ok) return { ok: false, output: `${name} is missing\n${version.output}` };
  const report = `${REPORTS}/${name.toLowerCase()}.json`;
  mkdirSync(join(root, REPORTS), { recursive: true });
  rmSync(join(root, report), { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { ok, output } = await run(program, [...args, ...reporters], { timeoutMs: TIMEOUT_MS });
  const { passed, failed, skipped } = counts(join(root, report));
  const note = `${firstVersion(version.output)}: ${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  return { ok: ok && failed === 0 && passed > 0, output, note, passed, failed };
}

/**
 * A file that could not even be loaded counts as one failed test.
 * @param {string} report
 */
function counts(report) {
  /** @type {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, testResults: { status: string, assertionResults: unknown[] }[] }} */
  let json;
  try {
    json = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // The run was ended or crashed: its output tells.
  }
  const unloaded = json.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0).length;
  return { passed: json.numPassedTests, failed: json.numFailedTests + unloaded, skipped: json.numPendingTests };
}

/** @param {string} output */
function firstVersion(output) {
  return /\d+\.\d+\.\d+/.exec(output)?.[0] ?? '';
}
