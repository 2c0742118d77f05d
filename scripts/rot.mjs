// `npm run rot`: every object and log segment of a small database cut short at every length and with each bit turned over. Each case has to answer rightly
// or to name the damage. Takes minutes; a seeded share of it is among the tests. `npm run rot -- <part of an object's name>` does only those objects.
// The kernels have to be built (`npm run build`).

import { nameOf, Sweep } from '../packages/core/test/rot/sweep.ts';

const MS_BETWEEN_LINES = 10_000;
const MOST_FAILURES = 50;

const [part = ''] = process.argv.slice(2);
const sweep = await Sweep.create();
const damages = sweep.damages().filter(({ object }) => object.includes(part));
const start = Date.now();
let tried = 0;
let lastLine = start;

console.log(`${damages.length} cases, Node ${process.version}`);
const { harmless, failures } = await sweep.run(damages, (damage) => {
  if (Date.now() - lastLine >= MS_BETWEEN_LINES) {
    lastLine = Date.now();
    console.log(`${tried} of ${damages.length}, now ${nameOf(damage)}`);
  }
  tried++;
});
for (const failure of failures.slice(0, MOST_FAILURES)) console.log(failure);
const seconds = Math.round((Date.now() - start) / 1000);
console.log(`${tried} cases in ${seconds} s: ${failures.length} failed, ${harmless} were harmless`);
process.exitCode = failures.length > 0 || tried === 0 ? 1 : 0;
