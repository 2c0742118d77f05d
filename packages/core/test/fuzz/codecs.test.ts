// The codecs of keys and values, given bytes that they never wrote: each ends with a value or with CORRUPTION, at a cost that its bytes bound. That
// `tuple` and `structured` give back what they wrote, and `tuple` nothing else, stands beside them (tuple-codec.test.ts, structured-codec.test.ts).

import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../src/format/byte-reader.ts';
import { bytes } from '../../src/format/bytes-codec.ts';
import type { Codec } from '../../src/format/codec.ts';
import { encoded } from '../../src/format/codec-test-kit.ts';
import { json } from '../../src/format/json-codec.ts';
import { structured } from '../../src/format/structured-codec.ts';
import { tuple } from '../../src/format/tuple-codec.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { damaged, noise } from './damage.ts';
import { Ends, tried } from './outcome.ts';
import { watched } from './watch.ts';

const SEED = 20261121;
const NOISE = 3000;
/** Of the bytes given: what a decoder may ask for at once, and how often it may ask or read. */
const MOST_ROOM = 8;
const MOST_STEPS = 2;
const SPARE = 64;

const text = 'plain ascii, é, 中文, 🪨, and a tail that is long enough for the decoder';
const numbers = [0, -1.5, 1e300];

const DECODERS: readonly [string, Codec<unknown, never>, readonly unknown[]][] = [
  ['bytes', bytes, [new Uint8Array(0), Uint8Array.of(0, 255, 7)]],
  ['utf8', utf8, ['', 'short', text, '\u{10ffff}\uffff\0']],
  ['json', json(), [null, [1, [2, [3]]], { text, numbers, '': { a: false } }, text]],
  ['structured', structured(), [{ text, numbers, set: new Set([1n, -(2n ** 70n)]), map: new Map([[new Date(0), Float64Array.of(1)]]) }]],
  ['tuple(any)', tuple.any, [['a\0b', 1n, -(2n ** 1000n), new Date(5), true, Uint8Array.of(0, 0, 1)], [], [text, ...numbers]]],
  ['tuple(string,number)', tuple('string', 'number'), [['a\0b', -1]]],
];

describe.each(DECODERS)('%s', (name, codec, values) => {
  const samples = values.map((value) => encoded(codec as Codec<unknown>, value));

  it('reads its own bytes', () => {
    for (const sample of samples) expect(tried(() => codec.decode(sample, 0, sample.length)).refused).toBeUndefined();
  });

  it(`ends with a value or CORRUPTION whatever it is given, and costs no more than that (seed=${SEED})`, () => {
    const ends = new Ends();
    const tooDear: string[] = [];
    for (const given of [...samples.flatMap((sample) => [...damaged(sample)]), ...noise(SEED, NOISE, samples)]) {
      const { outcome, reads, largest, times } = costOf(() => tried(() => codec.decode(given, 0, given.length)));
      ends.count(outcome);
      const mostSteps = MOST_STEPS * given.length + SPARE;
      if (reads <= mostSteps && times <= mostSteps && largest <= MOST_ROOM * given.length + SPARE) continue;
      tooDear.push(`bytes=${given.join()} reads=${reads} largest=${largest} times=${times}`);
    }
    expect(tooDear, `seed=${SEED}`).toEqual([]);
    expect(ends.value).toBeGreaterThan(100);
    expect(ends.refused).toBeGreaterThan(name === 'bytes' ? -1 : 100);
  });

  it('reads nothing outside of the bytes that it is given', () => {
    for (const sample of samples) {
      for (const around of [0x00, 0x80, 0xff]) {
        const memory = new Uint8Array(sample.length + 40).fill(around);
        memory.set(sample, 20);
        for (const length of [sample.length, sample.length - 1, Math.floor(sample.length / 2)].filter((one) => one >= 0)) {
          const alone = sample.slice(0, length);
          expect(resultOf(() => codec.decode(memory, 20, length))).toEqual(resultOf(() => codec.decode(alone, 0, length)));
        }
      }
    }
  });
});

describe('json', () => {
  it('that is nested deeper than any stack ends with a value or CORRUPTION', () => {
    const deep = 200_000;
    for (const nested of [
      '['.repeat(deep),
      '['.repeat(deep) + ']'.repeat(deep),
      '{"a":'.repeat(deep),
      `${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}`,
    ]) {
      const given = new TextEncoder().encode(nested);
      expect(() => tried(() => json().decode(given, 0, given.length))).not.toThrow();
    }
  });
});

function costOf<T>(decode: () => T): { outcome: T; reads: number; largest: number; times: number } {
  const { byte, skip } = ByteReader.prototype;
  let reads = 0;
  ByteReader.prototype.byte = function (this: ByteReader) {
    reads++;
    return byte.call(this);
  };
  ByteReader.prototype.skip = function (this: ByteReader, length: number) {
    reads++;
    return skip.call(this, length);
  };
  try {
    return { ...watched(decode), reads };
  } finally {
    Object.assign(ByteReader.prototype, { byte, skip });
  }
}

/** The value or the error's message. */
function resultOf(decode: () => unknown): unknown {
  try {
    return { value: decode() };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
