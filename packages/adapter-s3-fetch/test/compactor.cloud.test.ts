// A writer on a real S3 whose merges two compactors do, each with a store of its own, while it writes; one of them is stopped in the middle.

import { utf8, open, type EngineEvent } from '@varve/core';
import { openCompactor, remoteCompaction, type CompactorEvent } from '@varve/core/compactor';
import { beforeAll, expect, it } from 'vitest';
import { Bucket, storeAt } from './cloud-test-kit.ts';

const ROUNDS = 24;
const KEYS = 3000;
const OPTIONS = { keys: utf8, values: utf8, memoryBudgetBytes: 8 * 2 ** 20, sstSizeBytes: 2 ** 18 };

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('compactor');
});

it('compactors merge what a writer gives out, and nothing is lost', async () => {
  const place = bucket.freshPlace();
  const events: EngineEvent[] = [];
  const onEvent = (event: EngineEvent): void => void events.push(event);
  const db = await open(storeAt(place), { ...OPTIONS, onEvent, retainMs: 0, compaction: remoteCompaction() });
  const told: CompactorEvent[] = [];
  const stops = [new AbortController(), new AbortController()];
  const compactors = stops.map(() =>
    openCompactor(storeAt(place), { memoryBudgetBytes: 8 * 2 ** 20, onEvent: (event) => void told.push(event) }),
  );
  const running = compactors.map((compactor, i) => compactor.run({ signal: stops[i]!.signal, pollMs: 50 }));
  const truth = new Map<string, string>();
  for (let round = 0; round < ROUNDS; round++) {
    const entries = Array.from({ length: 400 }, (_, i): [string, string] => [
      `key ${(i * 7 + round * 13) % KEYS}`,
      `${round} ${i} `.repeat(40),
    ]);
    await db.putMany(entries);
    for (const [key, value] of entries) truth.set(key, value);
    await db.flush();
    if (round === ROUNDS / 2) stops[0]!.abort();
  }
  // What is out is merged by who is left.
  for (let tries = 0; tries < 100 && !told.some(({ kind }) => kind === 'merged'); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  await db.idle();
  stops[1]!.abort();
  await Promise.all(running);
  await db.idle();
  expect(told.filter(({ kind }) => kind === 'merged').length).toBeGreaterThan(0);
  expect(events.some((event) => event.kind === 'compaction' && event.remote === true)).toBe(true);
  expect(told.filter(({ kind }) => kind === 'warning')).toEqual([]);
  const sorted = [...truth].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(await db.scan().all()).toEqual(sorted);
  expect((await db.verify()).problems).toEqual([]);
  await db.close();
  const again = await open(storeAt(place), { ...OPTIONS, retainMs: 0 });
  await again.idle();
  expect(await again.scan().all()).toEqual(sorted);
  const store = storeAt(place);
  const named = again.stats().levels.reduce((sum, { ssts }) => sum + ssts, 0);
  expect(await store.list('sst/')).toHaveLength(named * 2);
  expect(await store.list('plan/')).toEqual([]);
  await again.close();
  for (const compactor of compactors) await compactor.close();
});
