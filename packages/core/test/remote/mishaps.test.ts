// Compactors and writers that die at any call, or stop there and go on when everything is over: nothing that was acknowledged is lost, no plan is left
// undone, and the next open finds all that they left.

import { memoryStore, type MemoryStore } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { dyingAt, stoppingAt } from './mishaps.ts';
import {
  addRuns,
  MERGE_RUNS,
  openWorker,
  openWriter,
  orphans,
  PATIENCE,
  planObjects,
  settled,
  sorted,
  TestClock,
  type Writer,
} from './remote-test-kit.ts';

interface Scene {
  readonly store: MemoryStore;
  readonly clock: TestClock;
  readonly writer: Writer;
  readonly truth: Map<string, string>;
}

/** A plan is out. */
async function withPlan(sync = true): Promise<Scene> {
  const store = sync ? memoryStore() : memoryStore({ sync: false });
  const clock = new TestClock();
  const writer = await openWriter(store, clock);
  const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
  await settled(writer, clock);
  return { store, clock, writer, truth };
}

/** A compactor stops at its n-th call, and goes on to its end after `during`, whose result is handed on. Undefined: it was done before that call. */
async function stopAt<Result>(
  nth: number,
  during: (scene: Scene, label: string) => Promise<Result>,
): Promise<{ readonly scene: Scene; readonly label: string; readonly result: Result } | undefined> {
  const scene = await withPlan(false);
  const stopping = stoppingAt(scene.store, nth);
  const sleeper = openWorker(stopping.store, scene.clock)
    .compactor.runOnce()
    .catch((error: unknown) => error);
  if ((await Promise.race([stopping.stopped.then(() => 'stopped'), sleeper])) !== 'stopped') return undefined;
  const label = `call ${nth}: ${stopping.at}`;
  const result = await during(scene, label);
  stopping.goOn();
  await sleeper;
  return { scene, label, result };
}

/** The data are right, and who opens it next leaves nothing but data. */
async function checkAll({ store, clock, writer, truth }: Scene, label: string): Promise<void> {
  expect(await writer.db.scan().all(), label).toEqual(sorted(truth));
  expect((await writer.db.verify()).problems, label).toEqual([]);
  await writer.db.close();
  const next = await openWriter(store.share(), clock);
  await settled(next, clock);
  expect(await next.db.scan().all(), label).toEqual(sorted(truth));
  expect(await orphans(store, next.db), label).toEqual([]);
  await next.db.close();
  expect(await planObjects(store), label).toEqual([]);
}

describe('a compactor that dies', () => {
  it.each([
    ['before', true],
    ['after', true],
    ['before', false],
    ['after', false],
  ] as const)('%s the effect of any call (store sync %s) is followed by another', async (when, sync) => {
    let lives = 0;
    for (let nth = 1; ; nth += 3) {
      const scene = await withPlan(sync);
      const { store, clock, writer } = scene;
      const dying = dyingAt(store, nth, when, sync);
      await openWorker(dying.store, clock)
        .compactor.runOnce()
        .catch(() => undefined);
      if (dying.calls < nth) break;
      lives++;
      const label = `${when} call ${nth}: ${dying.at}`;
      const other = openWorker(store.share(), clock);
      // It looks at what there is, and once more when the first one has been silent for long enough.
      const first = await other.compactor.runOnce();
      clock.pass(PATIENCE.silentMs);
      const second = await other.compactor.runOnce();
      expect(
        [first, second].filter((outcome) => outcome === 'left'),
        label,
      ).toEqual([]);
      await settled(writer, clock);
      expect([writer.remote(), writer.takenBack()], label).toEqual([1, []]);
      await checkAll(scene, label);
    }
    expect(lives).toBeGreaterThan(10);
  });

  it('with all others is followed by the writer', async () => {
    const scene = await withPlan();
    const { store, clock, writer } = scene;
    const dying = dyingAt(store, 30, 'before', true);
    await expect(openWorker(dying.store, clock).compactor.runOnce()).rejects.toThrow('this process is dead');
    await settled(writer, clock);
    clock.pass(PATIENCE.silentMs);
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual([]);
    clock.pass(PATIENCE.silentMs);
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual(['its compactor is silent']);
    expect(writer.db.stats().levels[0]!.ssts).toBe(0);
    await checkAll(scene, 'silent');
  });
});

