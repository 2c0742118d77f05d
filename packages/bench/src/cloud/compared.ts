// What is compared with the peer: the same entries, written, read and scanned by each on the same service.

import { loadCloudPeer, type CloudDatabase } from './cloud-peer.ts';
import { atOnce, during } from './at-once.ts';
import type { CloudBench } from './job.ts';
import { Workload } from '../workload/workload.ts';

const BATCH = 1000;
const GETS = 50_000;
const AT_ONCE = 64;

async function withOpen(bench: CloudBench, work: (database: CloudDatabase, openMs: number) => Promise<void>): Promise<void> {
  const peer = await loadCloudPeer(bench.peer);
  const start = performance.now();
  const database = await peer.open(bench.gateway, bench.place);
  await work(database, performance.now() - start);
  await database.close();
}

/** In batches, in random order; over when all of it is durable. */
export async function bulkLoad(bench: CloudBench): Promise<void> {
  const { entries, seed } = bench.sizes;
  const workload = new Workload(entries, seed);
  await withOpen(bench, async (database) => {
    const start = performance.now();
    for (let from = 0; from < entries; from += BATCH) {
      const to = Math.min(entries, from + BATCH);
      const indexes = Array.from({ length: to - from }, (_, i) => from + i);
      await database.putBatch(
        indexes.map((i) => workload.key(i)),
        indexes.map((i) => workload.value(i)),
        to === entries,
      );
    }
    bench.report('bulk load, batches of 1000', '/s', entries / ((performance.now() - start) / 1000));
  });
}

export async function coldReads(bench: CloudBench): Promise<void> {
  const { entries, seed } = bench.sizes;
  const workload = new Workload(entries, seed);
  const readings = workload.readings(Math.min(GETS, entries), seed + 1);
  await withOpen(bench, async (database, openMs) => {
    bench.report('cold open', 'ms', openMs);
    const start = performance.now();
    await atOnce(readings.keys.length, AT_ONCE, async (i) => readings.glance(i, await database.get(readings.keys[i])));
    bench.report('random gets, 64 in flight', '/s', readings.keys.length / ((performance.now() - start) / 1000));
  });
}

export async function coldScan(bench: CloudBench): Promise<void> {
  const { entries } = bench.sizes;
  await withOpen(bench, async (database) => {
    const start = performance.now();
    const seen = await database.scan();
    if (seen !== entries) throw new Error(`a scan saw ${seen} of ${entries} entries`);
    bench.report('full scan', '/s', entries / ((performance.now() - start) / 1000));
  });
}

export async function durablePuts(bench: CloudBench): Promise<void> {
  const workload = new Workload(1_000_000, bench.sizes.seed);
  let next = 0;
  await withOpen(bench, async (database) => {
    const put = async (): Promise<void> => {
      const i = next++;
      await database.put(workload.key(i), workload.value(i));
    };
    const many = await during(bench.sizes.seconds, AT_ONCE, put);
    bench.report('durable put, 64 writers', '/s', many.count / many.seconds);
    const single = await during(bench.sizes.seconds, 1, put);
    bench.report('durable put, one by one', 'ms', (single.seconds * 1000) / single.count);
  });
}
