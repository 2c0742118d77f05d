// A writer whose merges a compactor does in another process: what a load costs both of them, and whether the writer notices.

import { open, type RequestStats } from '@varve/core';
import { remoteCompaction } from '@varve/core/compactor';
import { requestsSince } from '@varve/core/requests';
import { ENTRY_BYTES, Workload } from '../workload/workload.ts';
import { during } from './at-once.ts';
import { CompactorProcess } from './compactor-process.ts';
import type { CloudBench } from './job.ts';
import { load } from './loading.ts';
import { storeAt } from './varve.ts';

const MEMORY_BYTES = 64 * 2 ** 20;
const WRITERS = 64;
const CYCLES = 5;
/** Entries between measurements, in a moment: so many that there is something to merge. */
const ENTRIES_A_CYCLE = 250_000;
/** The writer waits for a compactor that is held still, and merges nothing itself meanwhile. */
const PATIENT = { claimWithinMs: 300_000, silentMs: 300_000 };
const SETTLING_MS = 250;

const upBytesOf = (requests: RequestStats): number => Object.values(requests).reduce((sum, { upBytes }) => sum + upBytes, 0);
const countOf = (requests: RequestStats): number => Object.values(requests).reduce((sum, { count }) => sum + count, 0);

export async function remoteLoad(bench: CloudBench): Promise<void> {
  const { loadEntries, seed } = bench.sizes;
  const store = storeAt(bench.gateway, bench.place);
  let [remote, own] = [0, 0];
  const db = await open(store, {
    memoryBudgetBytes: MEMORY_BYTES,
    compaction: remoteCompaction(),
    onEvent: (event) => {
      if (event.kind !== 'compaction') return;
      if (event.remote === true) remote++;
      else own++;
    },
  });
  const compactor = new CompactorProcess(bench);
  const before = db.stats().requests!;
  const start = performance.now();
  await load(db, new Workload(loadEntries, seed));
  bench.report('load beside a compactor', '/s', loadEntries / ((performance.now() - start) / 1000));
  await settled(db);
  const sent = requestsSince(before, db.stats().requests!);
  const done = await compactor.stop();
  const bytes = loadEntries * ENTRY_BYTES;
  bench.report('entries and keys', 'MB', bytes / 1e6);
  bench.report('bytes sent by the writer', 'MB', upBytesOf(sent) / 1e6);
  bench.report('bytes sent by the compactor', 'MB', upBytesOf(done.requests) / 1e6);
  bench.report('write amplification of both', 'x', (upBytesOf(sent) + upBytesOf(done.requests)) / bytes);
  bench.report('requests of the writer', 'requests', countOf(sent));
  bench.report('requests of the compactor', 'requests', countOf(done.requests));
  bench.report('merges of the compactor', 'entries', remote);
  bench.report('merges of the writer, moves included', 'entries', own);
  await db.close();
}

/** Durable puts in turns: first nobody merges, then the compactor does. */
export async function besideMerges(bench: CloudBench): Promise<void> {
  const { gateway, place, sizes } = bench;
  const options = { memoryBudgetBytes: MEMORY_BYTES, compaction: remoteCompaction(PATIENT) };
  const db = await open(storeAt(gateway, place), options);
  const compactor = new CompactorProcess(bench);
  const workload = new Workload(100_000_000, sizes.seed + 1);
  let next = 0;
  const waits = { without: [] as number[], beside: [] as number[] };
  const put = async (into: number[]): Promise<void> => {
    const i = next++;
    const start = performance.now();
    await db.put(workload.key(i), workload.value(i));
    into.push(performance.now() - start);
  };
  for (let cycle = 0; cycle < CYCLES; cycle++) {
    await settled(db);
    compactor.pause();
    await load(db, new Workload(ENTRIES_A_CYCLE, sizes.seed + 2 + cycle));
    await during(sizes.seconds / CYCLES, WRITERS, () => put(waits.without));
    compactor.resume();
    await during(sizes.seconds / CYCLES, WRITERS, () => put(waits.beside));
  }
  await settled(db);
  const { merges } = await compactor.stop();
  const [without, beside] = [waits.without, waits.beside].map((each) => each.sort((a, b) => a - b)[Math.floor(each.length * 0.99)]);
  bench.report('durable put of 64 writers, 99 %, nobody merges', 'ms', without);
  bench.report('durable put of 64 writers, 99 %, a compactor merges', 'ms', beside);
  bench.report('99 % with a compactor : without', 'x', beside / without);
  bench.report('merges meanwhile', 'entries', merges);
  await db.close();
}

/** Until the compactor has nothing left to do, as the writer sees it. */
async function settled(db: { idle(): Promise<void>; stats(): { levels: readonly { ssts: number }[] } }): Promise<void> {
  for (let same = 0, before = ''; same < 8;) {
    await db.idle();
    await new Promise((resolve) => setTimeout(resolve, SETTLING_MS));
    const now = JSON.stringify(db.stats().levels);
    same = now === before ? same + 1 : 0;
    before = now;
  }
}
