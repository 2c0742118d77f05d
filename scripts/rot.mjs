// `npm run rot`: every object and log segment of a small database cut short at every length, with each bit turned over, and with every word a lie under right
// checksums. Each case has to answer rightly or to name the damage. Takes minutes; a seeded share of it is among the tests.
// `npm run rot -- <part of an object's name>` does only those objects. The kernels have to be built (`npm run build`).

import { wordLies, wrongWithLie } from '../packages/core/test/rot/lies.ts';
import { nameOf, Sweep } from '../packages/core/test/rot/sweep.ts';

const MS_BETWEEN_LINES = 10_000;
const MOST_FAILURES = 50;

const [part = ''] = process.argv.slice(2);
const sweep = await Sweep.create();
const damages = sweep.damages(part);
/** The same sample with another end of its log: only that is damaged. */
const others = await Promise.all(
  /** @type {const} */ (['unsynced', 'rolled']).map(async (ending) => {
    const other = await Sweep.create(ending);
    return { other, logDamages: other.damages('wal/').filter(({ object }) => object.includes(part)) };
  }),
);
const lies = (await wordLies(sweep.sample.image)).filter(({ object }) => object.includes(part));
const cases = others.reduce((sum, { logDamages }) => sum + logDamages.length, damages.length) + lies.length;
const start = Date.now();
/** @type {string[]} */
const failures = [];
let tried = 0;
let lastLine = start;

console.log(`${cases - lies.length} cuts and flips, ${lies.length} lies, Node ${process.version}`);
const report = await sweep.run(damages, (damage) => begin(nameOf(damage)));
failures.push(...report.failures);
let harmless = report.harmless;
for (const { other, logDamages } of others) {
  const more = await other.run(logDamages, (damage) => begin(nameOf(damage)));
  failures.push(...more.failures);
  harmless += more.harmless;
}
for (const lie of lies) {
  begin(`object=${lie.object} at=${lie.at} word=${lie.word}`);
  const wrong = await wrongWithLie(sweep.sample.image, lie, sweep.keys);
  if (wrong !== undefined) failures.push(wrong);
}
for (const failure of failures.slice(0, MOST_FAILURES)) console.log(failure);
const seconds = Math.round((Date.now() - start) / 1000);
console.log(`${tried} cases in ${seconds} s: ${failures.length} failed, ${harmless} of the cuts and flips were harmless`);
process.exitCode = failures.length > 0 || tried === 0 ? 1 : 0;

/** @param {string} what */
function begin(what) {
  if (Date.now() - lastLine >= MS_BETWEEN_LINES) {
    lastLine = Date.now();
    console.log(`${tried} of ${cases}, now ${what}`);
  }
  tried++;
}
