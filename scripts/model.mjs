// `npm run model -- <from> <to> [steps] [sync|async|late]`: random lives of a database against a model of it, one a seed and kind of store. A failure
// tells its seed; the same seed lives the same life again. A short share is among the tests. The kernels have to be built (`npm run build`).

import { runModel } from '../packages/simulator/src/lives/run.ts';

/** @typedef {import('../packages/simulator/src/lives/run.ts').StoreManner} StoreManner */

const [from = '1', to = '50', steps = '300', manner] = process.argv.slice(2);
const manners = /** @type {StoreManner[]} */ (manner === undefined ? ['sync', 'async', 'late'] : [manner]);
const start = Date.now();
let lives = 0;
let failed = 0;

for (let seed = Number(from); seed <= Number(to); seed++) {
  for (const each of manners) {
    // A life that stands still ends the process: nothing would ever end it.
    const alarm = setTimeout(() => {
      console.log(`seed=${seed} store=${each}: no end after a minute`);
      process.exit(1);
    }, 60_000);
    try {
      await runModel(seed, Number(steps), each);
    } catch (error) {
      failed++;
      console.log(String(error));
    }
    clearTimeout(alarm);
    lives++;
  }
}
console.log(`${lives} lives of ${steps} steps in ${Math.round((Date.now() - start) / 1000)} s: ${failed} failed, Node ${process.version}`);
process.exitCode = failed > 0 || lives === 0 ? 1 : 0;
