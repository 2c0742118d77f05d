import { describe, expect, it } from 'vitest';
import { Failure } from '../failure.ts';
import { fromTagged, toTagged } from './tagged-json.ts';

describe('tagged JSON', () => {
  it.each([
    ['what JSON knows', { a: [1, 'x', null, true, { b: {} }] }],
    ['numbers that JSON lacks', [NaN, Infinity, -Infinity, -0, 12n, -(10n ** 30n)]],
    ['dates', [new Date(0), new Date(NaN)]],
    ['sets and maps', new Map<unknown, unknown>([[new Set([1, new Set()]), { x: undefined }]])],
    ['bytes', [new Uint8Array([0, 255]), new Float64Array([1.5, -0]), new Uint8ClampedArray([7]), new Uint8Array([1, 2]).buffer]],
    ['objects that look like tags', [{ $bigint: '1' }, { $object: { $date: 1 } }, { $a: 1, $b: 2 }]],
  ])('brings %s back through text', (_, value) => {
    expect(fromTagged(JSON.parse(JSON.stringify(toTagged(value))))).toEqual(value);
  });

  it('refuses tags that it does not know and contents that lie', () => {
    for (const json of [{ $what: 1 }, { $bigint: 'x' }, { $date: 'never' }, { $bytes: '***' }, { $set: 1 }, { $buffer: ['Promise', ''] }]) {
      expect(() => fromTagged(json)).toThrow(Failure);
    }
  });
});
