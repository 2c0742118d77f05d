// A database far larger than the memory that it may use: opening, memory, random reads. The system's page cache holds what it likes.

import { folderBytes } from '../measure/folder.ts';
import { peakResidentBytes } from '../measure/process-facts.ts';
import { Workload } from '../workload/workload.ts';
import { type Bench, rate, type Scenario, withDatabase } from './scenario.ts';
import { fill, getEachSync } from './steps.ts';

const READS = 200_000;

export const large: Scenario = {
  name: 'large',
  title: 'a database of 2 GiB with 64 MiB of memory',
  stages: [
    { ends: 'normally', run: build },
    { ends: 'normally', run: reopen },
    { ends: 'normally', run: use },
  ],
};

async function build(bench: Bench): Promise<void> {
  const workload = new Workload(bench.sizes.largeEntries, bench.sizes.seed);
  await withDatabase(bench, 'buffered', async (database) => {
    await rate(bench, 'large: fill random', workload.count, () => fill(database, workload, 0, workload.count));
    await database.settle();
  });
  bench.report('large: size on disk', 'MB', folderBytes(bench.folder) / 1e6);
}

/** In a process that holds nothing else: collecting the garbage of 200,000 questions would count as opening. */
async function reopen(bench: Bench): Promise<void> {
  const workload = new Workload(bench.sizes.largeEntries, bench.sizes.seed);
  const start = performance.now();
  await withDatabase(bench, 'buffered', async (database) => {
    workload.check(workload.key(0), database.getSync(workload.key(0)));
    bench.report('large: open after a clean close, first get', 'ms', performance.now() - start);
  });
}

async function use(bench: Bench): Promise<void> {
  const workload = new Workload(bench.sizes.largeEntries, bench.sizes.seed);
  const readings = workload.readings(READS, bench.sizes.seed + 1);
  const before = peakResidentBytes();
  await withDatabase(bench, 'buffered', async (database) => {
    await rate(bench, 'large: get, first pass', READS, () => getEachSync(database, readings));
    await rate(bench, 'large: get, same keys again', READS, () => getEachSync(database, readings));
    bench.report('large: peak memory above the harness', 'MB', (peakResidentBytes() - before) / 1e6);
  });
}
