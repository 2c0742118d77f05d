// The process is killed when its log is full: how long opening takes, and whether everything that had been acknowledged is there.

import { ENTRY_BYTES, Workload } from '../workload/workload.ts';
import type { Bench, Scenario } from './scenario.ts';
import { fill } from './steps.ts';

/** Fills a memtable of a quarter of the usual memory almost, and no peer's log twice. */
const LOG_BYTES = 7_000_000;

export const crash: Scenario = {
  name: 'crash',
  title: 'open after kill -9',
  stages: [
    { ends: 'killed', run: fillLog },
    { ends: 'normally', run: openAgain },
  ],
};

function workloadOf({ sizes }: Bench): Workload {
  return new Workload(Math.floor(Math.min(LOG_BYTES / ENTRY_BYTES, sizes.entries)), sizes.seed);
}

async function fillLog(bench: Bench): Promise<void> {
  const workload = workloadOf(bench);
  const database = await bench.peer.open(bench.folder, { durability: 'buffered', memoryBytes: bench.sizes.memoryBytes });
  await fill(database, workload, 0, workload.count);
}

async function openAgain(bench: Bench): Promise<void> {
  const workload = workloadOf(bench);
  const start = performance.now();
  const database = await bench.peer.open(bench.folder, { durability: 'buffered', memoryBytes: bench.sizes.memoryBytes });
  workload.check(workload.key(0), database.getSync(workload.key(0)));
  bench.report('open after kill -9, full log', 'ms', performance.now() - start);
  let lost = 0;
  for (let i = 0; i < workload.count; i++) if (database.getSync(workload.key(i)) === undefined) lost++;
  bench.report('acknowledged entries lost', 'entries', lost);
  await database.close();
}
