// An object's bytes as pieces: piece i holds [i * PIECE_BYTES, (i + 1) * PIECE_BYTES), the last one what is left.

import { PIECE_BYTES } from '../connection/schema.ts';
import { ownCopy } from '../own-copy.ts';

/** Copies of the bytes, cut into pieces. */
export function cutPieces(bytes: Uint8Array): ArrayBuffer[] {
  const count = Math.ceil(bytes.length / PIECE_BYTES);
  return Array.from({ length: count }, (_, i) => ownCopy(bytes.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES)));
}
