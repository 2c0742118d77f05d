// Where the segments of a log end, as far as later ones tell: the same that a recovery makes of it (db/retained-segments.ts), for somebody who reads only
// heads that are new. Pure.

import type { FenceEntry, SegmentHeader, SegmentSeed } from '../wal/segment-format.ts';

/** The beginning of a segment. */
export interface SegmentHead {
  readonly header: SegmentHeader & { readonly seed: SegmentSeed };
  /** Of the first segment of a term, unless the writer before went on in it. */
  readonly fence: readonly FenceEntry[] | undefined;
}

/**
 * The segments that count, ascending, and where each ends: Infinity where nothing tells yet. `heads`: ascending, from the manifest's position on.
 * One of a lower term than one before it was begun by somebody who was overtaken, and is left out. A fence tells of all segments before it, and later ones
 * know better: their makers have read the log later, and without the earlier fence if that was late.
 */
export function segmentLimits(heads: Iterable<SegmentHead>): Map<number, number> {
  const limits = new Map<number, number>();
  let previous: SegmentHeader | undefined;
  for (const { header, fence } of heads) {
    const term = previous?.term ?? 0;
    if (header.term < term) continue;
    if (header.term > term && fence !== undefined) {
      const ends = new Map(fence.map(({ segment, end }) => [segment, end]));
      for (const segment of limits.keys()) limits.set(segment, ends.get(segment) ?? 0);
    } else if (previous !== undefined && header.previousEnd > 0) limits.set(previous.segment, header.previousEnd);
    limits.set(header.segment, Infinity);
    previous = header;
  }
  return limits;
}
