// One database through a whole life: filled in random order, read cold and warm, scanned, measured on disk, emptied in part.

import { setTimeout as sleep } from 'node:timers/promises';
import { quietFolderBytes } from '../measure/folder.ts';
import type { PeerDatabase } from '../peers/peer.ts';
import { type Readings, Workload } from '../workload/workload.ts';
import { type Bench, rate, scenario, withDatabase } from './scenario.ts';
import { deleteFirst, fill, getAbsent, getEachAwaited, getEachSync, getInHundreds, scanAll, seekTens } from './steps.ts';

const WARM_PASSES = 3;
/** Every database gets a pause in which nobody asks it anything: what it does with it is its own affair. */
const PAUSE_MS = 2000;

export const load = scenario('load', 'fill, read, scan, delete', async (bench) => {
  const workload = new Workload(bench.sizes.entries, bench.sizes.seed);
  const all = workload.readings(workload.count, bench.sizes.seed + 1);
  await withDatabase(bench, 'buffered', async (database) => {
    await rate(bench, 'fill random, batches of 1000', workload.count, () => fill(database, workload, 0, workload.count));
    await pointReads(bench, database, all, workload.readings(Math.ceil(workload.count / 5), bench.sizes.seed + 2));
    await ranges(bench, database, workload);
    await database.settle();
    bench.report('size on disk, settled', 'B/entry', (await quietFolderBytes(bench.folder)) / workload.count);
    await rate(bench, 'get, present, settled', workload.count, () => getEachSync(database, all));
    const deleted = Math.floor(workload.count / 5);
    await rate(bench, 'delete random, batches of 1000', deleted, () => deleteFirst(database, workload, deleted));
  });
});

async function pointReads(bench: Bench, database: PeerDatabase, all: Readings, some: Readings): Promise<void> {
  await rate(bench, 'get, first pass after the fill', some.keys.length, () => getEachSync(database, some));
  await sleep(PAUSE_MS);
  for (let pass = 0; pass < WARM_PASSES; pass++) {
    await rate(bench, 'get, present, warm', all.keys.length, () => getEachSync(database, all));
  }
  await rate(bench, 'get, absent', all.absentKeys.length, () => getAbsent(database, all));
  await rate(bench, 'await get', some.keys.length, () => getEachAwaited(database, some));
  await rate(bench, 'getMany of 100', some.keys.length, () => getInHundreds(database, some));
}

async function ranges(bench: Bench, database: PeerDatabase, workload: Workload): Promise<void> {
  const seeks = workload.readings(Math.ceil(workload.count / 50), bench.sizes.seed + 3);
  for (let pass = 0; pass < 2; pass++) {
    await rate(bench, 'scan forward', workload.count, () => scanAll(database, workload, false));
    await rate(bench, 'scan backward', workload.count, () => scanAll(database, workload, true));
    await rate(bench, 'seek + 10 entries, warm', seeks.keys.length, () => seekTens(database, seeks));
  }
}
