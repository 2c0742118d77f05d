import { expect, it } from 'vitest';
import { seededRandom, systemRandom } from './random.ts';

it('repeats itself from a seed, and differs between seeds', () => {
  const take = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 8 }, () => random.uint32());
  };
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
});

it('spreads its numbers evenly', () => {
  const random = seededRandom(7);
  const counts = new Uint32Array(16);
  for (let i = 0; i < 160_000; i++) counts[random.uint32() >>> 28]++;
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
});

it('fills bytes from either source', () => {
  for (const random of [seededRandom(3), systemRandom]) {
    const bytes = new Uint8Array(64);
    expect(random.fill(bytes)).toBe(bytes);
    expect(new Set(bytes).size).toBeGreaterThan(30);
  }
});

it('draws system integers of 32 bits', () => {
  const drawn = Array.from({ length: 64 }, () => systemRandom.uint32());
  expect(drawn.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 32)).toBe(true);
  expect(Math.max(...drawn)).toBeGreaterThan(2 ** 24);
});
