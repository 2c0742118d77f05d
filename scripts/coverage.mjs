// `npm run coverage`: how much of core the tests of core, adapters, archive, cache-store, level and the simulator reach in Node (without planted bugs, which
// change the sources), and every line that handles a fault and is not reached. The kernels have to be built. `npm run coverage -- <folder> ...` takes the
// tests of these folders only.

import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './commands.mjs';
import { root } from './workspace.mjs';

const TIMEOUT_MS = 20 * 60_000;
const REPORTS = '.tmp/coverage';
const TESTED = ['core', 'adapter-fs', 'adapter-s3-fetch', 'adapter-http', 'archive', 'cache-store', 'level', 'simulator'].map(
  (name) => `packages/${name}/`,
);
const folders = process.argv.slice(2);
const FAULT = /\bthrow\b|\bcatch\b|\bfail\(|[fF]ailed\(|reject\(/;

/** @typedef {{ line: number }} Place */
/** @typedef {{ start: Place, end: Place }} Stretch */
/** Istanbul's report of a file: places by number, and how often each was reached.
 * @typedef {{ path: string, statementMap: Record<string, Stretch>, s: Record<string, number>, branchMap: Record<string, { locations: Stretch[] }>,
 *   b: Record<string, number[]> }} FileReport */

const { ok, output } = await run(
  'node',
  [
    join('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    ...(folders.length > 0 ? folders : TESTED),
    '--pool=threads',
    '--no-isolate',
    '--exclude=packages/simulator/test/planted*.test.ts',
    // Stands in for modules of Node: it needs a process of its own.
    '--exclude=packages/adapter-fs/src/object-writer.test.ts',
    '--coverage.enabled',
    '--coverage.provider=v8',
    '--coverage.include=packages/core/src/**/*.ts',
    '--coverage.exclude=**/*.test.ts',
    '--coverage.exclude=**/*-test-kit.ts',
    '--coverage.reporter=text-summary',
    '--coverage.reporter=json',
    '--coverage.reportOnFailure',
    `--coverage.reportsDirectory=${REPORTS}`,
  ],
  { timeoutMs: TIMEOUT_MS },
);
console.log(ok ? output.slice(output.indexOf('Coverage summary')) : output);
process.exitCode = ok ? 0 : 1;

/** @type {Record<string, FileReport>} */
const reports = JSON.parse(readFileSync(join(root, REPORTS, 'coverage-final.json'), 'utf8'));
for (const report of Object.values(reports)) {
  const source = readFileSync(report.path, 'utf8').split('\n');
  for (const line of unreached(report)) {
    if (FAULT.test(source[line - 1])) console.log(`${relative(root, report.path)}:${line}  ${source[line - 1].trim()}`);
  }
}

/**
 * Lines that begin or are all of something that was never reached.
 * @param {FileReport} report
 * @returns {number[]}
 */
function unreached({ statementMap, s, branchMap, b }) {
  const lines = new Set();
  for (const [id, { start }] of Object.entries(statementMap)) if (s[id] === 0) lines.add(start.line);
  for (const [id, { locations }] of Object.entries(branchMap)) {
    locations.forEach(({ start, end }, i) => {
      // A branch that is not taken begins where it is decided: what it would do follows.
      if (b[id][i] === 0) for (let line = start.line; line <= end.line; line++) lines.add(line);
    });
  }
  return [...lines].sort((left, right) => left - right);
}
