// Builds everything that is shipped: first the kernels (AssemblyScript to WebAssembly), then TypeScript to dist/ of every package, last
// the worker of @varve/browser in one file.

import { fileURLToPath } from 'node:url';
import { run } from './commands.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { packages } from './workspace.mjs';

/** @type {import('./steps.mjs').Step[]} */
export const buildSteps = [
  { name: 'kernels', run: () => run('node', ['packages/wasm-kernels/scripts/build.mjs']) },
  { name: 'types', run: () => run('tsc', ['-b', '--pretty', 'false', ...packages().map(({ folder }) => folder)]) },
  { name: 'worker', run: () => run('node', ['scripts/build-worker.mjs']) },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp();
  const { failed } = await runSteps(buildSteps);
  process.exitCode = failed ? 1 : 0;
}
