// Opening the large database in a process that knows nothing of it: how long it takes, how many requests, and how many of these wait for each other.

import { open, openReader } from '@varve/core';
import { Workload } from '../workload/workload.ts';
import type { CloudBench } from './job.ts';
import { inARow, logRequests } from './request-log.ts';
import { storeAt } from './varve.ts';

/** So far away is the service while rows are counted: everything else is short beside it. */
const FAR_MS = 100;

export async function openings(bench: CloudBench): Promise<void> {
  const workload = new Workload(bench.sizes.largeEntries, bench.sizes.seed);
  const key = workload.key(0);
  const readFirst = async (): Promise<void> => {
    const reader = await openReader(storeAt(bench.gateway, bench.place), { follow: false });
    workload.check(key, await reader.get(key));
    await reader.close();
  };
  const claim = async (): Promise<void> => {
    const db = await open(storeAt(bench.gateway, bench.place));
    workload.check(key, await db.get(key));
    await db.close();
  };
  for (const [name, work] of [
    ["reader's open to first get", readFirst],
    ["writer's claim to first get", claim],
  ] as const) {
    const start = performance.now();
    const all = await logRequests(work);
    bench.report(name, 'ms', performance.now() - start);
    bench.report(`${name}: requests`, 'requests', all.length);
    const row = inARow(await logRequests(work, FAR_MS));
    bench.report(`${name}: requests in a row`, 'requests', row.length);
    console.error(`${name}:\n${row.map(({ what }) => `  ${what}`).join('\n')}`);
  }
}
