// Doubles in eight bytes that sort as the numbers do: https://en.wikipedia.org/wiki/IEEE_754 bits, most significant byte first, with the sign bit
// turned over for positive numbers and every bit for negative ones. -0 is written as 0; NaN has no place in an order.

import type { ByteReader } from './byte-reader.ts';

export const ORDERED_NUMBER_BYTES = 8;

const scratch = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

/** Writes the number and returns the offset behind it. */
export function writeOrderedNumber(value: number, target: Uint8Array, offset: number): number {
  scratch.setFloat64(0, value + 0); // -0 + 0 is 0
  const high = scratch.getInt32(0);
  const flip = high < 0 ? -1 : 0;
  writeWord(high ^ (flip | 0x80000000), target, offset);
  writeWord(scratch.getInt32(4) ^ flip, target, offset + 4);
  return offset + ORDERED_NUMBER_BYTES;
}

/** The next number. */
export function readOrderedNumber(reader: ByteReader): number {
  const { bytes } = reader;
  const at = reader.skip(ORDERED_NUMBER_BYTES);
  const high = readWord(bytes, at);
  const flip = high < 0 ? 0 : -1;
  scratch.setInt32(0, high ^ (flip | 0x80000000));
  scratch.setInt32(4, readWord(bytes, at + 4) ^ flip);
  const value = scratch.getFloat64(0);
  if (Number.isNaN(value) || Object.is(value, -0)) throw reader.damage('has a number that is never written');
  return value;
}

function writeWord(word: number, target: Uint8Array, offset: number): void {
  target[offset] = word >>> 24;
  target[offset + 1] = word >>> 16;
  target[offset + 2] = word >>> 8;
  target[offset + 3] = word;
}

function readWord(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] << 24) | (bytes[offset + 1] << 16) | (bytes[offset + 2] << 8) | bytes[offset + 3];
}
