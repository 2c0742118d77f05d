// The primitives of assembly/bytes.ts. Ranges lie at the very end of memory wherever possible: there a read too far traps.

import { describe, expect, it } from 'vitest';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';

const SEED = 20261120;
const { kernels, bytes, put, putAtEnd, take } = createTestMemory(2);

describe(`bytes (random seed ${SEED})`, () => {
  it('compares keys as bytes, the shorter first when it is a prefix', () => {
    const random = randomNumbers(SEED);
    for (let round = 0; round < 3000; round++) {
      const a = randomBytes(random, random(30), 3);
      const b = random(3) ? randomBytes(random, random(30), 3) : withOneChange(a, random(30), random(256));
      put(1024, a);
      expect(Math.sign(kernels.compareBytes(1024, a.length, putAtEnd(b), b.length)), `a=${a} b=${b}`).toBe(compare(a, b));
      expect(Math.sign(kernels.compareBytes(putAtEnd(b), b.length, 1024, a.length)), `a=${a} b=${b}`).toBe(0 - compare(a, b));
    }
  });

  it('finds the prefix that two keys share', () => {
    for (let length = 0; length <= 40; length++) {
      const key = randomBytes(randomNumbers(SEED), length);
      put(1024, key);
      for (let shared = 0; shared <= length; shared++) {
        const other = withOneChange(key, shared, (key[shared] ?? 0) ^ 0x80);
        expect(kernels.commonPrefix(1024, putAtEnd(other), length)).toBe(shared);
        expect(kernels.commonPrefix(putAtEnd(other), 1024, Math.min(3, length))).toBe(Math.min(shared, 3));
      }
    }
  });

  it('loads a window that sorts as its bytes do', () => {
    for (let length = 0; length <= 12; length++) {
      const key = randomBytes(randomNumbers(SEED), length);
      const padded = new Uint8Array(8);
      padded.set(key.subarray(0, 8));
      const expected = padded.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      expect(BigInt.asUintN(64, kernels.loadWindow(putAtEnd(key), length)), `length=${length}`).toBe(expected);
    }
  });

  it('copies any length, and only that', () => {
    for (let length = 0; length <= 600; length++) {
      const source = randomBytes(randomNumbers(SEED + length), length);
      bytes.fill(0xee, 1024, 2048);
      kernels.copyBytes(1040, putAtEnd(source), length);
      expect(take(1024, 1024), `length=${length}`).toEqual(framed(source));
    }
    const last = bytes.length - 37;
    kernels.copyBytes(last, 1024, 37);
    expect(take(last, 37)).toEqual(take(1024, 37));
  });
});

describe('varints', () => {
  const values = [
    0n,
    1n,
    127n,
    128n,
    300n,
    16383n,
    16384n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 63n - 1n,
    2n ** 63n,
    2n ** 64n - 1n,
  ];

  it('are written low bits first, in as many bytes as varintBytes says', () => {
    for (const value of values) {
      const length = kernels.writeVarint(1024, value) - 1024;
      expect(take(1024, length), `value=${value}`).toEqual(specifiedVarint(value));
      expect(kernels.varintBytes(value), `value=${value}`).toBe(length);
    }
  });

  it('are read back, up to their last byte and not without it', () => {
    for (const value of values) {
      const written = specifiedVarint(value);
      expect(read64(written), `value=${value}`).toBe(value);
      expect(read32(written), `value=${value}`).toBe(value < 2n ** 32n ? value : undefined);
      for (let length = 0; length < written.length; length++) {
        expect(read64(written.subarray(0, length)), `value=${value} length=${length}`).toBeUndefined();
        expect(read32(written.subarray(0, length)), `value=${value} length=${length}`).toBeUndefined();
      }
    }
  });

  it('that are too large or never end are refused', () => {
    const endless = new Uint8Array(20).fill(0x80);
    expect(read64(endless)).toBeUndefined();
    expect(read32(endless)).toBeUndefined();
    expect(read64(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02))).toBeUndefined();
    expect(read32(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x10))).toBeUndefined();
    expect(read32(Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x80, 0x00))).toBeUndefined();
  });
});

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return Math.sign(a[at] - b[at]);
  return Math.sign(a.length - b.length);
}

function withOneChange(key: Uint8Array, at: number, byte: number): Uint8Array {
  const changed = key.slice();
  changed[at] = byte; // ignored behind the end
  return changed;
}

function framed(content: Uint8Array): Uint8Array {
  const frame = new Uint8Array(1024).fill(0xee);
  frame.set(content, 16);
  return frame;
}

function specifiedVarint(value: bigint): Uint8Array {
  const result: number[] = [];
  for (; value >= 0x80n; value >>= 7n) result.push(Number(value & 0x7fn) | 0x80);
  return Uint8Array.of(...result, Number(value));
}

/** The value, after checking that the address behind it is right; undefined when it is refused. */
function read32(varint: Uint8Array): bigint | undefined {
  const at = putAtEnd(varint);
  const read = BigInt.asUintN(64, kernels.readVarint32(at, bytes.length));
  if (read === 0n) return undefined;
  expect(read >> 32n).toBe(BigInt(bytes.length));
  return read & 0xffffffffn;
}

function read64(varint: Uint8Array): bigint | undefined {
  const value = BigInt.asUintN(64, kernels.readVarint64(putAtEnd(varint), bytes.length));
  if (kernels.varint64Next.value === 0) return undefined;
  expect(kernels.varint64Next.value).toBe(bytes.length);
  return value;
}
