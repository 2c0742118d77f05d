// Integers of any size in bytes that sort as the integers do: the size of the magnitude first, then the magnitude.
//
//   0                       0x80
//   positive, n bytes       0x80 + n                      magnitude, most significant byte first, no leading zero byte     1 <= n < 0x70
//                           0xf0  u16 n, big-endian       magnitude                                                        0x70 <= n <= 0xffff
//   negative                the bytes of its absolute value, every bit turned over

import type { ByteReader } from './byte-reader.ts';
import { magnitudeBytes, readMagnitude, writeMagnitude } from './magnitude.ts';

const ZERO = 0x80;
const LONG = 0x70;
const LONG_HEAD = ZERO + LONG;
/** No key is longer, so no magnitude is. */
const LONGEST = 0xffff;

/** Bytes that the integer takes. */
export function orderedBigintBytes(value: bigint): number {
  const length = magnitudeBytes(absolute(value));
  if (length > LONGEST) throw new RangeError(`bigint is too large for a key: at most ${LONGEST} bytes bytes=${length}`);
  return length + (length < LONG ? 1 : 3);
}

/** Writes the integer and returns the offset behind it. */
export function writeOrderedBigint(value: bigint, target: Uint8Array, offset: number): number {
  const magnitude = absolute(value);
  const length = magnitudeBytes(magnitude);
  let at = offset;
  if (length < LONG) target[at++] = ZERO + length;
  else {
    target[at++] = LONG_HEAD;
    target[at++] = length >>> 8;
    target[at++] = length;
  }
  writeMagnitude(magnitude, target, at, length);
  const end = at + length;
  if (value < 0n) for (let i = offset; i < end; i++) target[i] ^= 0xff;
  return end;
}

/** The next integer. */
export function readOrderedBigint(reader: ByteReader): bigint {
  const head = reader.byte();
  const flip = head < ZERO ? 0xff : 0;
  const length = readLength(reader, head ^ flip, flip);
  const start = reader.skip(length);
  const magnitude = readMagnitude(reader.bytes, start, length, flip);
  if (magnitudeBytes(magnitude) !== length) throw reader.damage('has a bigint that is longer than needed');
  return flip === 0 ? magnitude : -magnitude;
}

function readLength(reader: ByteReader, head: number, flip: number): number {
  if (head < LONG_HEAD) return head - ZERO;
  const length = ((reader.byte() ^ flip) << 8) | (reader.byte() ^ flip);
  if (head !== LONG_HEAD || length < LONG) throw reader.damage('has a bigint of a length that is never written');
  return length;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
