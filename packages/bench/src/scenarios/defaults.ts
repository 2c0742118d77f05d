// A fill of databases that nobody has tuned: each with the buffers and caches that it takes by itself, as most programs use them.

import { Workload } from '../workload/workload.ts';
import { rate, scenario } from './scenario.ts';
import { fill, getEachSync } from './steps.ts';

export const defaults = scenario('defaults', 'fill, every database as it comes', async (bench) => {
  const workload = new Workload(bench.sizes.entries, bench.sizes.seed);
  const database = await bench.peer.open(bench.folder, { durability: 'buffered', memoryBytes: undefined });
  await rate(bench, 'fill random, batches of 1000, as they come', workload.count, () => fill(database, workload, 0, workload.count));
  getEachSync(database, workload.readings(Math.ceil(workload.count / 20), bench.sizes.seed + 1));
  await database.close();
});
