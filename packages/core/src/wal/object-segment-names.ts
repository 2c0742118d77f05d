// The names of a log over objects, and what stands under them. They are drawn in object-log.ts.

import { segmentName } from '../format/object-names.ts';

export const SEGMENTS_PREFIX = 'wal/';
const POSITION_DIGITS = 16;

/** The bytes of one append. */
export interface Piece {
  readonly name: string;
  readonly position: number;
  readonly size: number;
}

/** What is stored of one segment. */
export interface StoredSegment {
  /** Somebody owns it. */
  begun: boolean;
  /** Whoever created it has it no longer. */
  isTaken: boolean;
  /** Ascending by position. */
  readonly pieces: Piece[];
}

export const beginName = (segment: number): string => `${segmentName(segment)}/begin`;
export const pieceName = (segment: number, position: number): string =>
  `${segmentName(segment)}/${String(position).padStart(POSITION_DIGITS, '0')}`;

/** What a name says, or undefined when it is none of the log. Without a position it is the beginning of the segment. */
export function parseLogObject(name: string): { segment: number; position: number | undefined } | undefined {
  const match = /^wal\/(\d{20})\.wal\/(?:begin|(\d{16}))$/.exec(name);
  if (match === null) return undefined;
  return { segment: Number(match[1]), position: match[2] === undefined ? undefined : Number(match[2]) };
}

/** Where the last piece ends. */
export function byteLengthOf({ pieces }: StoredSegment): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.position + last.size;
}
