// The guard over compactions that run at once.

import { describe, expect, it } from 'vitest';
import { sstInfo } from '../version/version-test-kit.ts';
import { CompactionState } from './compaction-state.ts';
import type { CompactionPlan } from './planner.ts';

let counter = 0;
const sst = ([smallest, largest]: readonly [number, number]) => sstInfo(++counter, smallest, largest);

/** A plan from a level to the next with inputs and SSTs below of these keys. */
function plan(level: number, inputs: (readonly [number, number])[], below: (readonly [number, number])[] = []): CompactionPlan {
  return { level, outputLevel: level + 1, inputs: inputs.map(sst), below: below.map(sst), move: false, bottom: true };
}

function conflict(running: CompactionPlan, next: CompactionPlan): boolean {
  const state = new CompactionState();
  state.begin(running);
  return state.conflicts(next);
}

describe('two compactions', () => {
  const running = plan(2, [[10, 19]], [[5, 24]]);

  it.each([
    ['of other keys on the same level', plan(2, [[30, 39]], [[25, 34]]), false],
    ['of the same level whose inputs overlap', plan(2, [[19, 29]]), true],
    ['of the same level that meet in the output only', plan(2, [[24, 29]]), true],
    ['of which one writes where the other reads', plan(1, [[15, 15]]), true],
    ['of which one writes beside where the other reads and writes', plan(1, [[30, 39]], [[28, 29]]), false],
    ['of which one reads what the other writes', plan(3, [[20, 24]]), true],
    ['of which one reads other keys than the other writes', plan(3, [[25, 99]]), false],
    ['that share no level', plan(0, [[10, 19]], [[5, 24]]), false],
    ['of which the second is two levels deeper', plan(4, [[10, 19]], [[5, 24]]), false],
  ])('%s', (_, next, expected) => {
    expect(conflict(running, next)).toBe(expected);
    expect(conflict(next, running)).toBe(expected);
  });
});

describe('the guard', () => {
  it('knows of nothing at first, and forgets what has ended', () => {
    const state = new CompactionState();
    const first = plan(1, [[0, 9]]);
    expect(state.conflicts(first)).toBe(false);
    state.begin(first);
    state.begin(plan(1, [[50, 59]]));
    expect(state.count).toBe(2);
    expect(state.conflicts(plan(1, [[5, 5]]))).toBe(true);
    state.end(first);
    expect(state.count).toBe(1);
    expect(state.conflicts(plan(1, [[5, 5]]))).toBe(false);
    expect(state.conflicts(plan(1, [[55, 60]]))).toBe(true);
  });
});
