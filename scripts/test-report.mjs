// Runs Vitest and reads what it reports.

import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.mjs';
import { root } from './workspace.mjs';

const REPORTS = '.tmp/reports';

/**
 * A run of Vitest as a step. Its report stands under `name`.
 * @param {string} name
 * @param {string} program
 * @param {string[]} args
 * @param {{ timeoutMs: number, env?: Record<string, string> }} options
 * @returns {Promise<import('./steps.mjs').StepResult>}
 */
export async function reportedRun(name, program, args, options) {
  const report = `${REPORTS}/${name}.json`;
  mkdirSync(join(root, REPORTS), { recursive: true });
  rmSync(join(root, report), { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const { ok, output } = await run(program, [...args, ...reporters], options);
  const { passed, failed, skipped } = counts(join(root, report));
  const note = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
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
