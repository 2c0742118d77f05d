import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compareBytes } from './compare-bytes.ts';
import { ORDERED_VARINT_LIMIT, orderedVarintBytes, orderedVarintLength, readOrderedVarint, writeOrderedVarint } from './ordered-varint.ts';

const number = fc.oneof(fc.nat({ max: ORDERED_VARINT_LIMIT - 1 }), fc.nat({ max: 0x4100 }), fc.integer({ min: 0x1fff00, max: 0x200100 }));

function written(value: number): Uint8Array {
  const target = new Uint8Array(6);
  return target.slice(1, writeOrderedVarint(value, target, 1));
}

it.each([
  [0, '00'],
  [0x7f, '7f'],
  [0x80, '8080'],
  [0x3fff, 'bfff'],
  [0x4000, 'c04000'],
  [0x1fffff, 'dfffff'],
  [0x200000, 'e0200000'],
  [0xfffffff, 'efffffff'],
])('writes %i as %s', (value, hex) => {
  expect(Array.from(written(value), (byte) => byte.toString(16).padStart(2, '0')).join('')).toBe(hex);
});

it('gives back every number and tells its length in advance', () => {
  fc.assert(
    fc.property(number, (value) => {
      const bytes = written(value);
      expect(readOrderedVarint(bytes, 0)).toBe(value);
      expect(bytes).toHaveLength(orderedVarintBytes(value));
      expect(orderedVarintLength(bytes[0])).toBe(bytes.length);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

it('sorts as the numbers do', () => {
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(Math.sign(compareBytes(written(a), written(b)))).toBe(Math.sign(a - b));
    }),
    { seed: 2, numRuns: 1000 },
  );
});

it.each([-1, 1.5, ORDERED_VARINT_LIMIT, Number.NaN])('has no place for %d', (value) => {
  expect(() => written(value)).toThrowError('ordered varint out of range');
});

it('calls truncated, overlong and unknown forms damaged', () => {
  const damaged = expect.objectContaining({ code: 'CORRUPTION' });
  for (const value of [0x80, 0x4000, 0xfffffff]) {
    const bytes = written(value);
    for (let end = 0; end < bytes.length; end++) expect(() => readOrderedVarint(bytes, 0, end)).toThrowError(damaged);
  }
  for (const bytes of [
    [0x80, 0x7f],
    [0xc0, 0x3f, 0xff],
    [0xe0, 0x1f, 0xff, 0xff],
    [0xf0, 0, 0, 0],
    [0xff, 0, 0, 0],
  ]) {
    expect(() => readOrderedVarint(Uint8Array.from(bytes), 0)).toThrowError(damaged);
  }
});
