import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cuts, DAMAGED, decoded, decodedOrDamaged, encoded, encodedPrefix, flips } from './codec-test-kit.ts';
import { compareBytes } from './compare-bytes.ts';
import type { KeyPart } from './key-part.ts';
import { prefixSuccessor } from './prefix-successor.ts';
import { tuple } from './tuple-codec.ts';

const EDGE_NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  10,
  -10,
  2 ** 53,
  -(2 ** 53),
  5e-324,
  -5e-324,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  Infinity,
  -Infinity,
];
const EDGE_BIGINTS = [
  0n,
  1n,
  -1n,
  255n,
  256n,
  -255n,
  -256n,
  2n ** 63n,
  2n ** 64n - 1n,
  2n ** 64n,
  -(2n ** 64n),
  2n ** 888n - 1n,
  2n ** 896n,
  -(2n ** 896n),
];

const number = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(...EDGE_NUMBERS));
const bigint = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.bigInt({ min: -(2n ** 1000n), max: 2n ** 1000n }),
  fc.constantFrom(...EDGE_BIGINTS),
);
const string = fc.string({
  unit: fc.oneof(fc.constantFrom('\0', '\x01', 'a', 'b', '\xff'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })),
  maxLength: 8,
});
const blob = fc.array(fc.constantFrom(0, 0, 1, 2, 0x7f, 0xfe, 0xff), { maxLength: 8 }).map((array) => Uint8Array.from(array));
const date = fc.date({ noInvalidDate: true });
const part: fc.Arbitrary<KeyPart> = fc.oneof(number, bigint, string, blob, fc.boolean(), date);
const key = fc.array(part, { maxLength: 4 });

const TYPE_ORDER = ['bytes', 'string', 'number', 'bigint', 'boolean', 'date'];

function typeOf(value: KeyPart): string {
  return value instanceof Uint8Array ? 'bytes' : value instanceof Date ? 'date' : typeof value;
}

/** The order that is documented, written down once more, without bytes. */
function compareParts(a: KeyPart, b: KeyPart): number {
  if (typeOf(a) !== typeOf(b)) return TYPE_ORDER.indexOf(typeOf(a)) - TYPE_ORDER.indexOf(typeOf(b));
  if (a instanceof Uint8Array) return compareBytes(a, b as Uint8Array);
  if (typeof a === 'string') return compareBytes(new TextEncoder().encode(a), new TextEncoder().encode(b as string));
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareKeys(a: readonly KeyPart[], b: readonly KeyPart[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compareParts(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

describe('tuple.any', () => {
  it('gives back every key, except that -0 becomes 0', () => {
    fc.assert(
      fc.property(key, (parts) => {
        const expected = parts.map((value) => (Object.is(value, -0) ? 0 : value));
        expect(decoded(tuple.any, encoded(tuple.any, parts))).toEqual(expected);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('sorts bytes as the parts sort', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        expect(Math.sign(compareBytes(encoded(tuple.any, a), encoded(tuple.any, b)))).toBe(Math.sign(compareKeys(a, b)));
      }),
      { seed: 2, numRuns: 3000 },
    );
  });

  it.each([
    ['number', number],
    ['bigint', bigint],
    ['string', string],
    ['bytes', blob],
    ['boolean', fc.boolean()],
    ['date', date],
  ] as [string, fc.Arbitrary<KeyPart>][])('sorts parts of type %s among each other, whatever follows', (_, values) => {
    fc.assert(
      fc.property(values, part, values, part, (a, afterA, b, afterB) => {
        const order = compareBytes(encoded(tuple.any, [a, afterA]), encoded(tuple.any, [b, afterB]));
        expect(Math.sign(order)).toBe(Math.sign(compareKeys([a, afterA], [b, afterB])));
      }),
      { seed: 3, numRuns: 1500 },
    );
  });

  it('has exactly the keys that begin with a prefix between the prefix and its successor', () => {
    fc.assert(
      fc.property(key, key, (prefix, other) => {
        for (const candidate of [other, [...prefix, ...other]]) {
          const bytes = encoded(tuple.any, candidate);
          const lower = encodedPrefix(tuple.any, prefix);
          const upper = prefixSuccessor(lower);
          const inside = compareBytes(bytes, lower) >= 0 && (upper === undefined || compareBytes(bytes, upper) < 0);
          expect(inside).toBe(compareKeys(candidate.slice(0, prefix.length), prefix) === 0);
        }
      }),
      { seed: 4, numRuns: 1000 },
    );
  });

  it('has one form for each key: whatever damaged bytes still mean is written as these bytes', () => {
    fc.assert(
      fc.property(key, (parts) => {
        const bytes = encoded(tuple.any, parts);
        for (const damaged of [...cuts(bytes), ...flips(bytes)]) expect(rewritten(damaged)).toEqual(damaged);
      }),
      { seed: 5, numRuns: 100 },
    );
  });

  it('reads no bytes that it would not write', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(0, 0xff, 0x10, 0x18, 0x20, 0x28, 0x30, 0x31, 0x38, 0x80, 0xf0), fc.nat(255)), { maxLength: 24 }),
        (array) => {
          const bytes = Uint8Array.from(array);
          expect(rewritten(bytes)).toEqual(bytes);
        },
      ),
      { seed: 6, numRuns: 5000 },
    );
  });

  it.each([
    ['-0', '20 7f ff ff ff ff ff ff ff'],
    ['NaN', '20 ff f8 00 00 00 00 00 00'],
    ['-NaN', '20 00 07 ff ff ff ff ff ff'],
    ['half a millisecond', '38 bf e0 00 00 00 00 00 00'],
    ['a date after the last', '38 c4 00 00 00 00 00 00 00'],
    ['0n with a zero byte', '28 81 00'],
    ['a short bigint in the long form', '28 f0 00 01 07'],
    ['no tag', '00'],
  ])('calls %s damaged', (_, hex) => {
    const bytes = Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16));
    expect(decodedOrDamaged(tuple.any, bytes)).toBe(DAMAGED);
  });

  it.each([
    [[Number.NaN], 'a key cannot hold the number NaN'],
    [[new Date(Number.NaN)], 'a key cannot hold an invalid Date'],
    [['a', undefined], /^key part 1 must be of type bytes, string, number, bigint, boolean, date, not undefined codec=tuple\(any\)$/],
    [[null], /not null/],
    [[['nested']], /not an array/],
    [[{}], /not an object/],
    [['\ud800'], /lone surrogate/],
    ['abc', 'expected an array of key parts, not the string "abc" codec=tuple(any)'],
    [undefined, 'expected an array of key parts, not undefined codec=tuple(any)'],
  ])('refuses %o', (parts, message) => {
    expect(() => encoded(tuple.any, parts as never)).toThrowError(message);
    expect(() => encodedPrefix(tuple.any, parts as never)).toThrowError(TypeError);
  });

  it('refuses a bigint that no key has room for', () => {
    expect(() => encoded(tuple.any, [2n ** 524_280n])).toThrowError(RangeError);
    expect(decoded(tuple.any, encoded(tuple.any, [2n ** 524_280n - 1n, -(2n ** 8000n)]))).toEqual([2n ** 524_280n - 1n, -(2n ** 8000n)]);
  });
});

