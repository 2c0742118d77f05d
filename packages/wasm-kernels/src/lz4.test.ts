// LZ4 blocks against a plain decoder: whatever the kernel writes, that reads; whatever it accepts, the kernel accepts, and nothing else.
// Sources and targets lie at the end of memory or between canaries, so that an access outside is seen.

import { describe, expect, it } from 'vitest';
import { decodeLz4, parseLz4, randomLz4 } from './lz4-test-kit.ts';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';

const SEED = 20261120;
const SCRATCH = 64;
const SCRATCH_BYTES = 16 * 1024;
const TARGET = 0x10000;
const CANARY_BYTES = 64;
const { kernels, bytes, put, putAtEnd, take } = createTestMemory(64);

describe(`lz4Compress (random seed ${SEED})`, () => {
  it('writes what a plain decoder reads, for every length up to 400 and every kind of data', () => {
    const random = randomNumbers(SEED);
    for (let length = 0; length <= 400; length++) {
      for (const kind of kinds) expect(survives(kind(random, length)), `length=${length}`).toBe(true);
    }
  });

  it('writes what a plain decoder reads, for lengths beyond the reach of an offset', () => {
    const random = randomNumbers(SEED + 1);
    for (const length of [4096, 65_535, 65_536, 70_000, 200_000]) {
      for (const kind of kinds) expect(survives(kind(random, length)), `length=${length}`).toBe(true);
    }
  });

  it('refers back as far as an offset reaches, and no further', () => {
    const mark = randomBytes(randomNumbers(SEED), 32);
    for (const distance of [65_534, 65_535, 65_536, 65_537]) {
      const source = concat(mark, new Uint8Array(distance - mark.length), mark);
      expect(survives(source), `distance=${distance}`).toBe(true);
      const offsets = parseLz4(compress(source))!.map(({ offset }) => offset);
      expect(offsets.includes(distance), `distance=${distance}`).toBe(distance <= 65_535);
    }
  });

  it('ends blocks as the format demands: five literals, the last match begins twelve bytes before the end', () => {
    const random = randomNumbers(SEED + 2);
    for (let length = 13; length <= 300; length++) {
      for (const kind of kinds) {
        const sequences = parseLz4(compress(kind(random, length)))!;
        expect(sequences.at(-1)!.literals.length).toBeGreaterThanOrEqual(5);
        const end = sequences.at(-1)!.literals.length + (sequences.at(-2)?.matched ?? 12);
        expect(end).toBeGreaterThanOrEqual(12);
      }
    }
  });

  it('makes repetitive data small and never more than the bound of what does not compress', () => {
    expect(compress(new Uint8Array(4096)).length).toBeLessThan(32);
    expect(compress(text(randomNumbers(SEED), 4096)).length).toBeLessThan(3000);
    const length = compress(randomBytes(randomNumbers(SEED), 4096)).length;
    expect(length).toBeLessThanOrEqual(4096 + Math.ceil(4096 / 255) + 1);
  });

  it('answers 0 in every capacity that is too small, and writes nothing behind it', () => {
    const random = randomNumbers(SEED + 3);
    for (const source of [new Uint8Array(0), text(random, 12), text(random, 300), randomBytes(random, 300), new Uint8Array(1000)]) {
      const whole = compress(source);
      for (let capacity = 0; capacity <= whole.length + 20; capacity++) {
        const compressed = compress(source, capacity);
        expect(compressed, `capacity=${capacity}`).toEqual(capacity < whole.length ? new Uint8Array(0) : whole);
      }
    }
  });

  it('compresses equal bytes to equal bytes, whatever lies in its scratch, and leaves what lies around it', () => {
    const random = randomNumbers(SEED + 4);
    const source = text(random, 5000);
    const first = compress(source);
    put(0, randomBytes(random, 2 * SCRATCH + SCRATCH_BYTES));
    const [before, behind] = [take(0, SCRATCH), take(SCRATCH + SCRATCH_BYTES, SCRATCH)];
    expect(compress(source)).toEqual(first);
    expect(take(0, SCRATCH)).toEqual(before);
    expect(take(SCRATCH + SCRATCH_BYTES, SCRATCH)).toEqual(behind);
  });
});

