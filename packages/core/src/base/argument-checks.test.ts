import { describe, expect, it } from 'vitest';
import { checkBoolean, checkInteger, checkOptions, checkWord } from './argument-checks.ts';

const RANGE = ['gt', 'gte', 'lt', 'lte', 'prefix', 'reverse', 'limit', 'keysOnly'];

function complaint(run: () => void): string {
  try {
    run();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return `${error.name}: ${error.message}`;
    throw error;
  }
  return 'accepted';
}

describe('checkOptions', () => {
  it('accepts what is allowed, and no options at all', () => {
    expect(complaint(() => checkOptions(undefined, RANGE))).toBe('accepted');
    expect(complaint(() => checkOptions({ gte: 1, keysOnly: undefined }, RANGE))).toBe('accepted');
  });

  it.each([
    [{ start: 1 }, 'gte'],
    [{ end: 1 }, 'lt (exclusive) or lte (inclusive)'],
    [{ from: 1 }, 'gte'],
    [{ to: 1 }, 'lt (exclusive) or lte (inclusive)'],
    [{ min: 1 }, 'gte'],
    [{ max: 1 }, 'lte'],
    [{ before: 1 }, 'lt'],
    [{ after: 1 }, 'gt'],
    [{ direction: 'prev' }, 'reverse'],
    [{ desc: true }, 'reverse'],
    [{ count: 3 }, 'limit'],
    [{ values: false }, 'keysOnly: true'],
    [{ lmit: 3 }, 'limit'],
    [{ gtE: 3 }, 'gte'],
    [{ revesre: true }, 'reverse'],
    [{ keyOnly: true }, 'keysOnly'],
  ])('answers %o with %s', (options, meant) => {
    expect(complaint(() => checkOptions(options, RANGE))).toBe(
      `TypeError: unknown option ${Object.keys(options)[0]}: did you mean ${meant}?`,
    );
  });

  it('does not suggest an option that does not exist here', () => {
    expect(complaint(() => checkOptions({ start: 1 }, ['signal']))).toBe('TypeError: unknown option start: there are signal');
    expect(complaint(() => checkOptions({ start: 1 }, []))).toBe('TypeError: unknown option start: there are no options here');
  });

  it('lists the options when nothing is near', () => {
    expect(complaint(() => checkOptions({ frobnicate: 1 }, ['gt', 'limit']))).toBe(
      'TypeError: unknown option frobnicate: there are gt, limit',
    );
  });

  it('knows no names from the prototype of its own table', () => {
    expect(complaint(() => checkOptions({ constructor: 1 }, RANGE))).toMatch(/^TypeError: unknown option constructor: there are gt/);
  });

  it('refuses what is no object of options and says what it got', () => {
    expect(complaint(() => checkOptions('abc' as never, RANGE))).toBe('TypeError: options must be an object, not the string "abc"');
    expect(complaint(() => checkOptions(null as never, RANGE))).toBe('TypeError: options must be an object, not null');
    expect(complaint(() => checkOptions([1], RANGE))).toBe('TypeError: options must be an object, not an array');
  });
});

describe('checks of single values', () => {
  it('tells a wrong type from a wrong number', () => {
    expect(complaint(() => checkInteger('limit', '10', 0))).toBe('TypeError: limit must be an integer, not the string "10"');
    expect(complaint(() => checkInteger('limit', -1, 0))).toBe('RangeError: limit must be an integer of at least 0, not -1');
    expect(complaint(() => checkInteger('limit', 1.5, 0))).toBe('RangeError: limit must be an integer of at least 0, not 1.5');
    expect(complaint(() => checkInteger('limit', Number.NaN, 0))).toBe('RangeError: limit must be an integer of at least 0, not NaN');
    expect(complaint(() => checkInteger('level', 8, 0, 7))).toBe('RangeError: level must be an integer from 0 to 7, not 8');
    expect(complaint(() => checkInteger('level', 7, 0, 7))).toBe('accepted');
    expect(complaint(() => checkInteger('level', undefined, 0, 7))).toBe('accepted');
  });

  it('takes booleans only', () => {
    expect(complaint(() => checkBoolean('reverse', 'prev'))).toBe('TypeError: reverse must be true or false, not the string "prev"');
    expect(complaint(() => checkBoolean('reverse', false))).toBe('accepted');
    expect(complaint(() => checkBoolean('reverse', undefined))).toBe('accepted');
  });

  it('takes one of the words and guesses which was meant', () => {
    const words = ['memory', 'buffered', 'synced'];
    expect(complaint(() => checkWord('durability', 'synced', words))).toBe('accepted');
    expect(complaint(() => checkWord('durability', 'sync', words))).toBe(
      "TypeError: durability must be 'memory' or 'buffered' or 'synced', not the string \"sync\": did you mean 'synced'?",
    );
    expect(complaint(() => checkWord('durability', 1, words))).toBe(
      "TypeError: durability must be 'memory' or 'buffered' or 'synced', not the number 1",
    );
  });
});
