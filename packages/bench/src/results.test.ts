import { describe, expect, it } from 'vitest';
import { advantage, median, Results } from './results.ts';

describe('median', () => {
  it('is the middle, or between the two middle ones', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([7])).toBe(7);
  });
});

describe('results', () => {
  it('collect the rounds of every peer in one row', () => {
    const results = new Results();
    results.add('load', 'a', { name: 'fill', unit: '/s', value: 1 });
    results.add('load', 'b', { name: 'fill', unit: '/s', value: 2 });
    results.add('load', 'a', { name: 'fill', unit: '/s', value: 3 });
    results.add('puts', 'a', { name: 'fill', unit: '/s', value: 9 });
    expect(results.rows).toEqual([
      { scenario: 'load', name: 'fill', unit: '/s', values: { a: [1, 3], b: [2] } },
      { scenario: 'puts', name: 'fill', unit: '/s', values: { a: [9] } },
    ]);
  });
});

describe('advantage', () => {
  const row = { scenario: 's', name: 'n', values: { a: [8, 8], b: [2], c: [4] } };

  it('compares with the best of the others, where more is better and where less is', () => {
    expect(advantage({ ...row, unit: '/s' }, 'a')).toBe(2);
    expect(advantage({ ...row, unit: 'ms' }, 'a')).toBe(0.25);
  });

  it('says nothing where there is nothing to compare', () => {
    expect(advantage({ ...row, unit: 'ms', values: { a: [1] } }, 'a')).toBeUndefined();
    expect(advantage({ ...row, unit: 'ms', values: { b: [1] } }, 'a')).toBeUndefined();
    expect(advantage({ ...row, unit: 'entries', values: { a: [0], b: [0] } }, 'a')).toBeUndefined();
  });
});