describe(`lz4Decompress (random seed ${SEED})`, () => {
  it('reads a block that the reference implementation wrote', () => {
    const block = Uint8Array.from(atob(REFERENCE_BLOCK), (char) => char.charCodeAt(0));
    expect(new TextDecoder().decode(decompress(block, 1000))).toBe(REFERENCE_TEXT);
  });

  it('reads random valid blocks into exactly as many bytes as they have, and into more', () => {
    const random = randomNumbers(SEED + 5);
    for (let round = 0; round < 1500; round++) {
      const block = randomLz4(random, random(12));
      const expected = decodeLz4(block, 1 << 20)!;
      expect(decompress(block, expected.length), `round=${round}`).toEqual(expected);
      expect(decompress(block, expected.length + random(100)), `round=${round}`).toEqual(expected);
    }
  });

  it('reads matches of every distance and length', () => {
    for (let offset = 1; offset <= 40; offset++) {
      for (const more of [0, 1, 11, 14, 15, 27, 28, 29, 100, 300]) {
        const block = matchOf(offset, more);
        const expected = decodeLz4(block, 1000)!;
        for (const room of [0, 1, 15, 16, 31, 32, 48]) expect(decompress(block, expected.length + room)).toEqual(expected);
      }
    }
  });

  it('refuses every capacity that is too small', () => {
    const random = randomNumbers(SEED + 6);
    for (let round = 0; round < 40; round++) {
      const block = randomLz4(random, 1 + random(3));
      const length = decodeLz4(block, 1 << 20)!.length;
      for (let capacity = 0; capacity < length; capacity++) expect(decompress(block, capacity)).toBeUndefined();
    }
  });

  it('judges a block cut at any byte as the plain decoder does', () => {
    const random = randomNumbers(SEED + 7);
    for (let round = 0; round < 60; round++) {
      const block = randomLz4(random, random(5));
      for (let length = 0; length <= block.length; length++) {
        const cut = block.subarray(0, length);
        expect(decompress(cut, 3000), `block=${block} length=${length}`).toEqual(decodeLz4(cut, 3000));
      }
    }
  });

  it('judges a block with any bit flipped as the plain decoder does', () => {
    const random = randomNumbers(SEED + 8);
    for (const block of [randomLz4(random, 3), compress(text(random, 250))]) {
      for (let bit = 0; bit < block.length * 8; bit++) {
        block[bit >> 3] ^= 1 << (bit & 7);
        expect(decompress(block, 3000), `bit=${bit}`).toEqual(decodeLz4(block, 3000));
        block[bit >> 3] ^= 1 << (bit & 7);
      }
    }
  });

  it('judges random bytes as the plain decoder does', () => {
    const random = randomNumbers(SEED + 9);
    for (let round = 0; round < 20_000; round++) {
      const block = randomBytes(random, random(60), [4, 32, 256][random(3)]);
      const capacity = random(400);
      expect(decompress(block, capacity), `block=${block} capacity=${capacity}`).toEqual(decodeLz4(block, capacity));
    }
  });

  it('refuses lengths that never end and sums that would wrap around', () => {
    expect(decompress(new Uint8Array(100_000).fill(255), 1 << 20)).toBeUndefined();
    const endlessMatch = new Uint8Array(100_000).fill(255);
    endlessMatch.set([0x1f, 7, 1, 0]);
    endlessMatch[endlessMatch.length - 1] = 0;
    expect(decompress(endlessMatch, 1 << 20)).toBeUndefined();
  });
});

// Written by liblz4 1.9.4, LZ4_compress_fast with acceleration 1.
const REFERENCE_TEXT =
  'varve: one layer of sediment, laid down in one season; one layer of sediment, laid down in one season; ' +
  'layer on layer on layer on layer on layer on layer.';
const REFERENCE_BLOCK = '8Rt2YXJ2ZTogb25lIGxheWVyIG9mIHNlZGltZW50LCBsYWlkIGRvd24gaW4kAHFzZWFzb247DAAPMAAZAywAFG5lAA8JAAtQYXllci4=';

// Data ---------------------------------------------------------------------------------------------------------------------------

const kinds: ((random: RandomNumbers, length: number) => Uint8Array)[] = [
  text,
  randomBytes,
  (_, length) => new Uint8Array(length),
  (random, length) => randomBytes(random, length, 2),
  (random, length) => repeated(randomBytes(random, 1 + random(40)), length),
];

/** Words out of a small vocabulary. */
function text(random: RandomNumbers, length: number): Uint8Array {
  const words = Array.from({ length: 60 }, () => randomBytes(random, 2 + random(8), 26).map((letter) => 97 + letter));
  const result = new Uint8Array(length + 16);
  for (let at = 0; at < length;) {
    const word = words[random(words.length)];
    result.set(word, at);
    at += word.length + random(2);
  }
  return result.slice(0, length);
}

function repeated(period: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => period[at % period.length]);
}

function concat(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A block of 40 literals, one match and 5 literals more. */
function matchOf(offset: number, more: number): Uint8Array {
  const literals = Array.from({ length: 40 }, (_, i) => i + 1);
  const extra = more < 15 ? [] : more < 270 ? [more - 15] : [255, more - 270];
  return Uint8Array.from([0xf0 | Math.min(more, 15), 25, ...literals, offset, 0, ...extra, 0x50, 1, 2, 3, 4, 5]);
}

// Calling the kernels between canaries ----------------------------------------------------------------------------------------------

function compress(source: Uint8Array, capacity = source.length + source.length / 255 + 16): Uint8Array {
  const room = Math.floor(capacity);
  bytes.fill(0xca, TARGET - CANARY_BYTES, TARGET + room + CANARY_BYTES);
  const length = kernels.lz4Compress(putAtEnd(source), source.length, TARGET, room, SCRATCH);
  checkCanaries(room);
  return take(TARGET, length);
}

/** Whether the plain decoder and the kernel both give back what the kernel compressed. */
function survives(source: Uint8Array): boolean {
  const compressed = compress(source);
  return isEqual(decodeLz4(compressed, source.length), source) && isEqual(decompress(compressed, source.length), source);
}

function isEqual(one: Uint8Array | undefined, other: Uint8Array): boolean {
  return one?.length === other.length && one.every((byte, at) => byte === other[at]);
}

function decompress(block: Uint8Array, capacity: number): Uint8Array | undefined {
  bytes.fill(0xca, TARGET - CANARY_BYTES, TARGET + capacity + CANARY_BYTES);
  const length = kernels.lz4Decompress(putAtEnd(block), block.length, TARGET, capacity);
  checkCanaries(capacity);
  return length === -1 ? undefined : take(TARGET, length);
}

function checkCanaries(length: number): void {
  const before = bytes.subarray(TARGET - CANARY_BYTES, TARGET);
  const behind = bytes.subarray(TARGET + length, TARGET + length + CANARY_BYTES);
  if (![...before, ...behind].every((byte) => byte === 0xca)) throw new Error('the kernel wrote outside its target');
}
