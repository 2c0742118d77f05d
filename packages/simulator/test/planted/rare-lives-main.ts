// Lives of one kind of rare lives, from a seed on, until something is wrong.

import { live } from '../../src/sim/live.ts';
import { RARE_LIVES, type RareLife } from '../../src/sim/rare-lives.ts';

const SEEDS = 60;
const make = RARE_LIVES[process.argv[2] as RareLife];
const from = Number(process.argv[3]);

for (let seed = from; seed < from + SEEDS && !process.exitCode; seed++) {
  try {
    await live(make(seed));
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
