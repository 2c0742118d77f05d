// Whether growth is told from noise.

import { seededRandom } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { LEAST_MEASUREMENTS, trendOf, type Measured } from './flatness.ts';

const random = seededRandom(20261121);
const noise = (size: number): number => ((random.uint32() / 2 ** 32) * 2 - 1) * size;
const measured = (count: number, valueAt: (i: number) => number): Measured[] =>
  Array.from({ length: count }, (_, i) => ({ atMs: 3000 * i + noise(200), value: valueAt(i) }));

describe('a trend', () => {
  it('is what a steady growth gains over the second half', () => {
    expect(trendOf(measured(200, (i) => 1000 + i)).growth).toBeCloseTo(99, -1);
  });

  it('finds growth under noise that is larger than the growth itself', () => {
    expect(trendOf(measured(200, (i) => 1000 + i + noise(150))).growth).toBeGreaterThan(60);
  });

  it('is about nothing for noise alone, and for what comes and goes', () => {
    expect(Math.abs(trendOf(measured(200, () => 1000 + noise(150))).growth!)).toBeLessThan(60);
    expect(Math.abs(trendOf(measured(200, (i) => (i % 7 < 2 ? 2000 : 1000) + noise(20))).growth!)).toBeLessThan(20);
  });

  it('leaves out what is gained in the first half', () => {
    expect(Math.abs(trendOf(measured(200, (i) => Math.min(i, 80) * 100 + noise(20))).growth!)).toBeLessThan(20);
  });

  it('is not moved by a few measurements that lie anywhere', () => {
    expect(Math.abs(trendOf(measured(200, (i) => (i > 190 ? 1e6 : 1000 + noise(20)))).growth!)).toBeLessThan(20);
  });

  it('is not known from too few measurements', () => {
    expect(trendOf(measured(LEAST_MEASUREMENTS, (i) => i)).growth).toBeUndefined();
    expect(trendOf(measured(1, () => 5))).toEqual({ first: 5, middle: 5, last: 5, highest: 5, growth: undefined });
  });

  it('names medians of the thirds and the highest', () => {
    expect(trendOf(measured(9, (i) => [1, 2, 3, 10, 20, 30, 7, 8, 9][i]))).toMatchObject({ first: 2, middle: 20, last: 8, highest: 30 });
  });
});
