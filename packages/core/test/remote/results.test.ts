// Results that cannot be true: the writer takes none of them, merges by itself, and loses nothing.

import { instantiate } from '@varve/wasm-kernels';
import { memoryStore, type MemoryStore } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { attemptName, parsePlanName, planName, type ObjectId } from '../../src/format/object-names.ts';
import { Heap } from '../../src/heap/heap.ts';
import { decodePlan, decodeResult, encodeResult } from '../../src/remote/plan-format.ts';
import type { PlanResult, RemotePlan } from '../../src/remote/plan.ts';
import { checkResult, isCurrent } from '../../src/remote/result-check.ts';
import { sstInfo, versionOf } from '../../src/version/version-test-kit.ts';
import { addRuns, MERGE_RUNS, openWorker, openWriter, orphans, settled, sorted, TestClock } from './remote-test-kit.ts';

const heap = new Heap(2 ** 20);
const parts = { heap, kernels: instantiate(heap.memory) };

const tens = (...numbers: number[]) => numbers.map((n) => sstInfo(n, n * 10, n * 10 + 9));
const info = (counter: number, smallest: number, largest: number) => sstInfo(counter, smallest, largest, { id: { term: 1, counter } });

describe('a result', () => {
  const inputs = [sstInfo(9, 15, 34), sstInfo(8, 10, 20)];
  const version = versionOf([inputs, tens(1, 2, 3, 7)]);
  const plan = {
    id: { term: 1, counter: 100 },
    idsEach: 3,
    attempts: 2,
    level: 0,
    outputLevel: 1,
    inputs,
    below: tens(1, 2, 3),
  } as unknown as RemotePlan;
  const check =
    (attempt: number, ...outputs: PlanResult['outputs']) =>
    (): void =>
      checkResult(version, plan, attempt, { outputs, readBytes: 0 });

  it('stands in the place of the inputs', () => {
    expect(check(1, info(100, 10, 20), info(101, 21, 39))).not.toThrow();
    expect(check(2, info(103, 10, 39))).not.toThrow();
    expect(check(1)).not.toThrow();
  });

  it.each<[string, () => void]>([
    ['has ids of another attempt', check(1, info(103, 10, 39))],
    ['has ids of nobody', check(1, info(5, 10, 39))],
    ['has ids of another term', check(1, sstInfo(100, 10, 39, { id: { term: 2, counter: 100 } }))],
    ['is of an attempt that the plan does not have', check(3, info(106, 10, 39))],
    ['has an SST twice', check(1, info(100, 10, 20), info(100, 10, 20))],
    ['has SSTs that overlap', check(1, info(100, 10, 20), info(101, 20, 39))],
    ['overlaps what stands beside', check(1, info(100, 10, 70))],
  ])('that %s is refused', (_, checked) => {
    expect(checked).toThrow(expect.objectContaining({ code: 'CORRUPTION' }));
  });

  it('is of inputs that stand where they stood', () => {
    expect(isCurrent(version, plan)).toBe(true);
    expect(isCurrent(versionOf([inputs.slice(1), tens(1, 2, 3, 7)]), plan)).toBe(false);
    expect(isCurrent(versionOf([inputs, tens(1, 2, 7)]), plan)).toBe(false);
    expect(isCurrent(versionOf([inputs, tens(1, 2), tens(3)]), plan)).toBe(false);
  });
});

/** Lets a compactor do the plan, and tells a lie about it. What becomes of the data, and of the plan. */
async function withLie(lie: (result: PlanResult, store: MemoryStore) => PlanResult | Uint8Array) {
  const [store, clock] = [memoryStore(), new TestClock()];
  const writer = await openWriter(store, clock);
  const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
  await settled(writer, clock);
  expect(await openWorker(store.share(), clock).compactor.runOnce()).toBe('merged');
  const id = parsePlanName(store.sync.list('plan/')[0]!.name)!.id;
  const name = attemptName(id, 1, 'result');
  const told = lie(decodeResult(parts, { id, attempt: 1 }, store.sync.get(name)!), store);
  store.sync.delete([name]);
  store.sync.put(name, told instanceof Uint8Array ? told : encodeResult(parts, { id, attempt: 1 }, told));
  await settled(writer, clock);
  const { problems } = await writer.db.verify();
  const seen = {
    ...{ takenBack: writer.takenBack(), remote: writer.remote(), runs: writer.db.stats().levels[0]!.ssts },
    ...{ problems, orphans: await orphans(store, writer.db), same: isSame(await writer.db.scan().all(), truth) },
  };
  await writer.db.close();
  return seen;
}

