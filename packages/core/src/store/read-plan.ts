// Which ranges are asked for when several reads of an object come in the same turn: those that touch or overlap share one request, up to a size.

/** A range of an object that somebody wants. */
export interface WantedRange {
  readonly offset: number;
  readonly length: number;
}

/** A range that is asked for, and whom it serves. */
export interface PlannedRange<Read extends WantedRange> extends WantedRange {
  readonly reads: readonly Read[];
}

/** One answer is held in memory until it is copied out. */
const MOST_BYTES = 8 * 2 ** 20;

/** Ranges that cover every read, ascending. A read is never split. */
export function planRanges<Read extends WantedRange>(reads: readonly Read[]): PlannedRange<Read>[] {
  const planned: { offset: number; length: number; reads: Read[] }[] = [];
  for (const read of [...reads].sort((a, b) => a.offset - b.offset)) {
    const last = planned.at(-1);
    const end = read.offset + read.length;
    if (last !== undefined && read.offset <= last.offset + last.length && end - last.offset <= MOST_BYTES) {
      last.length = Math.max(last.length, end - last.offset);
      last.reads.push(read);
    } else planned.push({ offset: read.offset, length: read.length, reads: [read] });
  }
  return planned;
}
