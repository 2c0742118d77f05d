// Group commits of 64 writers against plain PUTs of as many bytes, in turns.

import { open } from '@varve/core';
import { requestsSince } from '@varve/core/requests';
import { median } from '../results.ts';
import { Workload } from '../workload/workload.ts';
import { during } from './at-once.ts';
import type { CloudBench } from './job.ts';
import { PlainRequests } from './plain-requests.ts';
import { storeAt } from './varve.ts';

const WRITERS = 64;
const TURNS = 5;

export async function groupCommits(bench: CloudBench): Promise<void> {
  const { gateway, place, sizes } = bench;
  const db = await open(storeAt(gateway, place));
  const plain = new PlainRequests(gateway);
  const workload = new Workload(1_000_000, sizes.seed);
  await db.idle();
  let next = 0;
  let plainPuts = 0;
  const waits: number[] = [];
  const puts: number[] = [];
  const before = db.stats().requests!;
  const put = async (): Promise<void> => {
    const i = next++;
    const start = performance.now();
    await db.put(workload.key(i), workload.value(i));
    waits.push(performance.now() - start);
  };
  for (let turn = 0; turn < TURNS; turn++) {
    await during(sizes.seconds / TURNS, WRITERS, put);
    const { put: sent } = requestsSince(before, db.stats().requests!);
    const body = new Uint8Array(Math.round(sent.upBytes / sent.count));
    await during(sizes.seconds / TURNS, 1, async () => {
      const start = performance.now();
      await plain.put(`${place}-plain/${plainPuts++}`, body);
      puts.push(performance.now() - start);
    });
  }
  const requests = requestsSince(before, db.stats().requests!);
  waits.sort((a, b) => a - b);
  bench.report('durable put of 64 writers, median wait', 'ms', median(waits));
  bench.report('durable put of 64 writers, 99 %', 'ms', waits[Math.floor(waits.length * 0.99)]);
  bench.report('plain PUT of as many bytes, median', 'ms', median(puts));
  bench.report('wait of a durable put : plain PUT', 'x', median(waits) / median(puts));
  bench.report('writes a PUT', 'requests', waits.length / requests.put.count);
  bench.report('PUTs a group of 64 writes', 'requests', requests.put.count / (waits.length / WRITERS));
  await db.close();
}
