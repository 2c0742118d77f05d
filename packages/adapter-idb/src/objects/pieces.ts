// An object's bytes as pieces: piece i holds [i * PIECE_BYTES, (i + 1) * PIECE_BYTES), the last one what is left. A piece has a buffer of its own, since
// IndexedDB clones the whole buffer that a view lies in, and WebAssembly memory may grow as soon as anybody waits.

import { PIECE_BYTES } from '../connection/schema.ts';

/** Copies of the bytes, cut into pieces. */
export function cutPieces(bytes: Uint8Array): ArrayBuffer[] {
  return Array.from({ length: piecesOf(bytes.length) }, (_, i) => copyOf(bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)));
}

/** How many pieces so many bytes have. */
export function piecesOf(size: number): number {
  return Math.ceil(size / PIECE_BYTES);
}

/** A copy in a buffer of its own, of exactly its length, not shared. */
export function copyOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new Uint8Array(bytes.length);
  copy.set(bytes);
  return copy.buffer;
}
