// Bytes as they are. What a database without codecs uses: bytes come out, strings may go in as their UTF-8.
//
//   the bytes, nothing else

import { describe } from '../base/describe.ts';
import type { KeyCodec } from './codec.ts';
import { maxUtf8Bytes, writeUtf8 } from './utf8-text.ts';

/** What `bytes` accepts. */
export type BytesLike = Uint8Array | string;

/** Bytes, as keys or values; a string stands for its UTF-8. Bytes that go in are copied, bytes that come out are the caller's. */
export const bytes: KeyCodec<Uint8Array, BytesLike, BytesLike> = {
  name: 'bytes',
  ordered: true,
  maxBytes: maxLikeBytes,
  encodeInto: writeLike,
  maxPrefixBytes: maxLikeBytes,
  encodePrefixInto: writeLike,
  decode: (source, offset, length, lasting) =>
    lasting === true ? new Uint8Array(source.buffer, source.byteOffset + offset, length) : source.slice(offset, offset + length),
};

/** True for a Uint8Array of this realm or another. */
export function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]';
}

function maxLikeBytes(value: BytesLike): number {
  if (typeof value === 'string') return maxUtf8Bytes(value);
  if (isBytes(value)) return value.length;
  throw new TypeError(`expected bytes (a Uint8Array) or a string, not ${describe(value)} codec=bytes`);
}

function writeLike(value: BytesLike, target: Uint8Array, offset: number): number {
  if (typeof value === 'string') return writeUtf8(value, target, offset);
  target.set(value, offset);
  return offset + value.length;
}
