import { expect, it } from 'vitest';
import { Permutation } from './permutation.ts';

it.each([1, 2, 3, 16, 17, 1000, 65_537])('visits each of %i places once', (count) => {
  const order = new Permutation(count, 1);
  const seen = new Set(Array.from({ length: count }, (_, i) => order.at(i)));
  expect(seen.size).toBe(count);
  expect(Math.max(...Array.from(seen).slice(0, 1000))).toBeLessThan(count);
});

it('repeats itself from its seed, and looks nothing like the order of numbers', () => {
  const take = (seed: number): number[] => Array.from({ length: 1000 }, (_, i) => new Permutation(1000, seed).at(i));
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
  const ascents = take(1).filter((place, i, all) => i > 0 && place > all[i - 1]).length;
  expect(Math.abs(ascents - 500)).toBeLessThan(60);
});
