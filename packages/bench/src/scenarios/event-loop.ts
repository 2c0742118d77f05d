// How long others wait while a database is filled: the loop gives way after every batch, as a server would.

import { setImmediate as giveWay } from 'node:timers/promises';
import { loopDelayDuring } from '../measure/loop-delay.ts';
import { Workload } from '../workload/workload.ts';
import { scenario, secondsOf, withDatabase } from './scenario.ts';
import { fill } from './steps.ts';

const TIMES_ENTRIES = 5;

export const eventLoop = scenario('loop', 'event loop during a fill of five times the entries', async (bench) => {
  const workload = new Workload(bench.sizes.entries * TIMES_ENTRIES, bench.sizes.seed);
  await withDatabase(bench, 'buffered', async (database) => {
    const seconds = await secondsOf(async () => {
      const delay = await loopDelayDuring(() => fill(database, workload, 0, workload.count, giveWay));
      bench.report('timer late during a fill, median', 'ms', delay.median);
      bench.report('timer late during a fill, 99 %', 'ms', delay.p99);
      bench.report('timer late during a fill, longest', 'ms', delay.longest);
    });
    bench.report('fill random, giving way after each batch', '/s', workload.count / seconds);
  });
});
