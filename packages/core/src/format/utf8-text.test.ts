import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytes, isBytes } from './bytes-codec.ts';
import { decoded, encoded, encodedPrefix } from './codec-test-kit.ts';
import { compareBytes } from './compare-bytes.ts';
import { utf8 } from './utf8-codec.ts';
import { loneSurrogate, maxUtf8Bytes } from './utf8-text.ts';

const text = fc.string({ unit: 'binary', maxLength: 60 });
// Around the lengths at which the code changes its way, in one to four bytes a character.
const LENGTHS = [0, 1, 7, 8, 9, 23, 24, 25, 32, 33, 1023, 1024, 1025, 5000];
const CHARACTERS = ['a', '\0', '\x7f', '\x80', 'é', '\u07ff', '\u0800', '中', '\ufeff', '\uffff', '🪨', '\u{10ffff}'];

describe('utf8', () => {
  it('gives back every well-formed string', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(decoded(utf8, encoded(utf8, value))).toBe(value);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it.each(CHARACTERS)('writes %j as the platform does, at every length', (character) => {
    for (const length of LENGTHS) {
      for (const value of [character.repeat(length), 'x' + character.repeat(length), character.repeat(length) + 'yz']) {
        expect(encoded(utf8, value)).toEqual(new TextEncoder().encode(value));
        expect(decoded(utf8, encoded(utf8, value))).toBe(value);
        expect(decoded(utf8, encoded(utf8, value), true)).toBe(value);
      }
    }
  });

  it('asks for no more than a long text needs', () => {
    for (const character of CHARACTERS) expect(maxUtf8Bytes(character.repeat(2000))).toBe(encoded(utf8, character.repeat(2000)).length);
  });

  it('asks for enough for a long text that it then refuses: nothing behind what was reserved is written', () => {
    for (const lone of ['\ud800', '\udc00', '\udc00\ud800', 'a\ud83d', '🪨\udea8']) {
      const refused = lone.repeat(2000);
      expect(maxUtf8Bytes(refused)).toBe(new TextEncoder().encode(refused).length);
    }
  });

  it.each([
    ['\ud800', 0],
    ['ab\udc00', 2],
    ['🪨\ud83e', 2],
    ['\ud83e\ud83e\udea8', 0],
    ['x'.repeat(40) + '\udfff', 40],
    ['x'.repeat(4000) + '\udbffx', 4000],
  ])('refuses a lone surrogate and says where it is (%#)', (value, index) => {
    expect(loneSurrogate(value)).toBe(index);
    expect(() => encoded(utf8, value)).toThrowError(
      new TypeError(`string has a lone surrogate, which UTF-8 cannot express index=${index}`),
    );
  });

  it('finds lone surrogates where the runtime cannot', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\ud800', '\udbff', '\udc00', '\udfff', '🪨') }), (value) => {
        expect(loneSurrogate(value) < 0).toBe((value as unknown as { isWellFormed(): boolean }).isWellFormed());
      }),
      { seed: 2 },
    );
  });

  it('sorts keys by code point', () => {
    const points = (value: string): number[] => Array.from(value, (character) => character.codePointAt(0) ?? 0);
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareBytes(encoded(utf8, a), encoded(utf8, b)))).toBe(Math.sign(compareNumbers(points(a), points(b))));
      }),
      { seed: 3, numRuns: 500 },
    );
  });

  it('writes a prefix as a key', () => {
    expect(encodedPrefix(utf8, 'usér')).toEqual(encoded(utf8, 'usér'));
  });

  it.each([[3], [null], [undefined], [new Uint8Array(1)], [['a']]])('refuses %o', (value) => {
    expect(() => encoded(utf8, value as never)).toThrowError(/^expected a string, not .* codec=utf8$/);
  });

  it.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[...Array<number>(30).fill(0x61), 0xe4]]])(
    'calls bytes that are no UTF-8 damaged (%#)',
    (damaged) => {
      expect(() => decoded(utf8, Uint8Array.from(damaged))).toThrowError(expect.objectContaining({ code: 'CORRUPTION' }));
    },
  );
});

describe('bytes', () => {
  it('gives back bytes, and the UTF-8 of strings', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
        expect(decoded(bytes, encoded(bytes, value))).toEqual(value);
      }),
      { seed: 4 },
    );
    expect(decoded(bytes, encoded(bytes, 'Schicht 🪨'))).toEqual(new TextEncoder().encode('Schicht 🪨'));
    expect(encodedPrefix(bytes, 'us')).toEqual(Uint8Array.of(0x75, 0x73));
  });

  it('hands out bytes with a buffer of their own, unless theirs is lasting', () => {
    const memory = Uint8Array.of(1, 2, 3, 4);
    expect(bytes.decode(memory, 1, 2).buffer.byteLength).toBe(2);
    const shared = bytes.decode(memory, 1, 2, true);
    expect(shared).toEqual(Uint8Array.of(2, 3));
    expect(shared.buffer).toBe(memory.buffer);
  });

  it('takes bytes of another realm', () => {
    const foreign = Uint8Array.of(1, 2);
    Object.setPrototypeOf(foreign, Object.create(Uint8Array.prototype, { constructor: { value: class Foreign {} } }));
    expect(isBytes(foreign)).toBe(true);
    expect(encoded(bytes, foreign)).toEqual(Uint8Array.of(1, 2));
  });

  it.each([[3], [null], [undefined], [[1, 2]], [new ArrayBuffer(2)], [new Uint16Array(2)], [{}]])('refuses %o', (value) => {
    expect(() => encoded(bytes, value as never)).toThrowError(/^expected bytes \(a Uint8Array\) or a string, not .* codec=bytes$/);
  });

  it('refuses strings with lone surrogates', () => {
    expect(() => encoded(bytes, 'a\ud800')).toThrowError(TypeError);
  });
});

function compareNumbers(a: number[], b: number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
