// The blocked Bloom filter against its drawing in docs/FORMAT.md.

import { describe, expect, it } from 'vitest';
import { createTestMemory, randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';

const SEED = 20261120;
const FILTER = 1024;
const LINE_BYTES = 64;
const { kernels, bytes, take } = createTestMemory(4);

describe(`bloom (random seed ${SEED})`, () => {
  it('sets exactly the bits that the format names', () => {
    const random = randomNumbers(SEED);
    for (const lines of [1, 2, 7, 100]) {
      clear(lines);
      const expected = new Uint8Array(lines * LINE_BYTES);
      for (let key = 0; key < lines * 20; key++) {
        const hash = randomHash(random);
        kernels.bloomAdd(FILTER, lines, hash);
        addSpecified(expected, lines, hash);
      }
      expect(take(FILTER, expected.length)).toEqual(expected);
    }
  });

  it('touches nothing outside its lines, not even with the largest hash', () => {
    bytes.fill(0);
    for (const hash of [0n, 0xffffffffffffffffn, 0xffffffff00000000n, 0xffffffffn]) kernels.bloomAdd(FILTER, 3, hash);
    bytes.fill(0, FILTER, FILTER + 3 * LINE_BYTES);
    expect(bytes.every((byte) => byte === 0)).toBe(true);
  });

  it('answers as its bits say', () => {
    const random = randomNumbers(SEED + 1);
    const lines = 5;
    for (let filter = 0; filter < 50; filter++) {
      const image = Uint8Array.from({ length: lines * LINE_BYTES }, () => random(256) | random(256) | random(256));
      bytes.set(image, FILTER);
      for (let probe = 0; probe < 40; probe++) {
        const hash = randomHash(random);
        expect(kernels.bloomProbe(FILTER, lines, hash)).toBe(probeSpecified(image, lines, hash) ? 1 : 0);
      }
    }
  });

  it('knows every key that was added and mistakes about one of a hundred others at ten bits a key', () => {
    const random = randomNumbers(SEED + 2);
    const keys = 5000;
    const lines = Math.ceil((keys * 10) / 512);
    clear(lines);
    const added = Array.from({ length: keys }, () => randomHash(random));
    for (const hash of added) kernels.bloomAdd(FILTER, lines, hash);
    expect(added.every((hash) => kernels.bloomProbe(FILTER, lines, hash) === 1)).toBe(true);
    let mistaken = 0;
    for (let other = 0; other < 20_000; other++) mistaken += kernels.bloomProbe(FILTER, lines, randomHash(random));
    expect(mistaken / 20_000).toBeGreaterThan(0.005);
    expect(mistaken / 20_000).toBeLessThan(0.015);
  });
});

function randomHash(random: RandomNumbers): bigint {
  return (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32));
}

function clear(lines: number): void {
  bytes.fill(0, FILTER, FILTER + lines * LINE_BYTES);
}

function addSpecified(filter: Uint8Array, lines: number, hash: bigint): void {
  for (const bit of bitsOf(lines, hash)) filter[bit >> 3] |= 1 << (bit & 7);
}

function probeSpecified(filter: Uint8Array, lines: number, hash: bigint): boolean {
  return bitsOf(lines, hash).every((bit) => filter[bit >> 3] & (1 << (bit & 7)));
}

/** Bits from the filter's start. */
function bitsOf(lines: number, hash: bigint): number[] {
  const line = Number(((hash >> 32n) * BigInt(lines)) >> 32n);
  return [0n, 1n, 2n, 3n, 4n, 5n].map((i) => line * 512 + Number((hash >> (9n * i)) & 511n));
}
