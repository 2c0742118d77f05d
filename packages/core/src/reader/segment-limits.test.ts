import { describe, expect, it } from 'vitest';
import { segmentLimits, type SegmentHead } from './segment-limits.ts';

/** The head of a segment: its term, what its fence says of earlier ones, or where the one before ended. */
function head(segment: number, term: number, told: { fence?: Record<number, number>; previousEnd?: number } = {}): SegmentHead {
  const fence = told.fence && Object.entries(told.fence).map(([number, end]) => ({ segment: Number(number), end }));
  const seed = { low: 0, high: 0 };
  return {
    header: {
      database: '',
      log: '',
      term,
      segment,
      previousEnd: told.previousEnd ?? 0,
      previousSynced: 0,
      version: 1,
      seed,
    } as SegmentHead['header'],
    fence,
  };
}

const limitsOf = (...heads: SegmentHead[]): [number, number][] => [...segmentLimits(heads)];

describe('where segments end', () => {
  it('is not known of the last one', () => {
    expect(limitsOf()).toEqual([]);
    expect(limitsOf(head(4, 1, { fence: {} }))).toEqual([[4, Infinity]]);
  });

  it('is told by the next one of the same writer, in another term of its own as well', () => {
    expect(limitsOf(head(4, 1), head(5, 1, { previousEnd: 300 }), head(6, 2, { previousEnd: 200 }))).toEqual([
      [4, 300],
      [5, 200],
      [6, Infinity],
    ]);
  });

  it('is told by the fence of the next writer: what it does not name is void', () => {
    expect(limitsOf(head(4, 1), head(5, 1, { previousEnd: 300 }), head(6, 2, { fence: { 4: 300 } }))).toEqual([
      [4, 300],
      [5, 0],
      [6, Infinity],
    ]);
  });

  it('is told by the last of several fences', () => {
    expect(limitsOf(head(4, 1), head(5, 2, { fence: { 4: 100 } }), head(6, 3, { fence: { 4: 200 } }))).toEqual([
      [4, 200],
      [5, 0],
      [6, Infinity],
    ]);
  });

  it('is told by nobody who was overtaken before they began: their segments do not count', () => {
    expect(limitsOf(head(4, 1), head(5, 3, { fence: { 4: 200 } }), head(6, 2, { fence: { 4: 100, 5: 0 } }))).toEqual([
      [4, 200],
      [5, Infinity],
    ]);
  });
});
