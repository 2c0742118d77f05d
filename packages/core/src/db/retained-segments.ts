// Which segments of the log count at open, and how far (docs/PROTOCOL.md, rules 2 to 5): only their heads are read. What a later one says of earlier
// ones decides: the fence of a term where all of them end, every other header where the one before ends.

import { StorageError } from '../base/errors.ts';
import { manifestName, segmentName } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { FenceEntry, SegmentHeader, SegmentSeed } from '../wal/segment-format.ts';
import type { SegmentReader } from '../wal/segment-reader.ts';

/** More segments than this are flushed at open and at close, or a program that is started often would gather them. */
export const RETAINED_SEGMENTS = 4;
/** Read of each segment to find its header and fence: a fence of thousands of segments fits. */
const HEAD_BYTES = 65536;
/** Numbers follow each other: no crash leaves out more than this. */
const MOST_SEGMENTS = 4000;

export interface RetainedSegment extends SegmentInfo {
  /** Undefined: it is missing, nothing was written to it, or an overtaken writer began it. */
  header: (SegmentHeader & { seed: SegmentSeed }) | undefined;
  /** Bytes beyond are void, says a later fence or the next segment's header. */
  limit: number;
  /** How much of it had been durable, as far as later segments tell. */
  synced: number;
}

/** Every number from the manifest's position to `last`, there or not. Throws when the manifest needs one that is missing. */
export function* readRetained(
  { heap, log }: { readonly heap: Heap; readonly log: LogStore },
  state: ManifestState,
  reader: SegmentReader,
  all: readonly SegmentInfo[],
  last: number,
): Job<RetainedSegment[]> {
  const expected = { database: state.database, log: state.log.uuid };
  const at = heap.allocate(HEAD_BYTES, 'the head of a log segment');
  const segments: RetainedSegment[] = [];
  try {
    let term = 0;
    for (const info of needed(state, all, last)) {
      const bytes = heap.bytes.subarray(at, at + Math.min(HEAD_BYTES, info.size));
      const length = info.size === 0 ? 0 : ((yield* same(() => log.read(info.number, bytes))) ?? 0);
      const header = reader.header(at, length, info.number, expected);
      if (header === undefined && info.number === state.logPosition) throw missing(info.number);
      if (header !== undefined && header.term >= state.term) throw ofTheFuture(state, header);
      const segment: RetainedSegment = { ...info, header, limit: Infinity, synced: 0 };
      if (header !== undefined && header.term >= term) {
        const fence = header.term > term ? reader.scan(at, length, header.seed, () => undefined).fence : undefined;
        applyTo(segments, header, fence);
        term = header.term;
      } else segment.header = undefined;
      segments.push(segment);
    }
  } finally {
    heap.release(at);
  }
  // Before the first position is set nobody was promised anything.
  return state.logPosition === 0 ? [] : segments;
}

function needed({ logPosition }: ManifestState, all: readonly SegmentInfo[], last: number): SegmentInfo[] {
  if (logPosition === 0) return [...all];
  if (!all.some(({ number }) => number === logPosition)) throw missing(logPosition);
  if (last - logPosition > MOST_SEGMENTS) throw missing(logPosition + 1);
  const sizes = new Map(all.map(({ number, size }) => [number, size]));
  return Array.from({ length: last - logPosition + 1 }, (_, i) => ({
    number: logPosition + i,
    size: sizes.get(logPosition + i) ?? 0,
  }));
}

/**
 * A fence tells of all earlier segments, and those that it names were made durable before it was written. What an earlier fence says of them does not count
 * any more: it may be of somebody who was overtaken before it was written, and who had read the log before others appended what the later one has found.
 * Other segments tell of the one before.
 */
function applyTo(earlier: readonly RetainedSegment[], header: SegmentHeader, fence: readonly FenceEntry[] | undefined): void {
  const previous = earlier.at(-1);
  if (fence !== undefined) {
    const ends = new Map(fence.map(({ segment, end }) => [segment, end]));
    for (const segment of earlier) {
      segment.limit = Infinity;
      limitTo(segment, ends.get(segment.number) ?? 0, ends.get(segment.number) ?? 0);
    }
  } else if (previous !== undefined && header.previousEnd > 0) limitTo(previous, header.previousEnd, header.previousSynced);
}

function limitTo(segment: RetainedSegment, limit: number, synced: number): void {
  segment.limit = Math.min(segment.limit, limit);
  segment.synced = Math.max(segment.synced, synced);
}

/** This term was claimed a moment ago: nobody can have written in it, unless the manifests that tell of it are gone. */
function ofTheFuture(state: ManifestState, { term, segment }: SegmentHeader): StorageError {
  // The claim of this term has taken the number of the one that is gone.
  const object = term === state.term ? manifestName(state.number) : segmentName(segment);
  return new StorageError('CORRUPTION', 'log is of a later term than the manifests: restore the newest of them, it is missing', { object });
}

function missing(segment: number): StorageError {
  const message = 'a log segment that the manifest needs is missing: restore it, or the whole database from a backup';
  return new StorageError('CORRUPTION', message, { object: segmentName(segment) });
}
