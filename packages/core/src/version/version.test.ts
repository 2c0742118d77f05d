// The levels of a tree as plain data: what an edit makes of them, and which SSTs meet a range.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { countersOf, numberedKey, numberOfKey, sstInfo, versionOf } from './version-test-kit.ts';
import { LEVELS, Version } from './version.ts';

const SEED = 20261121;
const id = (counter: number) => ({ term: 1, counter });

describe('a version', () => {
  it('begins without SSTs, on seven levels', () => {
    expect(Version.empty.levels).toHaveLength(LEVELS);
    expect(Version.empty.sstCount).toBe(0);
    expect([...Version.empty.ssts()]).toEqual([]);
  });

  it('counts SSTs and their bytes', () => {
    const version = versionOf([[sstInfo(3, 0, 9)], [sstInfo(1, 0, 1, { dataBytes: 70 }), sstInfo(2, 2, 3, { dataBytes: 7 })]]);
    expect(version.sstCount).toBe(3);
    expect([...version.ssts()].map((sst) => sst.id.counter)).toEqual([3, 1, 2]);
    expect([version.levelBytes(0), version.levelBytes(1), version.levelBytes(2)]).toEqual([1000, 77, 0]);
  });
});

describe('a change of a version', () => {
  it('puts new SSTs of L0 before older ones, the last one given first', () => {
    const version = versionOf([[sstInfo(1, 0, 9)]]);
    const added = [sstInfo(2, 0, 9), sstInfo(3, 0, 9)].map((sst) => ({ level: 0, sst }));
    expect(countersOf(version.apply({ removed: [], added }))).toEqual([[3, 2, 1]]);
  });

  it('puts new SSTs of deeper levels in key order', () => {
    const version = versionOf([[], [sstInfo(1, 10, 19), sstInfo(2, 40, 49)]]);
    const added = [sstInfo(4, 50, 59), sstInfo(5, 0, 9), sstInfo(3, 20, 29)].map((sst) => ({ level: 1, sst }));
    expect(countersOf(version.apply({ removed: [], added }))).toEqual([[], [5, 1, 3, 2, 4]]);
  });

  it('removes by id, wherever the SST is; ids of another term are others', () => {
    const version = versionOf([[sstInfo(3, 0, 9)], [sstInfo(1, 0, 4), sstInfo(2, 5, 6)]]);
    expect(countersOf(version.apply({ removed: [id(3), id(1), { term: 2, counter: 2 }], added: [] }))).toEqual([[], [2]]);
  });

  it('moves an SST that is removed and added', () => {
    const sst = sstInfo(1, 0, 4);
    const moved = versionOf([[], [sst]]).apply({ removed: [sst.id], added: [{ level: 2, sst }] });
    expect(countersOf(moved)).toEqual([[], [], [1]]);
    expect(moved.levels[2][0]).toBe(sst);
  });

  it('leaves the version before as it was, and shares levels that it does not touch', () => {
    const version = versionOf([[sstInfo(1, 0, 9)], [sstInfo(2, 0, 4)], [sstInfo(3, 0, 4)]]);
    const added = [{ level: 0, sst: sstInfo(4, 0, 9) }];
    const next = version.apply({ removed: [id(2)], added });
    expect(countersOf(version)).toEqual([[1], [2], [3]]);
    expect(countersOf(next)).toEqual([[4, 1], [], [3]]);
    expect(next.levels[2]).toBe(version.levels[2]);
    expect(added).toHaveLength(1);
  });
});

describe('SSTs that overlap a range', () => {
  const level = [sstInfo(1, 10, 19), sstInfo(2, 20, 20), sstInfo(3, 30, 39)];
  const found = (depth: number, smallest: number, largest: number): number[] => {
    const version = versionOf(depth === 0 ? [level] : [[], level]);
    return version.overlapping(depth, numberedKey(smallest), numberedKey(largest)).map((sst) => sst.id.counter);
  };

  it.each([
    ['a stretch before all', 0, 9, []],
    ['a stretch that ends on the first key of an SST', 0, 10, [1]],
    ['a stretch that begins on the last key of an SST', 19, 19, [1]],
    ['a stretch inside an SST', 12, 13, [1]],
    ['a stretch between two SSTs', 21, 29, []],
    ['a stretch around one of a single key', 20, 25, [2]],
    ['a stretch over several', 15, 30, [1, 2, 3]],
    ['a stretch behind all', 40, 99, []],
  ])('are found for %s, on any level', (_, smallest, largest, expected) => {
    expect(found(0, smallest, largest)).toEqual(expected);
    expect(found(1, smallest, largest)).toEqual(expected);
  });

  it('keep the order of their level: in L0 newest first, however their keys lie', () => {
    const version = versionOf([[sstInfo(9, 50, 60), sstInfo(7, 0, 99), sstInfo(5, 10, 20)]]);
    expect(version.overlapping(0, numberedKey(15), numberedKey(55)).map((sst) => sst.id.counter)).toEqual([9, 7, 5]);
  });

  it('are on deeper levels what a look at each of them would find', () => {
    const random = seededRandom(SEED);
    for (let round = 0; round < 300; round++) {
      const ssts = [];
      for (let key = random.uint32() % 20, n = 1; key < 300; n++) {
        const last = key + (random.uint32() % 15);
        ssts.push(sstInfo(n, key, last));
        key = last + 1 + (random.uint32() % 10);
      }
      const version = versionOf([[], ssts]);
      const smallest = random.uint32() % 300;
      const largest = smallest + (random.uint32() % 60);
      const expected = ssts.filter((sst) => numberOfKey(sst.smallest) <= largest && numberOfKey(sst.largest) >= smallest);
      expect(version.overlapping(1, numberedKey(smallest), numberedKey(largest)), `seed=${SEED} round=${round}`).toEqual(expected);
    }
  });
});
