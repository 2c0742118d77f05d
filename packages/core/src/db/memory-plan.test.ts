// How a memory budget is divided, whatever its size.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.ts';
import { defaultBudgetBytes, MIN_BUDGET_BYTES, planMemory, type MemoryPlan } from './memory-plan.ts';

const SEED = 20261121;
const MIB = 1024 * 1024;
const MOST_BYTES = 0x7fff0000;

/** Budgets of every order of magnitude, odd ones too. */
function budgets(): number[] {
  const random = seededRandom(SEED);
  const odd = Array.from({ length: 200 }, () => MIN_BUDGET_BYTES + (random.uint32() % (MOST_BYTES - MIN_BUDGET_BYTES)));
  return [MIN_BUDGET_BYTES, MIN_BUDGET_BYTES + 1, 16 * MIB - 1, 16 * MIB, defaultBudgetBytes(), MOST_BYTES, ...odd];
}

describe('a plan of memory', () => {
  it('gives of the usual budget an eighth to each of two memtables and to merges, and half to the cache', () => {
    expect(planMemory(defaultBudgetBytes())).toEqual({
      memtableBytes: 8 * MIB,
      cacheBytes: 32 * MIB,
      largeBlockBytes: 4 * MIB,
      largestEntryBytes: 2 * MIB,
      chunkBytes: MIB / 8,
      mergeOutputs: 2,
      mergeBytes: 8 * MIB,
      restBytes: 8 * MIB,
      longestKeyBytes: 65_535,
    });
  });

  it('gives of a small budget a quarter to the cache', () => {
    expect(planMemory(16 * MIB).cacheBytes).toBe(8 * MIB);
    expect(planMemory(16 * MIB - 64).cacheBytes).toBe(4 * MIB - 64);
    expect(planMemory(MIN_BUDGET_BYTES).cacheBytes).toBe(MIB);
  });

  it('keeps chunks of a merge between 16 and 256 KiB', () => {
    expect([MIN_BUDGET_BYTES, 32 * MIB, 128 * MIB, 2048 * MIB - 65_536].map((budget) => planMemory(budget).chunkBytes / 1024)).toEqual([
      16, 64, 256, 256,
    ]);
  });

  const sound: [string, (plan: MemoryPlan, budget: number) => boolean][] = [
    [
      'every region is a multiple of 64',
      ({ longestKeyBytes: _, mergeOutputs: __, ...plan }) => Object.values(plan).every((part: number) => part > 0 && part % 64 === 0),
    ],
    [
      'the longest key is the longest that the format has, or less where memory is small',
      (plan, budget) => plan.longestKeyBytes === Math.min(65_535, Math.floor(budget / 512)),
    ],
    [
      'two memtables, the cache and a merge leave an eighth to everything else',
      (plan, budget) => budget - 2 * plan.memtableBytes - plan.cacheBytes - plan.mergeBytes >= plan.restBytes,
    ],
    [
      'the largest entry fits a memtable, and as a block the room for large blocks',
      (plan) => plan.largestEntryBytes * 2 <= plan.largeBlockBytes && plan.largestEntryBytes * 3 < plan.memtableBytes,
    ],
    ['a merge of two inputs of the largest entries has room', (plan) => plan.mergeBytes >= 2 * (plan.chunkBytes + plan.largestEntryBytes)],
  ];

  it.each(sound)('%s', (_, holds) => {
    expect(
      budgets().filter((budget) => !holds(planMemory(budget), budget)),
      `seed=${SEED}`,
    ).toEqual([]);
  });
});
