// One put a commit, awaited one by one and 64 at a time, buffered and synced.

import { Workload } from '../workload/workload.ts';
import { rate, scenario, withDatabase } from './scenario.ts';
import { getEachSync, putEach } from './steps.ts';

const AT_ONCE = 64;
/** Synced puts wait for the disk: a small share of the entries is enough. */
const SYNCED_SHARE = 1 / 500;
const SYNCED_AT_ONCE_SHARE = 1 / 10;

export const bufferedPuts = scenario('puts', 'one put a commit, buffered', async (bench) => {
  const { entries, seed } = bench.sizes;
  const workload = new Workload(entries, seed);
  const half = Math.floor(entries / 4);
  await withDatabase(bench, 'buffered', async (database) => {
    await rate(bench, 'put one by one, buffered', half, () => putEach(database, workload, 0, half, 1));
    await rate(bench, 'put 64 at once, buffered', entries - half, () => putEach(database, workload, half, entries, AT_ONCE));
    getEachSync(database, workload.readings(Math.ceil(entries / 10), seed + 1));
  });
});

export const syncedPuts = scenario('synced', 'one put a commit, synced', async (bench) => {
  const alone = Math.ceil(bench.sizes.entries * SYNCED_SHARE);
  const together = Math.ceil((bench.sizes.entries * SYNCED_AT_ONCE_SHARE) / AT_ONCE) * AT_ONCE;
  const workload = new Workload(alone + together, bench.sizes.seed);
  await withDatabase(bench, 'synced', async (database) => {
    await rate(bench, 'put one by one, synced', alone, () => putEach(database, workload, 0, alone, 1));
    await rate(bench, 'put 64 at once, synced', together, () => putEach(database, workload, alone, alone + together, AT_ONCE));
    getEachSync(database, workload.readings(workload.count, bench.sizes.seed + 1));
  });
});
