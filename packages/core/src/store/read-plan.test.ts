// Reads of one turn, and the requests that serve them.

import { expect, it } from 'vitest';
import { planRanges } from './read-plan.ts';

const MIB = 2 ** 20;
const range = (offset: number, length: number) => ({ offset, length });
const planned = (...reads: [offset: number, length: number][]) =>
  planRanges(reads.map(([offset, length]) => range(offset, length))).map(({ offset, length, reads: served }) => [
    offset,
    length,
    served.length,
  ]);

it('reads that touch or overlap share a request, in whatever order they come', () => {
  expect(planned([10, 5], [0, 10], [14, 6])).toEqual([[0, 20, 3]]);
});

it('a read inside another makes it no shorter', () => {
  expect(planned([0, 100], [10, 5], [90, 20])).toEqual([[0, 110, 3]]);
});

it('what lies between reads is not asked for', () => {
  expect(planned([0, 10], [11, 10])).toEqual([
    [0, 10, 1],
    [11, 10, 1],
  ]);
});

it('a shared request has at most 8 MiB, and a larger read is served alone', () => {
  expect(planned([0, 6 * MIB], [6 * MIB, 2 * MIB], [8 * MIB, 1])).toEqual([
    [0, 8 * MIB, 2],
    [8 * MIB, 1, 1],
  ]);
  expect(planned([0, 20 * MIB])).toEqual([[0, 20 * MIB, 1]]);
});

it('nothing is asked for where nobody reads', () => {
  expect(planned()).toEqual([]);
});
