// The bytes of an object, cut into rows.

import type { Tables } from '../tables.ts';

/** Large enough that few rows are written, and small enough that a block is found in few pages of SQLite. */
export const PIECE_BYTES = 65_536;

/** Writes bytes that begin at `offset`, which is a multiple of PIECE_BYTES. */
export function insertPieces(tables: Tables, name: string, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    tables.run('INSERT OR REPLACE INTO varve_pieces VALUES (?, ?, ?)', name, offset + at, piece);
  }
}
