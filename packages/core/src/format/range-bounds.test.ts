import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes } from './bytes-codec.ts';
import { compareBytes } from './compare-bytes.ts';
import { KeySpaceCodec, MAX_KEY_BYTES } from './key-space.ts';
import { halfOpenBounds, isEmptyBounds, type KeyBounds, type KeyRange, rangeBounds, scanBounds, storedKey } from './range-bounds.ts';
import { prefixSuccessor } from './prefix-successor.ts';
import { tuple } from './tuple-codec.ts';
import { utf8 } from './utf8-codec.ts';

const text = new KeySpaceCodec(5, utf8, utf8);
const key = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '\x7f', '\u{10ffff}'), maxLength: 4 });
const optionalKey = fc.option(key, { nil: undefined });
const lowerLimit = fc.oneof(fc.record({ gt: optionalKey }), fc.record({ gte: optionalKey }));
const upperLimit = fc.oneof(fc.record({ lt: optionalKey }), fc.record({ lte: optionalKey }));
const range: fc.Arbitrary<KeyRange<string>> = fc
  .tuple(lowerLimit, upperLimit, fc.record({ prefix: optionalKey }))
  .map(([lower, upper, prefix]) => ({ ...lower, ...upper, ...prefix }));

/** What the options say, without bytes. Code points of these keys sort as their UTF-16 units do. */
function wanted({ gt, gte, lt, lte, prefix }: KeyRange<string>, candidate: string): boolean {
  return (
    (gt === undefined || candidate > gt) &&
    (gte === undefined || candidate >= gte) &&
    (lt === undefined || candidate < lt) &&
    (lte === undefined || candidate <= lte) &&
    candidate.startsWith(prefix ?? '')
  );
}

function contains({ lower, lowerOpen, upper, upperClosed }: KeyBounds, stored: Uint8Array): boolean {
  const above = compareBytes(stored, lower);
  const below = compareBytes(stored, upper);
  return (lowerOpen ? above > 0 : above >= 0) && (upperClosed ? below <= 0 : below < 0);
}

describe('bounds of a range', () => {
  it('contain the keys that the options describe, and no others', () => {
    fc.assert(
      fc.property(range, key, (options, candidate) => {
        expect(contains(rangeBounds(options, text), storedKey(text, candidate))).toBe(wanted(options, candidate));
      }),
      { seed: 1, numRuns: 5000 },
    );
  });

  it('contain the same keys as a half-open range', () => {
    fc.assert(
      fc.property(range, key, (options, candidate) => {
        const half = { ...halfOpenBounds(rangeBounds(options, text)), lowerOpen: false, upperClosed: false };
        expect(contains(half, storedKey(text, candidate))).toBe(wanted(options, candidate));
      }),
      { seed: 2, numRuns: 5000 },
    );
  });

  it('are called empty only when nothing can be inside', () => {
    fc.assert(
      fc.property(range, key, (options, candidate) => {
        const bounds = rangeBounds(options, text);
        expect(isEmptyBounds(bounds) && contains(bounds, storedKey(text, candidate))).toBe(false);
      }),
      { seed: 3, numRuns: 2000 },
    );
    expect(isEmptyBounds(rangeBounds({ gt: 'b', lt: 'a' }, text))).toBe(true);
    expect(isEmptyBounds(rangeBounds({ gt: 'a', lte: 'a' }, text))).toBe(true);
    expect(isEmptyBounds(rangeBounds({ gte: 'a', lt: 'a' }, text))).toBe(true);
    expect(isEmptyBounds(rangeBounds({ gte: 'a', lte: 'a' }, text))).toBe(false);
    expect(isEmptyBounds(rangeBounds({ prefix: 'a', lt: 'A' }, text))).toBe(true);
    expect(isEmptyBounds(rangeBounds({}, text))).toBe(false);
  });

  it.each([0, 5, 0x7f, 0x80, 0x3fff, 0x1fffff, 0xfffffff])('stay inside key space %i', (id) => {
    const space = new KeySpaceCodec(id, bytes, bytes);
    const all = rangeBounds({}, space);
    expect(contains(all, storedKey(space, ''))).toBe(true);
    expect(contains(all, storedKey(space, new Uint8Array(20).fill(0xff)))).toBe(true);
    const before = new KeySpaceCodec(Math.abs(id - 1), bytes, bytes);
    const after = new KeySpaceCodec(Math.min(id + 1, 0xffffffe), bytes, bytes);
    expect(contains(all, storedKey(before, new Uint8Array(20).fill(0xff)))).toBe(false);
    expect(contains(all, storedKey(after, ''))).toBe(false);
  });

  it('find all tuples that begin with a prefix', () => {
    const space = new KeySpaceCodec(1, tuple('string', 'number'), bytes);
    const bounds = rangeBounds({ prefix: ['room'] }, space);
    expect(contains(bounds, storedKey(space, ['room', -Infinity]))).toBe(true);
    expect(contains(bounds, storedKey(space, ['room', Infinity]))).toBe(true);
    expect(contains(bounds, storedKey(space, ['rooms', 0]))).toBe(false);
    expect(contains(bounds, storedKey(space, ['roo', 0]))).toBe(false);
  });

  it('reach to the longest keys', () => {
    const space = new KeySpaceCodec(0, bytes, bytes);
    const longest = new Uint8Array(MAX_KEY_BYTES).fill(7);
    const half = halfOpenBounds(rangeBounds({ gt: longest, lte: longest }, space));
    expect(compareBytes(half.lower, storedKey(space, longest))).toBeGreaterThan(0);
    expect(half.lower).toEqual(half.upper);
    expect(half.lower.length).toBe(MAX_KEY_BYTES + 1);
    expect(half.lower.at(-1)).toBe(8);
    const top = new Uint8Array(MAX_KEY_BYTES).fill(0xff);
    expect(halfOpenBounds(rangeBounds({ lte: top }, space)).upper).toEqual(Uint8Array.of(1));
    expect(() => rangeBounds({ gt: new Uint8Array(MAX_KEY_BYTES + 1) }, space)).toThrowError(RangeError);
    expect(() => rangeBounds({ prefix: new Uint8Array(MAX_KEY_BYTES + 1) }, space)).toThrowError(
      /^prefix is too long: at most 65535 bytes bytes=65536$/,
    );
  });
});

