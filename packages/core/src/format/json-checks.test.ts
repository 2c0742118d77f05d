// Stored JSON is believed only where it is what a writer would have written.

import { describe, expect, it } from 'vitest';
import { StorageError } from '../base/errors.ts';
import { checkDistinct, storedEpoch, storedNumber, storedText } from './json-checks.ts';

const refused = expect.objectContaining({ code: 'CORRUPTION' });

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (error instanceof StorageError || error instanceof SyntaxError || error instanceof TypeError) return error;
    throw error;
  }
}

describe('a stored number', () => {
  it('is a whole one, as it is or in decimal digits, up to the limit', () => {
    for (const [stored, number] of [
      [0, 0],
      [7, 7],
      ['7', 7],
      ['9007199254740991', 2 ** 53 - 1],
    ] as const) {
      expect(storedNumber(stored)).toBe(number);
    }
    expect(storedNumber(6, 6)).toBe(6);
    expect(outcome(() => storedNumber(7, 6))).toEqual(refused);
  });

  it('is nothing else', () => {
    const others = [-1, 1.5, NaN, Infinity, 2 ** 53, '', ' 1', '01', '0x1', '1e3', '-1', '9007199254740993', null, undefined, true, {}, []];
    for (const stored of others) {
      expect(
        outcome(() => storedNumber(stored)),
        JSON.stringify(stored),
      ).toEqual(refused);
    }
  });
});

describe('a stored epoch', () => {
  it('has 64 bits and no sign, in decimal digits', () => {
    expect(storedEpoch('0')).toBe(0n);
    expect(storedEpoch('18446744073709551615')).toBe(2n ** 64n - 1n);
    for (const stored of ['18446744073709551616', '-1', '', ' 1', '0x1', '01', '1n', 'x']) {
      expect(
        outcome(() => storedEpoch(stored)),
        stored,
      ).toBeInstanceOf(Error);
    }
  });
});

describe('stored texts', () => {
  it('are strings, and lists of names hold each once', () => {
    expect(storedText('')).toBe('');
    expect(outcome(() => storedText(1))).toEqual(refused);
    expect(outcome(() => checkDistinct(['a', 'b', 'a']))).toEqual(refused);
    expect(outcome(() => checkDistinct(['a', 1, '1']))).toBeUndefined();
  });
});
