// A disk that answers quickly is asked on the spot, a slow one in the background, and after a while the slow one gets another chance.

import { describe, expect, it } from 'vitest';
import { SyncPolicy } from './sync-policy.ts';

/** Where so many syncs of so many milliseconds each take place: s on the spot, b in the background. */
function course(policy: SyncPolicy, syncs: number, ms: number): string {
  let text = '';
  for (let i = 0; i < syncs; i++) {
    const onTheSpot = policy.onTheSpot();
    text += onTheSpot ? 's' : 'b';
    if (onTheSpot) policy.took(ms);
  }
  return text;
}

describe('the policy of synced writes', () => {
  it('syncs on the spot at first', () => {
    expect(new SyncPolicy().onTheSpot()).toBe(true);
  });

  it.each([0, 0.1, 1])('stays on the spot while a sync takes %d ms in the mean', (ms) => {
    expect(course(new SyncPolicy(), 1000, ms)).toBe('s'.repeat(1000));
  });

  it('takes a clock of whole milliseconds: one of two ticks now and then is still quick', () => {
    const policy = new SyncPolicy();
    for (let i = 0; i < 1000; i++) {
      expect(policy.onTheSpot()).toBe(true);
      policy.took(i % 4 === 0 ? 2 : 0);
    }
  });

  it('goes to the background after sixteen syncs that were too slow in the mean', () => {
    expect(course(new SyncPolicy(), 20, 1.06)).toBe(`${'s'.repeat(16)}bbbb`);
  });

  it('does not wait for sixteen of a disk that is very slow', () => {
    expect(course(new SyncPolicy(), 8, 5)).toBe('ssssbbbb');
    expect(course(new SyncPolicy(), 4, 400)).toBe('sbbb');
  });

  it('tries the disk again after 256 syncs in the background', () => {
    const policy = new SyncPolicy();
    expect(course(policy, 1 + 256 + 3, 400)).toBe(`s${'b'.repeat(256)}sbb`);
  });

  it('forgets what was before: a disk that became quick is asked on the spot again', () => {
    const policy = new SyncPolicy();
    course(policy, 1 + 256, 400);
    expect(course(policy, 500, 0.5)).toBe('s'.repeat(500));
  });

  it('judges each sixteen by themselves: a slow one is not made up for by quick ones long ago', () => {
    const policy = new SyncPolicy();
    course(policy, 1600, 0.01);
    expect(course(policy, 20, 1.1)).toBe(`${'s'.repeat(15)}bbbbb`);
  });
});
