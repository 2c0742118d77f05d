// `npm test`: the whole gate, then every test in every runtime. Works in a fresh clone; needs Node 20 and npm. The last line is the sum.

import { gateSteps } from './gate.mjs';
import { testSteps } from './runtimes.mjs';
import { setUp } from './setup.mjs';
import { runSteps } from './steps.mjs';

await setUp();
const { passed, failed } = await runSteps([...gateSteps, ...testSteps]);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
