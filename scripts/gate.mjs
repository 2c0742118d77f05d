// The whole gate but the tests: what must hold before a change is committed.

import { fileURLToPath } from 'node:url';
import { buildSteps } from './build.mjs';
import { run } from './commands.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

/** @type {import('./steps.mjs').Step[]} */
export const gateSteps = [
  ...buildSteps,
  { name: 'test types', run: () => run('tsc', ['-p', 'tsconfig.tests.json', '--pretty', 'false']) },
  { name: 'page types', run: () => run('tsc', ['-p', 'tsconfig.pages.json', '--pretty', 'false']) },
  { name: 'workerd types', run: () => run('tsc', ['-p', 'tsconfig.workerd.json', '--pretty', 'false']) },
  { name: 'script types', run: () => run('tsc', ['-p', 'tsconfig.scripts.json', '--pretty', 'false']) },
  { name: 'format', run: () => run('node', ['scripts/format.mjs', '--check']) },
  { name: 'lint', run: () => run('oxlint', ['--type-aware', '--deny-warnings', '.']) },
  { name: 'layers', run: () => noted('scripts/check-layers.mjs') },
  { name: 'unused', run: () => run('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'planted bugs', run: () => noted('--conditions=source', 'packages/simulator/test/planted/places-main.ts') },
  { name: 'size', run: () => shown('scripts/check-size.mjs') },
  { name: 'packages', run: () => noted('scripts/check-packages.mjs') },
  { name: 'documentation', run: () => noted('scripts/check-docs.mjs') },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp();
  const { passed, failed } = await runSteps(gateSteps);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

/**
 * A check whose last line says what it saw.
 * @param {string[]} args
 */
async function noted(...args) {
  const { ok, output } = await run('node', args);
  return { ok, output, note: output.trimEnd().split('\n').at(-1) ?? '' };
}

/**
 * A check whose whole output is worth reading every time.
 * @param {string} script
 */
async function shown(script) {
  const { ok, output } = await run('node', [script]);
  return { ok, output, note: ok ? `\n${output.trimEnd().replace(/^/gm, '    ')}` : '' };
}
