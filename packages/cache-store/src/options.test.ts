import { expect, it } from 'vitest';
import { planOf, type CacheOptions } from './options.ts';

const MIB = 2 ** 20;

it('pieces are 64 KiB, and bundles 2 MiB, where the budget allows it', () => {
  expect(planOf({ budgetBytes: MIB })).toMatchObject({ pieceBytes: MIB / 16, bundleBytes: MIB / 16 });
  expect(planOf({ budgetBytes: 1000 * MIB })).toMatchObject({ pieceBytes: 65_536, bundleBytes: 2 * MIB });
  expect(planOf({ budgetBytes: 16 * MIB, pieceBytes: MIB })).toMatchObject({ pieceBytes: MIB, bundleBytes: MIB });
});

it('options that make no sense are refused, and named', () => {
  for (const budgetBytes of [0, -1, MIB - 1, 1.5 * MIB + 0.5, NaN, Infinity]) {
    expect(() => planOf({ budgetBytes })).toThrow(/budgetBytes must be an integer from 1048576 on/);
  }
  for (const pieceBytes of [0, 2048, 65_537, 2 * MIB, NaN]) {
    expect(() => planOf({ budgetBytes: 64 * MIB, pieceBytes })).toThrow(/pieceBytes must be a power of two from 4096 to 1048576/);
  }
  expect(() => planOf({ budgetBytes: MIB, pieceBytes: 131_072 })).toThrow(/to 65536/);
  expect(() => planOf({ budgetBytes: MIB, budget: 1 } as CacheOptions)).toThrow(/unknown option budget: cacheStore knows budgetBytes/);
});