describe('options of a scan', () => {
  it('have defaults', () => {
    expect(scanBounds({}, text)).toEqual({
      lower: Uint8Array.of(5),
      lowerOpen: false,
      upper: Uint8Array.of(6),
      upperClosed: false,
      reverse: false,
      limit: Infinity,
      keysOnly: false,
    });
  });

  it('mean the same keys in reverse', () => {
    const { reverse, ...bounds } = scanBounds({ gt: 'a', lte: 'c', limit: 3, keysOnly: true, reverse: true }, text);
    const { reverse: forward, ...same } = scanBounds({ gt: 'a', lte: 'c', limit: 3, keysOnly: true }, text);
    expect(bounds).toEqual(same);
    expect([reverse, forward]).toEqual([true, false]);
    expect(bounds).toMatchObject({
      lower: Uint8Array.of(5, 0x61),
      lowerOpen: true,
      upper: Uint8Array.of(5, 0x63),
      upperClosed: true,
      limit: 3,
      keysOnly: true,
    });
  });

  it.each([
    [{ gt: 'a', gte: 'a' }, TypeError, 'a range has gt or gte, not both'],
    [{ lt: 'a', lte: 'a' }, TypeError, 'a range has lt or lte, not both'],
    [{ start: 'a' }, TypeError, 'unknown option start: did you mean gte?'],
    [{ limit: -1 }, RangeError, 'limit must be an integer of at least 0, not -1'],
    [{ limit: '3' }, TypeError, 'limit must be an integer, not the string "3"'],
    [{ reverse: 1 }, TypeError, 'reverse must be true or false, not the number 1'],
    [{ keysOnly: 'yes' }, TypeError, 'keysOnly must be true or false, not the string "yes"'],
    [{ gte: 3 }, TypeError, 'expected a string, not the number 3 codec=utf8'],
    [{ prefix: null }, TypeError, 'expected a string, not null codec=utf8'],
  ])('are checked: %o', (options, type, message) => {
    expect(() => scanBounds(options as never, text)).toThrowError(new type(message));
  });

  it('may be more than ours', () => {
    expect(() => scanBounds({ signal: undefined } as never, text)).toThrowError('unknown option signal');
    expect(scanBounds({ signal: undefined } as never, text, ['signal']).limit).toBe(Infinity);
    expect(() => rangeBounds({ limit: 3 } as never, text)).toThrowError('unknown option limit');
    expect(scanBounds({ limit: Infinity }, text).limit).toBe(Infinity);
    expect(scanBounds({ limit: 0 }, text).limit).toBe(0);
  });
});

it('finds the successor of a prefix where there is one', () => {
  expect(prefixSuccessor(Uint8Array.of(1, 2))).toEqual(Uint8Array.of(1, 3));
  expect(prefixSuccessor(Uint8Array.of(1, 0xff, 0xff))).toEqual(Uint8Array.of(2));
  expect(prefixSuccessor(Uint8Array.of(0xff))).toBeUndefined();
  expect(prefixSuccessor(new Uint8Array(0))).toBeUndefined();
});
