// `npm test`: the whole gate, then every test in every runtime and browser. Works in a fresh clone; needs Node 20 and npm. The last line is the sum.

import { browserSteps } from './browsers.mjs';
import { gateSteps } from './gate.mjs';
import { testSteps } from './runtimes.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

const withBrowsers = !process.argv.includes('--no-browsers');

await setUp();
const { passed, failed } = await runSteps([...gateSteps, ...testSteps, ...(withBrowsers ? browserSteps : [])]);
if (!withBrowsers) console.log('browsers were left out: --no-browsers');
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
