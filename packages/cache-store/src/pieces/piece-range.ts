// Which pieces a read touches, and which missing ones are asked for together.

/** Pieces that follow each other, both ends included. */
export interface PieceRun {
  readonly first: number;
  readonly last: number;
}

/** One answer is held in memory until it is copied out. */
const MOST_BYTES = 4 * 2 ** 20;

/** The pieces that hold bytes `offset` to `offset + length`; `length` is not 0. */
export function piecesOf(offset: number, length: number, pieceBytes: number): PieceRun {
  return { first: Math.floor(offset / pieceBytes), last: Math.floor((offset + length - 1) / pieceBytes) };
}

/** Ascending indexes as runs, each one request. */
export function runsOf(indexes: readonly number[], pieceBytes: number): PieceRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const index of indexes) {
    const run = runs.at(-1);
    if (run !== undefined && run.last + 1 === index && (index - run.first + 1) * pieceBytes <= MOST_BYTES) run.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs;
}

/** Copies what `target`, the bytes of the object from `offset` on, has of a piece. */
export function copyPiece(target: Uint8Array, offset: number, piece: Uint8Array, pieceOffset: number): void {
  const from = Math.max(offset, pieceOffset);
  const to = Math.min(offset + target.length, pieceOffset + piece.length);
  target.set(piece.subarray(from - pieceOffset, to - pieceOffset), from - offset);
}
