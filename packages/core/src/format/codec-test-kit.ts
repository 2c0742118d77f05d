// For tests: codecs used as the engine uses them, in the middle of a larger memory, with a watch on the bytes around.

import { expect } from 'vitest';
import { StorageError } from '../base/errors.ts';
import type { Codec, KeyCodec } from './codec.ts';

const MARGIN = 16;
const MARGIN_BYTE = 0xa5;

/** The value's bytes. Fails if the codec writes behind the room that it asked for. */
export function encoded<I>(codec: Codec<unknown, I>, value: I): Uint8Array {
  return written(codec.maxBytes(value), (target, offset) => codec.encodeInto(value, target, offset));
}

/** The same for a prefix. */
export function encodedPrefix<P>(codec: KeyCodec<unknown, P, never>, prefix: P): Uint8Array {
  return written(codec.maxPrefixBytes(prefix), (target, offset) => codec.encodePrefixInto(prefix, target, offset));
}

/** The value in these bytes, which lie between others. */
export function decoded<T>(codec: Codec<T, never>, bytes: Uint8Array, lasting = false): T {
  const memory = new Uint8Array(bytes.length + 2 * MARGIN).fill(MARGIN_BYTE);
  memory.set(bytes, MARGIN);
  return codec.decode(memory, MARGIN, bytes.length, lasting);
}

/** What `decodedOrDamaged` returns for CORRUPTION. */
export const DAMAGED = Symbol('damaged');

/** The value in these bytes, or DAMAGED when the codec calls them so; any other error is thrown. */
export function decodedOrDamaged<T>(codec: Codec<T, never>, bytes: Uint8Array): T | typeof DAMAGED {
  try {
    return decoded(codec, bytes);
  } catch (error) {
    if (error instanceof StorageError && error.code === 'CORRUPTION') return DAMAGED;
    throw error;
  }
}

function written(room: number, write: (target: Uint8Array, offset: number) => number): Uint8Array {
  const memory = new Uint8Array(room + 2 * MARGIN).fill(MARGIN_BYTE);
  const end = write(memory, MARGIN);
  expect(end).toBeLessThanOrEqual(MARGIN + room);
  expect(memory.subarray(0, MARGIN).every((byte) => byte === MARGIN_BYTE)).toBe(true);
  expect(memory.subarray(MARGIN + room).every((byte) => byte === MARGIN_BYTE)).toBe(true);
  return memory.slice(MARGIN, end);
}

/** Every shorter beginning of `bytes`. */
export function* cuts(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let length = 0; length < bytes.length; length++) yield bytes.slice(0, length);
}

/** `bytes` with each of its bits flipped in turn. */
export function* flips(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >>> 3] ^= 1 << (bit & 7);
    yield damaged;
  }
}
