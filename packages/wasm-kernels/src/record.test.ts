// Record framing against its drawing in docs/FORMAT.md: what was sealed is accepted, everything else is not.

import { describe, expect, it } from 'vitest';
import { RECORD_CHECKSUM, RECORD_HEADER_BYTES, RECORD_LENGTH, RECORD_TYPE } from './layout.ts';
import { createTestMemory, randomBytes, randomNumbers } from './memory-test-kit.ts';
import { specifiedXxh64 } from './xxh64-test-kit.ts';

const SEED = 20261120;
const RECORD = 4096;
const PLACE = 0x0123456789abcdefn;
const NOT_A_RECORD = -1;
const END = -2;
const { kernels, bytes, view, put, putAtEnd, take } = createTestMemory(2);

describe(`records (random seed ${SEED})`, () => {
  it('are sealed with the checksum that the format names', () => {
    const payload = layOut(100);
    const header = take(RECORD, RECORD_CHECKSUM);
    expect(view.getBigUint64(RECORD + RECORD_CHECKSUM, true)).toBe(specifiedXxh64(payload, specifiedXxh64(header, PLACE)));
  });

  it('of every payload length up to 100 are accepted', () => {
    for (let length = 0; length <= 100; length++) {
      layOut(length);
      expect(check(RECORD + RECORD_HEADER_BYTES + length)).toBe(length);
    }
  });

  it('are refused at another place', () => {
    layOut(40);
    expect(check(RECORD + 100, PLACE ^ 1n)).toBe(NOT_A_RECORD);
    expect(check(RECORD + 100, PLACE ^ (1n << 63n))).toBe(NOT_A_RECORD);
  });

  it('are refused when any of their bits is flipped', () => {
    layOut(40);
    for (let bit = 0; bit < (RECORD_HEADER_BYTES + 40) * 8; bit++) {
      bytes[RECORD + (bit >> 3)] ^= 1 << (bit & 7);
      expect(check(RECORD + 4096), `bit=${bit}`).toBe(NOT_A_RECORD);
      bytes[RECORD + (bit >> 3)] ^= 1 << (bit & 7);
    }
    expect(check(RECORD + 4096)).toBe(40);
  });

  it('are refused when the limit cuts them, and nothing behind the limit is read', () => {
    layOut(40);
    const sealed = take(RECORD, RECORD_HEADER_BYTES + 40);
    for (let length = 0; length < sealed.length; length++) {
      const address = putAtEnd(sealed.subarray(0, length));
      expect(kernels.recordCheck(address, bytes.length, ...halves(PLACE)), `length=${length}`).toBe(NOT_A_RECORD);
    }
    expect(kernels.recordCheck(putAtEnd(sealed), bytes.length, ...halves(PLACE))).toBe(40);
    expect(kernels.recordCheck(RECORD + 64, RECORD, ...halves(PLACE))).toBe(NOT_A_RECORD);
  });

  it('end where length and type are zero, even if only the preallocated word is left', () => {
    const zeros = new Uint8Array(64);
    put(RECORD, zeros);
    expect(check(RECORD + 64)).toBe(END);
    expect(kernels.recordCheck(putAtEnd(zeros.subarray(0, 8)), bytes.length, ...halves(PLACE))).toBe(END);
  });

  it('are refused with every length that the bytes do not have', () => {
    const random = randomNumbers(SEED);
    layOut(40);
    for (const length of [41, 4081, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff, random(2 ** 32)]) {
      view.setUint32(RECORD + RECORD_LENGTH, length, true);
      expect(check(bytes.length), `length=${length}`).toBe(NOT_A_RECORD);
    }
  });

  it('of another version are refused although their checksum holds', () => {
    layOut(40);
    view.setUint8(RECORD + RECORD_TYPE + 1, 2);
    kernels.recordSeal(RECORD, ...halves(PLACE));
    expect(check(RECORD + 4096)).toBe(NOT_A_RECORD);
  });
});

/** A sealed record of type 1 with a random payload of `length` bytes, which it returns. */
function layOut(length: number): Uint8Array<ArrayBuffer> {
  const payload = randomBytes(randomNumbers(SEED + length), length);
  view.setUint32(RECORD + RECORD_LENGTH, length, true);
  view.setUint32(RECORD + RECORD_TYPE, 1 | (1 << 8), true);
  put(RECORD + RECORD_HEADER_BYTES, payload);
  kernels.recordSeal(RECORD, ...halves(PLACE));
  return payload;
}

function check(limit: number, place = PLACE): number {
  return kernels.recordCheck(RECORD, limit, ...halves(place));
}

function halves(value: bigint): [number, number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}
