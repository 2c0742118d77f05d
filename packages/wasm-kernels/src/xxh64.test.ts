// The checksum kernel against published values and its specification.

import { describe, expect, it } from 'vitest';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';
import { specifiedXxh64 } from './xxh64-test-kit.ts';

const SEED = 20261120;
const OUT = 64;
const { kernels, view, put, putAtEnd } = createTestMemory(2);

describe(`xxh64 (random seed ${SEED})`, () => {
  it('gives the published values', () => {
    expect(hash('', 0n)).toBe(0xef46db3751d8e999n);
    expect(hash('', 2654435761n)).toBe(0xac75fda2929b17efn);
    expect(hash('a', 0n)).toBe(0xd24ec4f1a98c6e5bn);
    expect(hash('abc', 0n)).toBe(0x44bc2cf5ad770999n);
    expect(hash('Nobody inspects the spammish repetition', 0n)).toBe(0xfbcea83c8a378bf1n);
  });

  it('agrees with the specification at every length up to 200, aligned or not, with every kind of seed', () => {
    const random = randomNumbers(SEED);
    for (let length = 0; length <= 200; length++) {
      const bytes = randomBytes(random, length);
      for (const seed of [0n, 1n, 0xffffffffffffffffn, (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32))]) {
        const address = 128 + random(16);
        put(address, bytes);
        expect(at(address, length, seed), `length=${length} seed=${seed}`).toBe(specifiedXxh64(bytes, seed));
      }
    }
  });

  it('agrees with the specification on a block, at the end of memory', () => {
    const bytes = randomBytes(randomNumbers(SEED), 4099);
    expect(at(putAtEnd(bytes), bytes.length, 77n)).toBe(specifiedXxh64(bytes, 77n));
  });

  it('changes with every bit', () => {
    const bytes = randomBytes(randomNumbers(SEED), 77);
    const seen = new Set([specifiedXxh64(bytes, 0n)]);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      put(128, bytes);
      view.setUint8(128 + (bit >> 3), view.getUint8(128 + (bit >> 3)) ^ (1 << (bit & 7)));
      seen.add(at(128, bytes.length, 0n));
    }
    expect(seen.size).toBe(bytes.length * 8 + 1);
  });
});

function hash(text: string, seed: bigint): bigint {
  const bytes = new TextEncoder().encode(text);
  put(128, bytes);
  return at(128, bytes.length, seed);
}

function at(address: number, length: number, seed: bigint): bigint {
  kernels.xxh64(address, length, Number(seed & 0xffffffffn), Number(seed >> 32n), OUT);
  return view.getBigUint64(OUT, true);
}
