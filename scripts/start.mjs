// `npm start`: builds everything and opens the playground on localhost, until it is stopped. `-- --port N` chooses the port.

import { parseArgs } from 'node:util';
import { buildSteps } from './build.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { root } from './workspace.mjs';

const FIRST_PORT = '5170';

const { values } = parseArgs({ options: { port: { type: 'string', default: FIRST_PORT } } });
await setUp();
const { failed } = await runSteps([...buildSteps, { name: 'playground', run: buildPlayground }]);
if (failed) {
  console.error('the build failed');
  process.exit(1);
}
const { preview } = await import('vite');
const server = await preview({
  configFile: `${root}/packages/playground/vite.config.ts`,
  logLevel: 'warn',
  preview: { port: Number(values.port), host: 'localhost' },
});
console.log(`\nThe playground is open at ${server.resolvedUrls?.local[0]}\nCtrl+C ends it. In a terminal: npm run quickstart`);

/** @returns {Promise<import('./steps.mjs').StepResult>} */
async function buildPlayground() {
  const { build } = await import('vite');
  await build({ configFile: `${root}/packages/playground/vite.config.ts`, logLevel: 'warn' });
  return { ok: true, output: '' };
}
