// Which compaction is planned for which tree, and that any sequence of planned compactions, several at a time, leaves every key's newest version on top.

import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../base/random.ts';
import { numberedKey, sstInfo, versionOf } from '../version/version-test-kit.ts';
import { Version } from '../version/version.ts';
import { CompactionState } from './compaction-state.ts';
import { levelScore, planCompaction, planRange, type CompactionPlan, type TreeShape } from './planner.ts';
import { everyKey, Tree, type TreeEntry } from './tree-test-kit.ts';

const SEED = 20261121;
const shape: TreeShape = { level0Runs: 4, level0RunsAtOnce: 6, level1Bytes: 3000, fanOut: 10 };
const never = (): boolean => false;

const plan = (version: Version, conflicts: (plan: CompactionPlan) => boolean = never): CompactionPlan | undefined =>
  planCompaction(version, shape, conflicts);

/** A plan in short: levels, and counters of the SSTs. */
function outline(made: CompactionPlan | undefined) {
  if (made === undefined) return undefined;
  const counters = (ssts: CompactionPlan['inputs']): number[] => ssts.map(({ id }) => id.counter);
  return { level: made.level, inputs: counters(made.inputs), below: counters(made.below), move: made.move, bottom: made.bottom };
}

/** SSTs of ten keys each: number n holds the keys from 10 n on. */
const tens = (...numbers: number[]) => numbers.map((n) => sstInfo(n, n * 10, n * 10 + 9));

describe('the score of a level', () => {
  it('is the share of runs for L0, of bytes for the others, each of which holds fanOut times more', () => {
    const version = versionOf([tens(1, 2), tens(3, 4, 5, 6), [], tens(7, 8, 9)]);
    const scores = [0, 1, 2, 3].map((level) => levelScore(version, level, shape));
    expect(scores).toEqual([2 / 4, 4000 / 3000, 0, 3000 / 300_000]);
  });
});

describe('a planned compaction', () => {
  it('is none while no level is overfull', () => {
    expect(plan(Version.empty)).toBeUndefined();
    expect(plan(versionOf([tens(1, 2, 3), tens(4, 5)]))).toBeUndefined();
  });

  it('takes the level that is most overfull', () => {
    const l0 = [1, 2, 3, 4].map((n) => sstInfo(n, 0, 99));
    expect(plan(versionOf([l0, tens(10, 11, 12)]))?.level).toBe(0);
    expect(plan(versionOf([l0, tens(10, 11, 12, 13)]))?.level).toBe(1);
  });

  it('takes the next most urgent one where the first would meet a running one', () => {
    const version = versionOf([[1, 2, 3, 4].map((n) => sstInfo(n, 0, 99)), tens(20, 21, 22, 23)]);
    expect(plan(version, ({ level }) => level === 1)?.level).toBe(0);
    expect(plan(version, () => true)).toBeUndefined();
  });

  it('merges L0 with everything below that its keys span, gaps included', () => {
    const l0 = [sstInfo(24, 20, 29), sstInfo(23, 60, 69), sstInfo(22, 20, 25), sstInfo(21, 20, 25)];
    const small = tens(1, 2, 4, 6, 7).map((sst) => ({ ...sst, dataBytes: 100 }));
    const made = plan(versionOf([l0, small]));
    expect(outline(made)).toEqual({ level: 0, inputs: [24, 23, 22, 21], below: [2, 4, 6], move: false, bottom: true });
  });

  it('takes of many runs of L0 the oldest, as many as one merge holds', () => {
    const l0 = Array.from({ length: 9 }, (_, i) => sstInfo(9 - i, 0, 99));
    expect(outline(plan(versionOf([l0])))?.inputs).toEqual([6, 5, 4, 3, 2, 1]);
  });

  it('moves the oldest run of L0 when it overlaps no other run and nothing in L1', () => {
    const ascending = versionOf([tens(4, 3, 2, 1)]);
    expect(outline(plan(ascending))).toEqual({ level: 0, inputs: [1], below: [], move: true, bottom: true });
    const meetsRun = versionOf([[sstInfo(4, 19, 25), ...tens(3, 2, 1)]]);
    expect(outline(plan(meetsRun))).toMatchObject({ inputs: [4, 3, 2, 1], move: false });
    const meetsL1 = versionOf([tens(4, 3, 2, 1), [sstInfo(9, 0, 10)]]);
    expect(outline(plan(meetsL1))).toMatchObject({ inputs: [4, 3, 2, 1], below: [9], move: false });
  });

  it('takes below L0 the SST that overlaps least with the next level, in proportion to its size', () => {
    const l1 = [sstInfo(1, 10, 19), sstInfo(2, 20, 29, { dataBytes: 4000 }), sstInfo(3, 30, 39)];
    const l2 = [sstInfo(11, 10, 15), sstInfo(12, 20, 21), sstInfo(13, 22, 23), sstInfo(14, 30, 35), sstInfo(15, 36, 39)];
    expect(outline(plan(versionOf([[], l1, l2])))).toMatchObject({ level: 1, inputs: [2], below: [12, 13], move: false });
  });

  it('moves an SST that overlaps nothing in the next level', () => {
    const version = versionOf([[], tens(1, 2, 3, 4), tens(1, 2, 4)]);
    expect(outline(plan(version))).toMatchObject({ level: 1, inputs: [3], below: [], move: true });
  });

  it('is at the bottom when nothing deeper lies in the span of all that it merges', () => {
    const l1 = tens(1, 2, 3);
    const bottom = (...deeper: ReturnType<typeof tens>[]): boolean | undefined =>
      plan(versionOf([[], l1, [sstInfo(8, 5, 35)], ...deeper]))?.bottom;
    expect(bottom()).toBe(true);
    expect(bottom(tens(9))).toBe(true);
    // SST 8 begins at 5: what lies there in a deeper level is older than its tombstones.
    expect(bottom([sstInfo(9, 0, 5)])).toBe(false);
    expect(bottom([], [], [sstInfo(9, 35, 36)])).toBe(false);
  });

  it('never takes from the last level', () => {
    const full = tens(1, 2, 3, 4).map((sst) => ({ ...sst, dataBytes: 2 ** 50 }));
    expect(plan(versionOf([[], [], [], [], [], [], full]))).toBeUndefined();
  });
});

