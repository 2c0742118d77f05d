import { expect, it } from 'vitest';
import { inARow } from './request-log.ts';

const request = (what: string, begin: number, end: number) => ({ what, begin, end });

it('the longest row of requests that waited for each other', () => {
  const log = [request('a', 0, 10), request('b', 0, 12), request('c', 11, 20), request('d', 13, 30), request('e', 30, 40)];
  expect(inARow(log).map(({ what }) => what)).toEqual(['a', 'c', 'e']);
});

it('requests that are under way at once are one', () => {
  expect(inARow([request('a', 0, 10), request('b', 1, 9), request('c', 2, 11)])).toHaveLength(1);
  expect(inARow([])).toEqual([]);
});
