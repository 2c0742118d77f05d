// An engine with compactors beside it: what it gives out, who does it, what comes back, and when it goes on without them.

import { memoryStore, open, StorageError, type MemoryCall, type MemoryStoreOptions } from '@varve/core';
import { describe, expect, it } from 'vitest';
import {
  addRuns,
  MERGE_RUNS,
  openWorker,
  openWriter,
  orphans,
  PATIENCE,
  planObjects,
  settled,
  SMALL,
  sorted,
  TestClock,
} from './remote-test-kit.ts';

describe.each([true, false])('a plan (store sync %s)', (sync) => {
  const newStore = () => (sync ? memoryStore() : memoryStore({ sync: false }));

  it('is carried out by a compactor, and leaves nothing but its result', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    expect(await planObjects(store)).toEqual([expect.stringMatching(/\.plan$/)]);
    const worker = openWorker(store.share(), clock);
    expect(await worker.compactor.runOnce()).toBe('merged');
    expect(worker.kinds()).toEqual(['claimed', 'merged']);
    expect(await worker.compactor.runOnce()).toBeUndefined();
    await settled(writer, clock);
    expect([writer.remote(), writer.takenBack()]).toEqual([1, []]);
    expect(writer.db.stats().levels[0]!.ssts).toBe(0);
    expect(await planObjects(store)).toEqual([]);
    expect(await orphans(store, writer.db)).toEqual([]);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    expect((await writer.db.verify()).problems).toEqual([]);
    await writer.db.close();
    await worker.compactor.close();
  });

  it('makes what the writer would have made', async () => {
    const levels = [];
    for (const remote of [true, false]) {
      const [store, clock] = [newStore(), new TestClock()];
      const writer = await openWriter(store, clock, remote ? {} : { compaction: undefined });
      await addRuns(writer.db, MERGE_RUNS, 'a');
      await settled(writer, clock);
      await openWorker(store.share(), clock).compactor.runOnce();
      await settled(writer, clock);
      expect(writer.remote()).toBe(Number(remote));
      levels.push(writer.db.stats().levels);
      await writer.db.close();
    }
    expect(levels[0]).toEqual(levels[1]);
  });

  it('keeps what snapshots see, older and younger than it', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, 3, 'old');
    const [old, before] = [writer.db.snapshot(), sorted(truth)];
    await addRuns(writer.db, MERGE_RUNS - 3, 'new', truth);
    await settled(writer, clock);
    const [young, then] = [writer.db.snapshot(), sorted(truth)];
    await addRuns(writer.db, 1, 'later', truth);
    expect(await openWorker(store.share(), clock).compactor.runOnce()).toBe('merged');
    await settled(writer, clock);
    expect(writer.remote()).toBe(1);
    expect(await old.scan().all()).toEqual(before);
    expect(await young.scan().all()).toEqual(then);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    old.close();
    young.close();
    await writer.db.close();
  });

  it('is done by one of two compactors that race', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    const workers = [0, 1].map(() => openWorker(store.share(), clock));
    const outcomes = await Promise.all(workers.map(({ compactor }) => compactor.runOnce()));
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toEqual(expect.arrayContaining(['merged', undefined]));
    await settled(writer, clock);
    expect(writer.remote()).toBe(1);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    expect(await orphans(store, writer.db)).toEqual([]);
    await writer.db.close();
  });

  it('is taken back when nobody claims it, and the next ones are merged here', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    clock.pass(PATIENCE.claimWithinMs - 2000);
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual([]);
    clock.pass(2000);
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual(['nobody claims it']);
    await writer.db.idle();
    expect(writer.db.stats().levels[0]!.ssts).toBe(0);
    expect(await planObjects(store)).toEqual([]);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    await writer.db.close();
  });

  it('is taken back when L0 grows: writers are never slowed down by one', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS + 6, 'a');
    await writer.db.idle();
    expect(writer.takenBack()).toEqual(['L0 grows']);
    expect(writer.db.stats().levels[0]!.ssts).toBeLessThan(MERGE_RUNS);
    expect(writer.db.stats().work.stalls).toBe(0);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    await writer.db.close();
  });

  it('is taken back by compact, which merges everything itself', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    await writer.db.compact();
    await writer.db.idle();
    expect(writer.takenBack()).toHaveLength(1);
    expect(writer.db.stats().levels[0]!.ssts).toBe(0);
    expect(await planObjects(store)).toEqual([]);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    await writer.db.close();
  });

  it('goes with its writer: closed, or followed by another that merges by itself', async () => {
    const [store, clock] = [newStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    const [closed, killed] = [store.share(), store.crash({ sync: true })];
    await writer.db.close();
    expect(await planObjects(closed)).toEqual([]);
    expect(await planObjects(killed)).toHaveLength(1);
    const other = await open(killed.share(), { ...SMALL, takeover: 'now' });
    await other.idle();
    const worker = openWorker(killed.share(), clock);
    expect(await worker.compactor.runOnce()).toBeUndefined();
    expect(await planObjects(killed)).toEqual([]);
    expect(await other.scan().all()).toEqual(sorted(truth));
    await other.close();
  });
});