describe('the compaction of a range', () => {
  const version = versionOf([[sstInfo(22, 70, 79), sstInfo(21, 10, 19)], tens(1, 2, 3), tens(2, 3, 7)]);
  const range = (level: number, smallest: number, largest: number) =>
    outline(planRange(version, level, numberedKey(smallest), numberedKey(largest), shape));

  it('is none where nothing of the range lies', () => {
    expect(range(0, 20, 69)).toBeUndefined();
    expect(range(1, 40, 99)).toBeUndefined();
    expect(range(3, 0, 99)).toBeUndefined();
  });

  it('takes every SST of the range from a level, with what they span below', () => {
    expect(range(1, 15, 25)).toEqual({ level: 1, inputs: [1, 2], below: [2], move: false, bottom: true });
  });

  it('takes all runs of L0, since a newer one must not sink below an older one', () => {
    expect(range(0, 75, 75)).toMatchObject({ inputs: [22, 21], below: [1, 2, 3] });
  });
});

describe('compactions of a random tree', () => {
  it.each([1, 2, 3, 4, 5, 6])('leave the newest version of every key on top, three at a time, seed + %i', (round) => {
    const seed = SEED + round;
    const random = seededRandom(seed);
    const tree = new Tree();
    const newest = new Map<number, TreeEntry>();
    const state = new CompactionState();
    const running: { plan: CompactionPlan; install: () => void }[] = [];
    const small: TreeShape = { level0Runs: 3, level0RunsAtOnce: 4, level1Bytes: 150, fanOut: 3 };
    let done = 0;

    const begin = (made: CompactionPlan | undefined): void => {
      if (made === undefined || state.conflicts(made)) return;
      state.begin(made);
      running.push({ plan: made, install: tree.run(made, 4) });
    };
    const end = (): void => {
      const [job] = running.splice(random.uint32() % running.length, 1);
      job.install();
      state.end(job.plan);
      done++;
    };

    for (let step = 0; step < 800; step++) {
      const choice = random.uint32() % 8;
      if (choice < 2) tree.add(writeSome(random, step, newest));
      else if (choice === 2) begin(planRange(tree.version, random.uint32() % 5, ...someRange(random), small));
      else if (running.length > 0 && (choice < 5 || running.length === 3)) end();
      else begin(planCompaction(tree.version, small, state.conflicts));

      const where = `seed=${seed} step=${step}`;
      const inputs = running.flatMap((job) => [...job.plan.inputs, ...job.plan.below]);
      expect(new Set(inputs).size, where).toBe(inputs.length);
      expect(tree.overlappingLevels(), where).toEqual([]);
      expect(wrongKeys(tree, newest), where).toEqual([]);
    }
    expect(done).toBeGreaterThan(100);
  });

  it('one range over everything, level by level, leaves no tombstone', () => {
    const random = seededRandom(SEED);
    const tree = new Tree();
    const newest = new Map<number, TreeEntry>();
    for (let step = 0; step < 30; step++) tree.add(writeSome(random, step, newest));
    for (let level = 0; level < 6;) {
      const made = planRange(tree.version, level, everyKey.lower, everyKey.upper, shape);
      if (made === undefined) level++;
      else tree.run(made, 5)();
    }
    const left = [...newest.keys()].map((key) => tree.find(key)).filter((entry) => entry !== undefined);
    expect(left.some(({ deleted }) => deleted)).toBe(false);
    expect(wrongKeys(tree, newest)).toEqual([]);
    expect(tree.version.levels.map((level) => level.length > 0)).toEqual([false, false, false, false, false, false, true]);
  });
});

/** A flush of a few keys, sometimes of a narrow stretch, sometimes ascending ones that nothing overlaps. */
function writeSome(random: Random, epoch: number, newest: Map<number, TreeEntry>): TreeEntry[] {
  const from = random.uint32() % 3 === 0 ? 100 + epoch * 3 : random.uint32() % 60;
  const width = 1 + (random.uint32() % 3 === 0 ? random.uint32() % 40 : random.uint32() % 4);
  const keys = new Set(Array.from({ length: 1 + (random.uint32() % 6) }, () => from + (random.uint32() % width)));
  const entries = [...keys].sort((a, b) => a - b).map((key) => ({ key, epoch: epoch + 1, deleted: random.uint32() % 3 === 0 }));
  for (const entry of entries) newest.set(entry.key, entry);
  return entries;
}

function someRange(random: Random): [Uint8Array, Uint8Array] {
  const from = random.uint32() % 100;
  return [numberedKey(from), numberedKey(from + (random.uint32() % 30))];
}

/** Keys of which a read finds another version than the newest. A deleted key may be gone. */
function wrongKeys(tree: Tree, newest: ReadonlyMap<number, TreeEntry>): number[] {
  return [...newest]
    .filter(([key, entry]) => {
      const found = tree.find(key);
      return found === undefined ? !entry.deleted : found !== entry;
    })
    .map(([key]) => key);
}