const isSame = (found: [string, string][], truth: Map<string, string>): boolean => JSON.stringify(found) === JSON.stringify(sorted(truth));

const objectOf = ({ outputs }: PlanResult, kind: string): string => {
  const { term, counter }: ObjectId = outputs[0]!.id;
  return `sst/${String(term).padStart(10, '0')}-${String(counter).padStart(10, '0')}.${kind}`;
};

describe('a writer takes nothing', () => {
  it.each<[string, (result: PlanResult, store: MemoryStore) => PlanResult | Uint8Array]>([
    ['that is noise', () => new Uint8Array(64).fill(7)],
    ['that is empty', () => new Uint8Array(0)],
    [
      'whose SSTs it does not own',
      (result) => ({ ...result, outputs: result.outputs.map((sst) => ({ ...sst, id: { ...sst.id, counter: sst.id.counter + 40 } })) }),
    ],
    [
      'whose SSTs say something else of themselves',
      (result) => ({ ...result, outputs: result.outputs.map((sst) => ({ ...sst, entries: sst.entries - 1 })) }),
    ],
    [
      'whose SSTs are those that were to be merged',
      (result, store) => {
        const { id } = parsePlanName(store.sync!.list('plan/')[0]!.name)!;
        return { ...result, outputs: decodePlan(parts, id, store.sync!.get(planName(id))!).inputs };
      },
    ],
    [
      'whose SST is not there',
      (result, store) => {
        void store.delete([objectOf(result, 'meta')]);
        return result;
      },
    ],
  ])('%s', async (_, lie) => {
    const takenBack = [expect.stringContaining('its result cannot be used: ')];
    expect(await withLie(lie)).toEqual({ takenBack, remote: 0, runs: 0, problems: [], orphans: [], same: true });
  });
});

describe('a plan', () => {
  it('names its inputs, and ids that no other plan has', async () => {
    const [store, clock] = [memoryStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    const { name } = store.sync.list('plan/')[0]!;
    const { id } = parsePlanName(name)!;
    const plan = decodePlan(parts, id, store.sync.get(planName(id))!);
    expect(plan.inputs).toHaveLength(MERGE_RUNS);
    expect(plan.safeEpoch).toBe(writer.db.stats().epoch);
    await writer.db.compact();
    await writer.db.idle();
    const counters = store.sync.list('sst/').map((object) => Number(object.name.slice(15, 25)));
    for (const counter of counters) expect(counter >= id.counter && counter < id.counter + plan.attempts * plan.idsEach).toBe(false);
    await writer.db.close();
  });

  it('that cannot be read is left to its writer', async () => {
    const [store, clock] = [memoryStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    const truth = await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    const { name } = store.sync.list('plan/')[0]!;
    const bytes = store.sync.get(name)!;
    bytes[40]! ^= 1;
    store.sync.delete([name]);
    store.sync.put(name, bytes);
    const worker = openWorker(store.share(), clock);
    expect(await worker.compactor.runOnce()).toBeUndefined();
    expect(await worker.compactor.runOnce()).toBeUndefined();
    expect(worker.events).toEqual([{ kind: 'warning', message: expect.stringContaining('cannot be read') }]);
    await settled(writer, clock);
    clock.pass(5000);
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual(['nobody claims it']);
    expect(await writer.db.scan().all()).toEqual(sorted(truth));
    await writer.db.close();
  });

  it('whose input is damaged fails, and its writer meets the damage by itself', async () => {
    const [store, clock] = [memoryStore(), new TestClock()];
    const writer = await openWriter(store, clock);
    await addRuns(writer.db, MERGE_RUNS, 'a');
    await settled(writer, clock);
    const { name } = store.sync.list('sst/').find((object) => object.name.endsWith('.sst'))!;
    const bytes = store.sync.get(name)!;
    bytes[100]! ^= 1;
    store.sync.delete([name]);
    store.sync.put(name, bytes);
    for (let i = 0; i < 4; i++) {
      const worker = openWorker(store.share(), clock);
      expect(await worker.compactor.runOnce()).toBe('left');
      expect(worker.events.at(-1)).toMatchObject({ kind: 'failed', error: { code: 'CORRUPTION' } });
    }
    await settled(writer, clock);
    expect(writer.takenBack()).toEqual([expect.stringMatching(/^all attempts failed: StorageError: .*damaged/)]);
    expect(writer.events.find(({ kind }) => kind === 'failed')).toMatchObject({ error: { code: 'CORRUPTION' } });
    await writer.db.close().catch(() => undefined);
  });
});
