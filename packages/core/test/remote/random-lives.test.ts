// Random lives of a writer and several compactors on one store: writes, snapshots, restarts, take-overs, compactors that die, stop and go on, calls that
// fail, time that passes in leaps. At the end and in between every acknowledged value is there, and nothing is left over.

import { memoryStore, seededRandom, StorageError, type MemoryCall, type MemoryFault, type MemoryStore, type Random } from '@varve/core';
import { expect, it } from 'vitest';
import { stoppingAt } from './mishaps.ts';
import {
  addRuns,
  keyOf,
  openWorker,
  openWriter,
  orphans,
  planObjects,
  settled,
  sorted,
  TestClock,
  type Worker,
  type Writer,
} from './remote-test-kit.ts';

const STEPS = 60;
const KEYS = 400;

interface Life {
  readonly random: Random;
  readonly store: MemoryStore;
  readonly clock: TestClock;
  readonly truth: Map<string, string>;
  readonly sleepers: { goOn(): void; readonly ended: Promise<unknown> }[];
  writer: Writer;
  workers: Worker[];
  step: number;
}

const below = (random: Random, n: number): number => random.uint32() % n;

/** Calls that fail now and then, before or after their effect. A compactor may meet that at any time. */
function flaky({ store, random }: Life): MemoryStore {
  const fault = ({ operation }: MemoryCall): MemoryFault | undefined => {
    if (operation === 'lock' || below(random, 40) !== 0) return undefined;
    return { when: below(random, 2) === 0 ? 'before' : 'after', error: new StorageError('UNAVAILABLE', 'no answer') };
  };
  return below(random, 2) === 0 ? store.share({ fault }) : store.share({ sync: false, fault });
}

const newWorker = (life: Life): Worker => openWorker(below(life.random, 2) === 0 ? flaky(life) : life.store.share(), life.clock);

async function write({ writer, truth, random, step }: Life): Promise<void> {
  for (let i = 0; i < 40; i++) {
    const key = keyOf(below(random, KEYS));
    if (below(random, 5) === 0) {
      await writer.db.delete(key);
      truth.delete(key);
    } else {
      const value = `${step} ${i} `.repeat(1 + below(random, 60));
      await writer.db.put(key, value);
      truth.set(key, value);
    }
  }
  await writer.db.flush();
}

async function restart(life: Life): Promise<void> {
  // Closed, or left to itself and overtaken.
  if (below(life.random, 2) === 0) await life.writer.db.close();
  life.writer = await openWriter(below(life.random, 2) === 0 ? life.store.share() : life.store.share({ sync: false }), life.clock);
}

const STEPS_OF_LIFE: [number, (life: Life) => Promise<unknown>][] = [
  [30, write],
  [12, async ({ workers, random }) => workers[below(random, workers.length)]!.compactor.runOnce().catch(() => undefined)],
  [5, async ({ workers }) => Promise.all(workers.map(({ compactor }) => compactor.runOnce().catch(() => undefined)))],
  [8, async ({ clock, random }) => clock.pass(below(random, 4000))],
  [8, async ({ writer, clock }) => settled(writer, clock)],
  [2, restart],
  [1, async ({ writer }) => writer.db.compact()],
  [2, async (life) => (life.workers[below(life.random, life.workers.length)] = newWorker(life))],
  [4, fallAsleep],
  [2, async ({ sleepers, random }) => sleepers[below(random, sleepers.length)]?.goOn()],
  [3, lookBack],
];

/** A compactor stops in the middle of a plan, to go on some time later. */
async function fallAsleep({ store, clock, random, sleepers }: Life): Promise<void> {
  const stopping = stoppingAt(store, 1 + below(random, 60));
  const ended = openWorker(stopping.store, clock)
    .compactor.runOnce()
    .catch(() => undefined);
  sleepers.push({ goOn: () => stopping.goOn(), ended });
  await Promise.race([stopping.stopped, ended]);
}

async function lookBack(life: Life): Promise<void> {
  const snapshot = life.writer.db.snapshot();
  const then = sorted(life.truth);
  const { writer } = life;
  await write(life);
  await life.workers[0]!.compactor.runOnce().catch(() => undefined);
  await settled(writer, life.clock);
  expect(await snapshot.scan().all()).toEqual(then);
  snapshot.close();
}

function draw(random: Random): (life: Life) => Promise<unknown> {
  let left = below(
    random,
    STEPS_OF_LIFE.reduce((sum, [weight]) => sum + weight, 0),
  );
  return STEPS_OF_LIFE.find(([weight]) => (left -= weight) < 0)![1];
}

async function check({ writer, truth }: Life): Promise<void> {
  expect(await writer.db.scan().all()).toEqual(sorted(truth));
  expect((await writer.db.verify()).problems).toEqual([]);
}

async function live(seed: number): Promise<number> {
  const random = seededRandom(seed);
  const [store, clock] = [below(random, 2) === 0 ? memoryStore() : memoryStore({ sync: false }), new TestClock()];
  const writer = await openWriter(store.share(), clock);
  const life: Life = { random, store, clock, truth: new Map(), sleepers: [], writer, workers: [], step: 0 };
  life.workers = Array.from({ length: 3 }, () => newWorker(life));
  const writers = new Set([writer]);
  for (; life.step < STEPS; life.step++) {
    await draw(random)(life);
    writers.add(life.writer);
    if (life.step % 10 === 9) await check(life);
  }
  for (const { goOn } of life.sleepers) goOn();
  await Promise.all(life.sleepers.map(({ ended }) => ended));
  await settled(life.writer, clock);
  await check(life);
  await life.writer.db.close();
  const last = await openWriter(store.share(), clock);
  await settled(last, clock);
  await check({ ...life, writer: last });
  expect(await orphans(store, last.db)).toEqual([]);
  await last.db.close();
  expect(await planObjects(store)).toEqual([]);
  return [...writers].reduce((sum, one) => sum + one.remote(), 0);
}

const FIRST_SEED = Number(process.env.VARVE_SEED ?? 1);
const SEEDS = Array.from({ length: 16 }, (_, i) => FIRST_SEED + i);
let remote = 0;

it.each(SEEDS)('nothing that was acknowledged is lost, under seed %i', async (seed) => {
  const merged = await live(seed);
  expect(merged).toBeGreaterThanOrEqual(0);
  remote += merged;
});

it('lives in which nobody else merges would show nothing', () => {
  expect(remote).toBeGreaterThan(SEEDS.length);
});

it('merges elsewhere go on while writes come', async () => {
  const [store, clock] = [memoryStore({ sync: false }), new TestClock()];
  const writer = await openWriter(store, clock);
  const stop = new AbortController();
  const turns = {
    next: (callback: () => void) => void setImmediate(callback),
    sleep: async () => new Promise<void>((resolve) => setImmediate(resolve)),
  };
  const workers = [0, 1].map(() => openWorker(store.share({ sync: false }), clock, { turns }));
  const running = workers.map(({ compactor }) => compactor.run({ signal: stop.signal }));
  const truth = new Map<string, string>();
  for (let i = 0; i < 30; i++) {
    await addRuns(writer.db, 1, String(i), truth);
    clock.pass(300);
  }
  stop.abort();
  await Promise.all(running);
  await settled(writer, clock);
  expect(writer.remote()).toBeGreaterThan(0);
  expect(await writer.db.scan().all()).toEqual(sorted(truth));
  expect((await writer.db.verify()).problems).toEqual([]);
  await writer.db.close();
});
