// The same with a tenth of the entries and with all of them, and how many bytes each byte costs to write.

import { writtenBytes } from '../measure/process-facts.ts';
import { ENTRY_BYTES, Workload } from '../workload/workload.ts';
import type { Bench, Scenario, Stage } from './scenario.ts';
import { rate, withDatabase } from './scenario.ts';
import { fill, getEachSync, scanAll } from './steps.ts';

const TIMES = 10;

export const scaling: Scenario = {
  name: 'scaling',
  title: 'ten times the entries',
  stages: [stage(1, 'small'), stage(TIMES, 'large')],
};

function stage(times: number, folder: string): Stage {
  return {
    ends: 'normally',
    run: (bench) => fillAndRead({ ...bench, folder: `${bench.folder}/${folder}` }, times),
  };
}

/** Both sizes read as often and hold as many keys: else the small one would be done before the garbage of its reads is first collected. */
async function fillAndRead(bench: Bench, times: number): Promise<void> {
  const tenth = Math.floor(bench.sizes.entries / 5);
  const workload = new Workload(tenth * times, bench.sizes.seed);
  const before = writtenBytes();
  await withDatabase(bench, 'buffered', async (database) => {
    await rate(bench, `fill random, ${times}x`, workload.count, () => fill(database, workload, 0, workload.count));
    await database.settle();
    const after = writtenBytes();
    if (before !== undefined && after !== undefined) {
      bench.report(`bytes written a byte filled, ${times}x`, 'x', (after - before) / (workload.count * ENTRY_BYTES));
    }
    const readings = workload.readings(TIMES * tenth, bench.sizes.seed + 1);
    getEachSync(database, readings);
    await rate(bench, `get, present, ${times}x`, readings.keys.length, () => getEachSync(database, readings));
    const scans = TIMES / times;
    await rate(bench, `scan forward, ${times}x`, scans * workload.count, async () => {
      for (let scan = 0; scan < scans; scan++) await scanAll(database, workload, false);
    });
  });
}
