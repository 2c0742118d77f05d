// A database that is far larger than the memory of who reads it, against plain requests for the same bytes, in turns.

import { open, openReader } from '@varve/core';
import { readState, sstName } from '@varve/core/inspect';
import { requestsSince } from '@varve/core/requests';
import { secondsOf } from '../scenarios/scenario.ts';
import { scramble } from '../workload/permutation.ts';
import { Workload } from '../workload/workload.ts';
import { atOnce } from './at-once.ts';
import type { CloudBench } from './job.ts';
import { load } from './loading.ts';
import { PlainRequests } from './plain-requests.ts';
import { storeAt } from './varve.ts';

const MEMORY_BYTES = 64 * 2 ** 20;
const AT_ONCE = 64;
const TURNS = 5;
const GETS_A_TURN = 2000;
/** Reads before anything is measured: so many meet every partition of the index. */
const FIRST_GETS = 2000;
const PIECE_BYTES = 2 ** 20;
const PIECES_AT_ONCE = 8;

export async function buildLarge(bench: CloudBench): Promise<void> {
  const db = await open(storeAt(bench.gateway, bench.place), { memoryBudgetBytes: MEMORY_BYTES });
  await load(db, new Workload(bench.sizes.largeEntries, bench.sizes.seed));
  // Readers see what is flushed.
  await db.flush();
  await db.idle();
  await db.close();
}

/** Stored blocks of the database, as a plain request would ask for them. */
interface StoredObject {
  readonly key: string;
  readonly size: number;
}

/** Those that the newest version names: what merges have replaced lies beside them for a while. */
async function dataObjects({ gateway, place }: CloudBench): Promise<StoredObject[]> {
  const state = await readState(storeAt(gateway, place));
  return [...state!.version.ssts()].map(({ id, dataBytes }) => ({ key: `${place}/${sstName(id)}`, size: dataBytes }));
}

export async function uncachedGets(bench: CloudBench): Promise<void> {
  const { largeEntries, seed } = bench.sizes;
  const readings = new Workload(largeEntries, seed).readings(FIRST_GETS + TURNS * GETS_A_TURN, seed + 1);
  const reader = await openReader(storeAt(bench.gateway, bench.place), { memoryBudgetBytes: MEMORY_BYTES, follow: false });
  const get = async (i: number): Promise<void> => readings.glance(i, await reader.get(readings.keys[i]));
  await atOnce(FIRST_GETS, AT_ONCE, get);
  const plain = new PlainRequests(bench.gateway);
  const objects = await dataObjects(bench);
  let [ours, theirs] = [0, 0];
  const before = reader.stats();
  for (let turn = 0; turn < TURNS; turn++) {
    ours += await secondsOf(() => atOnce(GETS_A_TURN, AT_ONCE, (i) => get(FIRST_GETS + turn * GETS_A_TURN + i)));
    const { blocks, partitions, bytes } = reader.stats().loads;
    const length = Math.round(bytes / (blocks + partitions));
    theirs += await secondsOf(() =>
      atOnce(GETS_A_TURN, AT_ONCE, async (i) => {
        const at = scramble(seed + turn * GETS_A_TURN + i) >>> 0;
        const { key, size } = objects[at % objects.length];
        await plain.getRange(key, at % Math.max(1, size - length), Math.min(length, size));
      }),
    );
  }
  const gets = TURNS * GETS_A_TURN;
  const after = reader.stats();
  bench.report('uncached random gets, 64 in flight', '/s', gets / ours);
  bench.report('plain ranged GETs of as many bytes, 64 in flight', '/s', gets / theirs);
  bench.report('uncached gets : plain ranged GETs', 'x', theirs / ours);
  bench.report('data requests a get', 'requests', (after.loads.blocks - before.loads.blocks) / gets);
  bench.report('all requests a get', 'requests', requestsSince(before.requests!, after.requests!).get.count / gets);
  await reader.close();
}

export async function scanLimit(bench: CloudBench): Promise<void> {
  const objects = await dataObjects(bench);
  const plain = new PlainRequests(bench.gateway);
  const pieces = objects.flatMap(({ key, size }) =>
    Array.from({ length: Math.ceil(size / PIECE_BYTES) }, (_, i) => ({
      key,
      from: i * PIECE_BYTES,
      length: Math.min(PIECE_BYTES, size - i * PIECE_BYTES),
    })),
  );
  const megabytes = objects.reduce((sum, { size }) => sum + size, 0) / 1e6;
  const ranges = (): Promise<void> =>
    atOnce(pieces.length, PIECES_AT_ONCE, async (i) => void (await plain.getRange(pieces[i].key, pieces[i].from, pieces[i].length)));
  const scan = async (): Promise<void> => {
    const reader = await openReader(storeAt(bench.gateway, bench.place), { memoryBudgetBytes: MEMORY_BYTES, follow: false });
    let count = 0;
    for await (const batch of reader.scan().batches()) count += batch.length;
    if (count !== bench.sizes.largeEntries) throw new Error(`a scan saw ${count} entries`);
    await reader.close();
  };
  const seconds = { scan: 0, ranges: 0 };
  for (let turn = 0; turn < 2; turn++) {
    seconds.ranges += await secondsOf(ranges);
    seconds.scan += await secondsOf(scan);
  }
  bench.report('scan of the large database', 'MB/s', (2 * megabytes) / seconds.scan);
  bench.report('plain GETs of the same bytes, 8 in flight', 'MB/s', (2 * megabytes) / seconds.ranges);
  bench.report('scan : plain parallel GETs', 'x', seconds.ranges / seconds.scan);
}
