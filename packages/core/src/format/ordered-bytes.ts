// Byte strings that end by themselves and still sort as they would alone: a zero byte ends one, a zero inside is written as 00 ff. The idea is
// FoundationDB's (https://github.com/apple/foundationdb/blob/main/design/tuple.md). No part may start with ff, so that its first byte behind
// an end is never taken for the second half of an escape.

import type { ByteReader } from './byte-reader.ts';

const ESCAPE = 0xff;

/** Room for a byte string of this length: every byte escaped, and the end. */
export function maxOrderedBytes(length: number): number {
  return 2 * length + 1;
}

/** Ends the byte string that stands in `target[start, end)`, escaping its zeros where they are, and returns the offset behind it. */
export function endOrderedBytes(target: Uint8Array, start: number, end: number): number {
  let zeros = 0;
  for (let i = start; i < end; i++) if (target[i] === 0) zeros++;
  let to = end + zeros;
  target[to] = 0;
  let from = end;
  while (from < to) {
    const byte = target[--from];
    if (byte === 0) target[--to] = ESCAPE;
    target[--to] = byte;
  }
  return end + zeros + 1;
}

/** Reads the next byte string through `take`, which is given its bytes without escapes; they are not its to keep. */
export function readOrderedBytes<T>(reader: ByteReader, take: (bytes: Uint8Array, offset: number, length: number) => T): T {
  const { bytes, end, offset } = reader;
  let zeros = 0;
  let at = offset;
  for (; at < end; at++) {
    if (bytes[at] !== 0) continue;
    if (at + 1 === end || bytes[at + 1] !== ESCAPE) break;
    zeros++;
    at++;
  }
  if (at >= end) throw reader.damage('has a string without an end');
  reader.offset = at + 1;
  return zeros === 0 ? take(bytes, offset, at - offset) : take(unescape(bytes, offset, at, zeros), 0, at - offset - zeros);
}

function unescape(bytes: Uint8Array, start: number, end: number, zeros: number): Uint8Array {
  const plain = new Uint8Array(end - start - zeros);
  for (let from = start, to = 0; from < end; from++) {
    plain[to++] = bytes[from];
    if (bytes[from] === 0) from++;
  }
  return plain;
}
