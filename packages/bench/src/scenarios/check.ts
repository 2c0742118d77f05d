// Not a measurement: each driver does what the scenarios rely on. One that did less would be measured as fast.

import { keyText, type PeerDatabase } from '../peers/peer.ts';
import { Workload } from '../workload/workload.ts';
import { type Bench, scenario } from './scenario.ts';
import { fill, getEachAwaited, getEachSync, getAbsent, getInHundreds, putEach, scanAll, seekTens } from './steps.ts';

const ENTRIES = 2000;

export const check = scenario('check', 'drivers do what the scenarios rely on', async (bench) => {
  for (const durability of ['buffered', 'synced'] as const) {
    await writeAndRead({ ...bench, folder: `${bench.folder}/${durability}` }, durability);
  }
});

async function writeAndRead({ peer, sizes, folder }: Bench, durability: 'buffered' | 'synced'): Promise<void> {
  const options = { durability, memoryBytes: sizes.memoryBytes };
  const workload = new Workload(ENTRIES, sizes.seed);
  const written = await peer.open(folder, options);
  await fill(written, workload, 0, ENTRIES - 100);
  await putEach(written, workload, ENTRIES - 100, ENTRIES - 20, 32);
  await putEach(written, workload, ENTRIES - 20, ENTRIES, 1);
  await written.settle();
  await written.close();

  const database = await peer.open(folder, options);
  await readEverything(database, workload, sizes.seed);
  await deleteSome(database, workload);
  await database.close();
}

async function readEverything(database: PeerDatabase, workload: Workload, seed: number): Promise<void> {
  const readings = workload.readings(ENTRIES, seed + 1);
  for (const key of readings.keys) workload.check(key, database.getSync(key));
  getEachSync(database, readings);
  getAbsent(database, readings);
  await getEachAwaited(database, readings);
  await getInHundreds(database, readings);
  await scanAll(database, workload, false);
  await scanAll(database, workload, true);
  await seekTens(database, workload.readings(100, seed + 2));
}

async function deleteSome(database: PeerDatabase, workload: Workload): Promise<void> {
  const sorted = Array.from({ length: ENTRIES }, (_, i) => workload.key(i)).sort();
  await database.deleteBatch(sorted.slice(0, 500));
  const kept = sorted.slice(500);
  for (const reverse of [false, true]) {
    const seen: string[] = [];
    await database.scan(reverse, (key) => seen.push(keyText(key)));
    if (seen.join() !== (reverse ? [...kept].reverse() : kept).join()) throw new Error('a scan does not see what is left');
  }
  if (database.getSync(sorted[0]) !== undefined) throw new Error('a deleted entry is still there');
}
