// `node --conditions=source scripts/golden.mjs <generation>`: makes a new generation of golden databases in packages/core/test/golden, such as 2 for version 2
// of the format. One that is there is never made again: that today's readers read what older writers wrote is what these files are for. The kernels have
// to be built (`npm run build`), and Node has to be 22.18 or newer.

import { relative } from 'node:path';
import { checkGolden } from '../packages/core/test/golden/differences.ts';
import { makeGeneration } from '../packages/core/test/golden/generations.ts';

const [generation = ''] = process.argv.slice(2);
try {
  for (const path of await makeGeneration(generation, checkGolden)) console.log(relative('.', path));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