/** What is written for the key that these bytes mean; the bytes themselves when they mean none. */
function rewritten(bytes: Uint8Array): Uint8Array {
  const key = decodedOrDamaged(tuple.any, bytes);
  return key === DAMAGED ? bytes : encoded(tuple.any, key);
}

describe('the layout of tuples', () => {
  it.each<[KeyPart[], string]>([
    [[], ''],
    [['a'], '18 61 00'],
    [['a\0b'], '18 61 00 ff 62 00'],
    [[Uint8Array.of(0, 0xff)], '10 00 ff ff 00'],
    [[0], '20 80 00 00 00 00 00 00 00'],
    [[1], '20 bf f0 00 00 00 00 00 00'],
    [[-1], '20 40 0f ff ff ff ff ff ff'],
    [[0n, 1n, -1n, 258n], '28 80 28 81 01 28 7e fe 28 82 01 02'],
    [[2n ** 888n], '28 f0 00 70 01' + ' 00'.repeat(111)],
    [[false, true], '30 31'],
    [[new Date(1)], '38 bf f0 00 00 00 00 00 00'],
  ])('writes %o as it is drawn', (parts, hex) => {
    expect(Array.from(encoded(tuple.any, parts), (byte) => byte.toString(16).padStart(2, '0')).join(' ')).toBe(hex);
  });
});

describe('tuple(...types)', () => {
  const codec = tuple('string', 'number', 'bytes');

  it('carries its types in its name', () => {
    expect(codec.name).toBe('tuple(string,number,bytes)');
    expect(tuple('bigint', 'boolean', 'date').name).toBe('tuple(bigint,boolean,date)');
    expect(tuple.any.name).toBe('tuple(any)');
  });

  it('writes what tuple.any writes', () => {
    const parts = ['a', 1.5, Uint8Array.of(7)] as const;
    expect(encoded(codec, parts)).toEqual(encoded(tuple.any, parts));
    expect(decoded(codec, encoded(codec, parts))).toEqual(parts);
  });

  it.each([
    [[1, 1, Uint8Array.of()], 'key part 0 must be of type string, not the number 1 codec=tuple(string,number,bytes)'],
    [['a', '1', Uint8Array.of()], 'key part 1 must be of type number, not the string "1" codec=tuple(string,number,bytes)'],
    [['a', 1], 'this key does not fit its codec parts=2 codec=tuple(string,number,bytes)'],
    [['a', 1, Uint8Array.of(), 2], 'this key does not fit its codec parts=4 codec=tuple(string,number,bytes)'],
  ])('refuses the key %o', (parts, message) => {
    expect(() => encoded(codec, parts as never)).toThrowError(new TypeError(message));
  });

  it('takes any beginning of a key as a prefix, and no more', () => {
    const full = encoded(codec, ['a', 1, Uint8Array.of(7)]);
    expect(encodedPrefix(codec, [])).toHaveLength(0);
    for (const prefix of [['a'], ['a', 1], ['a', 1, Uint8Array.of(7)]] as const) {
      const bytes = encodedPrefix(codec, prefix);
      expect(full.subarray(0, bytes.length)).toEqual(bytes);
    }
    expect(() => encodedPrefix(codec, ['a', 1, Uint8Array.of(7), 1] as never)).toThrowError(/prefix does not fit/);
    expect(() => encodedPrefix(codec, [1] as never)).toThrowError(/key part 0 must be of type string/);
  });

  it('calls parts of other types damaged', () => {
    for (const parts of [
      ['a', 1],
      ['a', 'b', Uint8Array.of()],
      ['a', 1, Uint8Array.of(), true],
    ] as const) {
      expect(() => decoded(codec, encoded(tuple.any, parts))).toThrowError(expect.objectContaining({ code: 'CORRUPTION' }));
    }
  });

  it('refuses types that it does not know, and guesses which were meant', () => {
    expect(() => tuple('strng' as never)).toThrowError('a tuple has no part of type the string "strng": did you mean string?');
    expect(() => tuple(String as never)).toThrowError(TypeError);
    expect(() => tuple()).toThrowError('a tuple needs the types of its parts');
  });
});
