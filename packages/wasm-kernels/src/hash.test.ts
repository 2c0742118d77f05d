// The key hash of filters against its drawing in docs/FORMAT.md.

import { describe, expect, it } from 'vitest';
import { specifiedHash64 } from './hash-test-kit.ts';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';

const SEED = 20261120;
const OUT = 64;
const { kernels, view, put, putAtEnd } = createTestMemory(2);

describe(`hash64 (random seed ${SEED})`, () => {
  it('never changes: filters on disk depend on it', () => {
    expect(hashOf(new Uint8Array(0))).toBe(0n);
    expect(hashOf(new TextEncoder().encode('varve'))).toBe(0x932f5866f017f187n);
    expect(hashOf(new TextEncoder().encode('0123456789abcdef'))).toBe(0x3da70fcc8a2539can);
  });

  it('agrees with the format at every length up to 100, aligned or not', () => {
    const random = randomNumbers(SEED);
    for (let length = 0; length <= 100; length++) {
      const key = randomBytes(random, length);
      put(128 + (length % 9), key);
      kernels.hash64(128 + (length % 9), length, OUT);
      expect(view.getBigUint64(OUT, true), `length=${length}`).toBe(specifiedHash64(key));
    }
  });

  it('reads no byte behind the key', () => {
    for (let length = 1; length <= 17; length++) {
      const key = new Uint8Array(length).fill(0xa5);
      kernels.hash64(putAtEnd(key), length, OUT);
      expect(view.getBigUint64(OUT, true)).toBe(specifiedHash64(key));
    }
  });

  it('tells keys apart that differ in zeros at their end', () => {
    const hashes = Array.from({ length: 33 }, (_, length) => hashOf(new Uint8Array(length)));
    expect(new Set(hashes).size).toBe(33);
  });
});

function hashOf(key: Uint8Array): bigint {
  put(128, key);
  kernels.hash64(128, key.length, OUT);
  return view.getBigUint64(OUT, true);
}
