// A load of many entries, and what it costs: bytes and requests.

import { open, type BytesLike } from '@varve/core';
import { priceOf, R2_PRICES, requestsSince, S3_PRICES } from '@varve/core/requests';
import { ENTRY_BYTES, Workload } from '../workload/workload.ts';
import type { CloudBench } from './job.ts';
import { storeAt } from './varve.ts';

const BATCH = 1000;
const MEMORY_BYTES = 64 * 2 ** 20;

interface Target {
  batch(): { put(key: BytesLike, value: BytesLike): unknown };
  write(batch: never, options: { durability: 'memory' | 'synced' }): Promise<unknown>;
}

/** In batches, in random order; done when all of it is durable. */
export async function load<T extends Target>(db: T, workload: Workload): Promise<void> {
  for (let from = 0; from < workload.count; from += BATCH) {
    const batch = db.batch();
    const to = Math.min(workload.count, from + BATCH);
    for (let i = from; i < to; i++) batch.put(workload.key(i), workload.value(i));
    await db.write(batch as never, { durability: to === workload.count ? 'synced' : 'memory' });
  }
}

export async function countedLoad(bench: CloudBench): Promise<void> {
  const { loadEntries, seed } = bench.sizes;
  const workload = new Workload(loadEntries, seed);
  const db = await open(storeAt(bench.gateway, bench.place), { memoryBudgetBytes: MEMORY_BYTES });
  const before = db.stats().requests!;
  const start = performance.now();
  await load(db, workload);
  bench.report('load', '/s', loadEntries / ((performance.now() - start) / 1000));
  await db.idle();
  const requests = requestsSince(before, db.stats().requests!);
  const upBytes = Object.values(requests).reduce((sum, { upBytes }) => sum + upBytes, 0);
  bench.report('entries and keys', 'MB', (loadEntries * ENTRY_BYTES) / 1e6);
  bench.report('bytes sent', 'MB', upBytes / 1e6);
  bench.report('bytes received', 'MB', Object.values(requests).reduce((sum, { downBytes }) => sum + downBytes, 0) / 1e6);
  bench.report('write amplification', 'x', upBytes / (loadEntries * ENTRY_BYTES));
  for (const [kind, { count }] of Object.entries(requests)) bench.report(`requests: ${kind}`, 'requests', count);
  bench.report('price of the requests on S3', '$', priceOf(requests, S3_PRICES));
  bench.report('price of the requests on R2', '$', priceOf(requests, R2_PRICES));
  await db.close();
}