describe('a writer', () => {
  it('merges by itself what may become more SSTs than it reserves ids for', async () => {
    const [store, clock] = [memoryStore(), new TestClock()];
    const writer = await openWriter(store, clock, { sstSizeBytes: 4096, memoryBudgetBytes: 16 * 2 ** 20 });
    for (let run = 0; run < MERGE_RUNS; run++) {
      await writer.db.putMany(Array.from({ length: 400 }, (_, i): [string, string] => [`key ${i}`, `${run} `.repeat(1500)]));
      await writer.db.flush();
    }
    await settled(writer, clock);
    expect(writer.events.filter(({ kind }) => kind === 'plan')).toEqual([]);
    expect(writer.db.stats().levels[0]!.ssts).toBe(0);
    await writer.db.close();
  });

  it('whose commit of a result fails says so to all that wait', async () => {
    const [store, clock] = [memoryStore({ sync: false }), new TestClock()];
    const orders: MemoryStoreOptions & { sync: false } = { sync: false };
    const writer = await openWriter(store.share(orders), clock);
    await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    expect(await openWorker(store.share(), clock).compactor.runOnce()).toBe('merged');
    // The manifest that commits it is held until somebody waits for the same keys.
    const isManifest = ({ operation, name }: MemoryCall): boolean => operation === 'putIfAbsent' && name.startsWith('manifest/');
    const committing = new Promise<() => void>((reached) => {
      orders.delay = (call) => (isManifest(call) ? new Promise((goOn) => reached(() => goOn())) : undefined);
    });
    const looking = writer.db.idle();
    const goOn = await committing;
    const compacting = writer.db.compact();
    compacting.catch(() => undefined);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
    const error = new StorageError('UNKNOWN', 'the answer was lost');
    orders.fault = (call) => (isManifest(call) ? { when: 'after', error } : undefined);
    orders.delay = undefined;
    goOn();
    await looking;
    await expect(compacting).rejects.toMatchObject({ name: 'StorageError' });
    expect(writer.events.filter(({ kind }) => kind === 'failed')).toHaveLength(1);
    orders.fault = undefined;
    await writer.db.close().catch(() => undefined);
    // What the manifest names is there.
    const next = await openWriter(store.share(), clock);
    expect((await next.db.verify()).problems).toEqual([]);
    await next.db.close();
  });

  it('is told of an option that is none', async () => {
    await expect(open(memoryStore(), { compaction: 'remote' as never })).rejects.toThrow(/remoteCompaction\(\) returns, not .*remote/);
    await expect(open(memoryStore(), { compaction: {} as never })).rejects.toThrow(TypeError);
  });
});
