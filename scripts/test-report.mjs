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
  const { passed, failed, skipped, failures } = resultsIn(join(root, report));
  const note = `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`;
  return { ok: ok && failed === 0 && passed > 0, output: [...failures, output].join('\n'), note, passed, failed };
}

/**
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {{ name: string, status: string, message: string, assertionResults: Assertion[] }[]} testResults
 */

/** @typedef {{ fullName: string, status: string, failureMessages: string[] }} Assertion */

/**
 * What failed stands before the output, which is long. A file that could not even be loaded counts as one failed test.
 * @param {string} path
 */
function resultsIn(path) {
  /** @type {Report} */
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 1, skipped: 0, failures: [] }; // The run was ended or crashed: its output tells.
  }
  const unloaded = report.testResults.filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0);
  const failures = [
    ...unloaded.map(({ name, message }) => `could not be loaded: ${name}\n${message}`),
    ...report.testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `failed: ${name}: ${fullName}\n${failureMessages.join('\n')}`),
    ),
  ];
  return { passed: report.numPassedTests, failed: report.numFailedTests + unloaded.length, skipped: report.numPendingTests, failures };
}