describe('a compactor that stops', () => {
  it('at any call, and goes on when another has done it, harms nothing', async () => {
    let lives = 0;
    for (let nth = 1; ; nth += 5) {
      const stopped = await stopAt(nth, async ({ store, clock, writer, truth }, label) => {
        const other = openWorker(store.share(), clock);
        await other.compactor.runOnce();
        clock.pass(PATIENCE.silentMs);
        await other.compactor.runOnce();
        await settled(writer, clock);
        expect(writer.remote(), label).toBe(1);
        await addRuns(writer.db, 3, 'later', truth);
        await writer.db.compact();
      });
      if (stopped === undefined) break;
      lives++;
      const { scene, label } = stopped;
      await settled(scene.writer, scene.clock);
      await checkAll(scene, label);
    }
    expect(lives).toBeGreaterThan(5);
  });

  it('at any call, and goes on when its plan was taken back, harms nothing', async () => {
    let lives = 0;
    for (let nth = 2; ; nth += 5) {
      const stopped = await stopAt(nth, async ({ writer, truth }) => {
        await writer.db.compact();
        await addRuns(writer.db, 1, 'later', truth);
      });
      if (stopped === undefined) break;
      lives++;
      const { scene, label } = stopped;
      await settled(scene.writer, scene.clock);
      expect(scene.writer.remote(), label).toBe(0);
      await checkAll(scene, label);
    }
    expect(lives).toBeGreaterThan(5);
  });

  it('at any call, while another writer takes over, harms nothing', async () => {
    let lives = 0;
    for (let nth = 2; ; nth += 7) {
      const stopped = await stopAt(nth, async ({ store, clock, truth }) => {
        const next = await openWriter(store.share(), clock);
        await addRuns(next.db, 1, 'second', truth);
        return next;
      });
      if (stopped === undefined) break;
      lives++;
      const { scene, label, result: second } = stopped;
      const { clock, writer } = scene;
      // The first one sees a result, perhaps, and is told that the database is another's.
      await settled(writer, clock);
      await expect(writer.db.put('a', 'b')).rejects.toMatchObject({ name: 'StorageError' });
      await writer.db.close().catch(() => undefined);
      await settled(second, clock);
      await checkAll({ ...scene, writer: second }, label);
    }
    expect(lives).toBeGreaterThan(5);
  });

  it('because it is told to at any call gives back what it was doing', async () => {
    let lives = 0;
    for (let nth = 1; ; nth += 3) {
      const scene = await withPlan(false);
      const { store, clock, writer } = scene;
      const stop = new AbortController();
      let calls = 0;
      // The call takes its time, and the compactor is told meanwhile.
      const delay = (): Promise<void> | undefined => {
        if (++calls === nth) stop.abort();
        return undefined;
      };
      const worker = openWorker(store.share({ sync: false, delay }), clock);
      const outcome = await worker.compactor.runOnce({ signal: stop.signal });
      if (calls < nth) break;
      lives++;
      if (outcome !== 'merged') await openWorker(store.share(), clock).compactor.runOnce();
      await settled(writer, clock);
      expect([writer.remote(), writer.takenBack()], `call ${nth}`).toEqual([1, []]);
      await checkAll(scene, `call ${nth}`);
      await worker.compactor.close();
    }
    expect(lives).toBeGreaterThan(10);
  });

  it('is told to, and gives back what it was doing: another goes on at once', async () => {
    const scene = await withPlan(false);
    const { store, clock, writer } = scene;
    const stopping = stoppingAt(store, 20);
    const stop = new AbortController();
    const worker = openWorker(stopping.store, clock);
    const running = worker.compactor.run({ signal: stop.signal });
    await stopping.stopped;
    stop.abort();
    stopping.goOn();
    await running;
    expect(worker.kinds()).toEqual(['claimed', 'failed']);
    expect((await planObjects(store)).filter((name) => name.endsWith('.failed'))).toHaveLength(1);
    expect(await openWorker(store.share(), clock).compactor.runOnce()).toBe('merged');
    await settled(writer, clock);
    expect(writer.remote()).toBe(1);
    await checkAll(scene, 'stopped');
  });
});

describe('a writer that dies', () => {
  it.each((['before', 'after'] as const).flatMap((when) => [0, 1, 2, 3].map((part) => [when, part] as const)))(
    '%s the effect of any call leaves what it acknowledged (part %i)',
    async (when, part) => {
      let lives = 0;
      for (let nth = 1 + 29 * part; ; nth += 29 * 4) {
        const data = memoryStore({ sync: false });
        const clock = new TestClock();
        const dying = dyingAt(data, nth, when, false);
        const acknowledged = new Map<string, string>();
        const workers = [0, 1].map(() => openWorker(data.share({ sync: false }), clock));
        const work = () => Promise.all(workers.map(({ compactor }) => compactor.runOnce().catch(() => undefined)));
        await liveAndDie(dying.store, clock, acknowledged, work).catch(() => undefined);
        if (dying.calls < nth) break;
        lives++;
        const label = `${when} call ${nth}: ${dying.at}`;
        await work();
        const next = await openWriter(data.share(), clock);
        for (const [key, value] of acknowledged) expect(await next.db.get(key), `${label} ${key}`).toBe(value);
        const truth = new Map(await next.db.scan().all());
        await addRuns(next.db, MERGE_RUNS, 'next', truth);
        await settled(next, clock);
        await work();
        await settled(next, clock);
        await checkAll({ store: data, clock, writer: next, truth }, label);
      }
      expect(lives).toBeGreaterThan(2);
    },
  );
});

/** Flushes until a plan is out, sees it merged, and again. Puts of ever new keys: what was acknowledged stays. */
async function liveAndDie(
  store: MemoryStore,
  clock: TestClock,
  acknowledged: Map<string, string>,
  work: () => Promise<unknown>,
): Promise<void> {
  const writer = await openWriter(store, clock, { durability: 'synced' });
  for (let run = 0; run < MERGE_RUNS * 2; run++) {
    for (let i = 0; i < 10; i++) {
      const [key, value] = [`${i} of run ${run}`, `value ${run} `.repeat(50)];
      await writer.db.put(key, value);
      acknowledged.set(key, value);
    }
    await writer.db.flush();
    if (run % 4 === 3) await work();
    await settled(writer, clock);
  }
  await writer.db.close();
}
