// A log over objects for somebody who only reads: what was appended behind a place. Nothing is claimed and nothing written.

import { segmentName } from '../format/object-names.ts';
import type { AsyncOperations } from '../store/object-store.ts';
import { parseLogObject, pieceName, SEGMENTS_PREFIX, type Piece } from './object-segment-names.ts';

/** The bytes of one append, and the segment that they belong to. */
export interface LogPiece extends Piece {
  readonly segment: number;
}

/** Pieces from `position` of a segment on, and of all later segments, in their order. All that were there when this was called, and no others before them. */
export async function listPieces(store: AsyncOperations, segment: number, position: number): Promise<LogPiece[]> {
  const after = position === 0 ? `${segmentName(segment)}/` : pieceName(segment, position - 1);
  const pieces: LogPiece[] = [];
  for (const { name, size } of await store.list(SEGMENTS_PREFIX, after)) {
    const parsed = parseLogObject(name);
    if (parsed?.position !== undefined) pieces.push({ name, size, segment: parsed.segment, position: parsed.position });
  }
  return pieces;
}
