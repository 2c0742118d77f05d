// Numbers below 2^28 in one to four bytes that sort as the numbers do; the first byte tells how many. Key-space ids in front of every stored key.
//
//   0 .. 0x7f          0xxxxxxx
//   0x80 .. 0x3fff     10xxxxxx + 1 byte
//   .. 0x1fffff        110xxxxx + 2 bytes
//   .. 0xfffffff       1110xxxx + 3 bytes, most significant first

import { assert, StorageError } from '../base/errors.ts';

/** Numbers are below this one. */
export const ORDERED_VARINT_LIMIT = 0x10000000;

/** Bytes that `value` takes. */
export function orderedVarintBytes(value: number): number {
  assert(value >= 0 && value < ORDERED_VARINT_LIMIT && Number.isInteger(value), `ordered varint out of range value=${value}`);
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : 4;
}

/** Writes the number and returns the offset behind it. */
export function writeOrderedVarint(value: number, target: Uint8Array, offset: number): number {
  const length = orderedVarintBytes(value);
  const end = offset + length;
  let rest = value;
  for (let i = end - 1; i > offset; i--) {
    target[i] = rest & 0xff;
    rest >>>= 8;
  }
  target[offset] = rest | (0xff00 >>> (length - 1)); // as many ones in front as bytes follow
  return end;
}

/** Bytes that the number takes which starts with this byte. */
export function orderedVarintLength(firstByte: number): number {
  if (firstByte >= 0xf0) throw new StorageError('CORRUPTION', `no ordered varint starts with this byte byte=${firstByte}`);
  return firstByte < 0x80 ? 1 : firstByte < 0xc0 ? 2 : firstByte < 0xe0 ? 3 : 4;
}

/** The number at `offset`. Numbers written longer than they need to be are refused: order and equality rest on one form. */
export function readOrderedVarint(bytes: Uint8Array, offset: number, end = bytes.length): number {
  if (offset >= end) throw new StorageError('CORRUPTION', 'ordered varint ends too early');
  const length = orderedVarintLength(bytes[offset]);
  if (offset + length > end) throw new StorageError('CORRUPTION', 'ordered varint ends too early');
  let value = bytes[offset] & (0xff >>> length);
  for (let i = offset + 1; i < offset + length; i++) value = value * 256 + bytes[i];
  if (orderedVarintBytes(value) !== length) throw new StorageError('CORRUPTION', `ordered varint is longer than needed value=${value}`);
  return value;
}
