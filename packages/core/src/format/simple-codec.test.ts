import { describe, expect, it } from 'vitest';
import { decoded, encoded, encodedPrefix } from './codec-test-kit.ts';
import { codec, keyCodec } from './simple-codec.ts';

const flags = codec({
  name: 'flags',
  encode: (list: boolean[]) => Uint8Array.from(list, Number),
  decode: (bytes) => Array.from(bytes, Boolean),
});
const day = keyCodec<Date>({
  name: 'day',
  encode: (date) => date.toISOString().slice(0, 10),
  decode: (bytes) => new Date(new TextDecoder().decode(bytes)),
});

describe('codec', () => {
  it('makes a codec of two functions', () => {
    expect(flags.name).toBe('flags');
    expect(encoded(flags, [true, false])).toEqual(Uint8Array.of(1, 0));
    expect(decoded(flags, Uint8Array.of(1, 0, 1))).toEqual([true, false, true]);
    expect(decoded(flags, Uint8Array.of(1, 0, 1), true)).toEqual([true, false, true]);
  });

  it('gives decode bytes that it may keep', () => {
    const raw = codec<Uint8Array>({ name: 'raw', encode: (value) => value, decode: (bytes) => bytes });
    const memory = Uint8Array.of(1, 2, 3);
    const kept = raw.decode(memory, 1, 2);
    memory.fill(0);
    expect(kept).toEqual(Uint8Array.of(2, 3));
    expect(raw.decode(memory, 1, 2, true).buffer).toBe(memory.buffer);
  });

  it('encodes each value once', () => {
    let calls = 0;
    const counting = codec<number>({ name: 'counting', encode: (value) => (calls++, String(value)), decode: () => 0 });
    expect(encoded(counting, 12)).toEqual(Uint8Array.of(0x31, 0x32));
    expect(calls).toBe(1);
  });

  it('refuses an encode that returns something else', () => {
    const wrong = codec<number>({ name: 'wrong', encode: () => 3 as never, decode: () => 0 });
    expect(() => encoded(wrong, 1)).toThrowError(new TypeError('encode must return bytes or a string, not the number 3 codec=wrong'));
  });

  it('passes on what encode throws, and works afterwards', () => {
    const picky = codec<string>({
      name: 'picky',
      encode(value) {
        if (value === 'bad') throw new TypeError('bad');
        return value;
      },
      decode: (bytes) => new TextDecoder().decode(bytes),
    });
    picky.maxBytes('good');
    expect(() => picky.maxBytes('bad')).toThrowError('bad');
    expect(decoded(picky, encoded(picky, 'good'))).toBe('good');
  });

  it.each(['', 'utf8', 'bytes', 'json', 'structured', 'tuple(any)', 'tuple(string)', 3])('does not take the name %j', (name) => {
    expect(() => codec({ name: name as string, encode: () => '', decode: () => 0 })).toThrowError(TypeError);
    expect(() => keyCodec({ name: name as string, encode: () => '', decode: () => 0 })).toThrowError(TypeError);
  });
});

describe('keyCodec', () => {
  it('makes a codec for keys, whose prefixes are encoded as keys are', () => {
    const date = new Date('2026-02-03');
    expect(day.ordered).toBe(true);
    expect(decoded(day, encoded(day, date))).toEqual(date);
    expect(encodedPrefix(day, date)).toEqual(encoded(day, date));
  });
});
