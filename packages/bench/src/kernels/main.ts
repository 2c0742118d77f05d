// `npm run bench:kernels`: what the hot loops reach on this machine, without files and without a database around them.

import { thisMachine } from '../report/machine.ts';
import { Workload } from '../workload/workload.ts';
import { checksums } from './checksums.ts';
import { codecs } from './codecs.ts';
import type { Measurement } from './measurement.ts';
import { memtables } from './memtables.ts';
import { merges } from './merges.ts';

const ENTRIES = 300_000;
const SEED = 1;

const { processor, node } = thisMachine();
console.log(`${processor}, Node ${node}, seed ${SEED}\n`);
const workload = new Workload(ENTRIES, SEED);
show(checksums(workload));
show(memtables(workload));
show(merges(workload));
show(codecs());

function show(measurements: readonly Measurement[]): void {
  for (const { name, value, unit } of measurements) {
    console.log(`${name.padEnd(44)}${value.toFixed(value < 100 ? 2 : 0).padStart(10)} ${unit}`);
  }
  console.log();
}
