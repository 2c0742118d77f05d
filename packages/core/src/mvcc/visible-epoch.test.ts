// The newest epoch that reads see.

import { describe, expect, it } from 'vitest';
import { compareEpochs, epochFromBigInt, epochToBigInt } from '../format/epoch.ts';
import { VisibleEpoch } from './visible-epoch.ts';

describe('the visible epoch', () => {
  it('changes in place, and what was captured of it does not', () => {
    const visible = new VisibleEpoch(3, 5);
    const captured = visible.capture();
    visible.low = 6;
    visible.high = 4;
    expect(captured).toEqual({ high: 3, low: 5 });
    expect(visible.capture()).toEqual({ high: 4, low: 6 });
  });

  it('is an epoch as readers compare it: term first, count second, and a bigint outside', () => {
    const visible = new VisibleEpoch(2, 0);
    expect(compareEpochs(visible, { high: 1, low: 0xffffffff })).toBeGreaterThan(0);
    expect(compareEpochs(visible, { high: 2, low: 1 })).toBeLessThan(0);
    expect(epochToBigInt(new VisibleEpoch(2, 0xffffffff))).toBe(2n ** 33n + 2n ** 32n - 1n);
    expect(epochFromBigInt(2n ** 63n + 7n)).toEqual({ high: 0x80000000, low: 7 });
  });
});
