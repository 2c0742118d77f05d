// `npm run quickstart`: builds everything and runs the main example, as built, on the Node that runs this. Arguments go to the example.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildSteps } from './build.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';
import { root } from './workspace.mjs';

const program = join(root, 'examples', 'dist', 'start.js');

await setUp();
const { failed } = await runSteps(buildSteps);
if (failed) fail('the build failed');
if (!existsSync(program)) fail('examples/src/start.ts is missing: there is nothing to start');
const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
process.exitCode = status ?? 1;

/**
 * @param {string} why
 * @returns {never}
 */
function fail(why) {
  console.error(why);
  process.exit(1);
}
