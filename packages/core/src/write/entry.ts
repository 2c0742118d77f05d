// Encoding one entry of a log record (docs/FORMAT.md): the form that is logged is the form that is read from memory.
//
//   0 value length | 4 key length, kind, flags | 8 distance back to the batch header | 12 stored key, value, zeros to a multiple of 4

import { ENTRY_BACK, ENTRY_HEADER_BYTES, ENTRY_KEY_WORD, ENTRY_VALUE_LENGTH, KIND_DELETE, KIND_PUT } from '@varve/wasm-kernels';
import type { KeySpaceCodec } from '../format/key-space.ts';

/** Where bytes are written: linear memory, or the buffer of a batch. */
export interface Target {
  readonly bytes: Uint8Array;
  readonly u32: Uint32Array;
}

/** Room that a put needs at most. */
export function maxPutBytes<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI): number {
  return ENTRY_HEADER_BYTES + space.maxKeyBytes(key) + space.values.maxBytes(value) + 3;
}

/** Room that a delete needs at most. */
export function maxDeleteBytes<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI): number {
  return ENTRY_HEADER_BYTES + space.maxKeyBytes(key) + 3;
}

/** Writes a put at `at` (a multiple of 4) and returns the offset behind it. */
export function writePut<KI, VI>(
  target: Target,
  at: number,
  back: number,
  space: KeySpaceCodec<unknown, unknown, never, KI, VI>,
  key: KI,
  value: VI,
): number {
  const { bytes } = target;
  const keyAt = at + ENTRY_HEADER_BYTES;
  const keyEnd = space.writeKey(key, bytes, keyAt);
  const end = space.values.encodeInto(value, bytes, keyEnd);
  return finish(target, at, back, KIND_PUT, keyEnd - keyAt, end - keyEnd, end);
}

/** Writes a delete at `at` and returns the offset behind it. */
export function writeDelete<KI>(
  target: Target,
  at: number,
  back: number,
  space: KeySpaceCodec<unknown, unknown, never, KI, never>,
  key: KI,
): number {
  const keyAt = at + ENTRY_HEADER_BYTES;
  const keyEnd = space.writeKey(key, target.bytes, keyAt);
  return finish(target, at, back, KIND_DELETE, keyEnd - keyAt, 0, keyEnd);
}

function finish(target: Target, at: number, back: number, kind: number, keyBytes: number, valueBytes: number, end: number): number {
  const { bytes, u32 } = target;
  u32[(at + ENTRY_VALUE_LENGTH) >>> 2] = valueBytes;
  u32[(at + ENTRY_KEY_WORD) >>> 2] = keyBytes | (kind << 20);
  u32[(at + ENTRY_BACK) >>> 2] = back;
  let padded = end;
  while ((padded & 3) !== 0) bytes[padded++] = 0;
  return padded;
}
