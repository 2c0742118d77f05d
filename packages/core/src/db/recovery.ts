// Replaying the log at open: which segments count and how far (PROTOCOL.md, rules 2 to 5), and their records as memtables again. Segments are read
// straight into memtable regions, where their bytes are the arena; the tree is built over them.
//
// The log may end early, as a crash leaves it: then nothing behind that place counts. But nothing may show that more had been durable: syncs go
// oldest first, so whoever knows bytes of a later segment as durable proves those of the earlier ones, and what is missing then is damage.

import { BATCH_COUNT, MEMTABLE_HEADER_BYTES, type Kernels } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { manifestName, segmentName } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { FenceEntry, SegmentFormat, SegmentHeader, SegmentSeed } from '../wal/segment-format.ts';
import { SegmentReader, type ScannedSegment } from '../wal/segment-reader.ts';
import type { ManifestState } from '../version/manifest-state.ts';

/** More segments than this are flushed at open and at close, or a program that is started often would gather them. */
export const RETAINED_SEGMENTS = 4;
/** Read of each segment to find its header and fence: a fence of thousands of segments fits. */
const HEAD_BYTES = 65536;
/** Alignment, and what the kernel keeps free between log and tree. */
const SLACK = 4096;
/** Numbers follow each other: no crash leaves out more than this. */
const MOST_SEGMENTS = 4000;

export interface RecoveryParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly log: LogStore;
  readonly segments: SegmentFormat;
  readonly memtableBytes: number;
}

export interface Recovered {
  /** Newest first. */
  readonly memtables: readonly Memtable[];
  /** Segments that hold batches, and where these end: the fence of the new term says so. */
  readonly fence: readonly FenceEntry[];
  /** Those of them that are not known to be durable. */
  readonly unsynced: readonly number[];
  /** Segments that were looked at. */
  readonly segments: number;
  /** A number above all that log and manifest know. */
  readonly nextSegment: number;
  readonly entries: number;
}

interface Segment extends SegmentInfo {
  /** Undefined: it is missing, nothing was written to it, or an overtaken writer began it. */
  header: (SegmentHeader & { seed: SegmentSeed }) | undefined;
  /** Bytes beyond are void, says a later fence or the next segment's header. */
  limit: number;
  /** How much of it had been durable, as far as later segments tell. */
  synced: number;
}

/** Where the log ended before a later segment began. */
interface Break {
  readonly segment: number;
  readonly offset: number;
}

const NOTHING: ScannedSegment = { end: 0, batchesEnd: 0, entries: 0, synced: 0, proof: false, fence: undefined };

/** Reads the log from the manifest's position on. */
export function* recover(parts: RecoveryParts, state: ManifestState): Job<Recovered> {
  return yield* new Recovery(parts, state).run();
}

class Recovery {
  readonly #parts: RecoveryParts;
  readonly #state: ManifestState;
  readonly #reader: SegmentReader;
  readonly #memtables: Memtable[] = [];
  readonly #fence: FenceEntry[] = [];
  readonly #unsynced: number[] = [];
  #entries = 0;

  constructor(parts: RecoveryParts, state: ManifestState) {
    this.#parts = parts;
    this.#state = state;
    this.#reader = new SegmentReader(parts.heap, parts.kernels, parts.segments);
  }

  *run(): Job<Recovered> {
    const all = yield* same(() => this.#parts.log.segments());
    const last = all.reduce((highest, { number }) => Math.max(highest, number), Math.max(0, this.#state.logPosition - 1));
    const found = yield* this.#readHeads(this.#needed(all, last));
    // Before the first position is set nobody was promised anything.
    const segments = this.#state.logPosition === 0 ? [] : found;
    let broken: Break | undefined;
    for (const segment of segments) {
      const { end, batchesEnd, synced } = yield* broken === undefined ? this.#replay(segment) : this.#skip(segment, broken);
      if (broken === undefined && segment.limit < Infinity && end < segment.limit) broken = { segment: segment.number, offset: end };
      if (batchesEnd > 0) this.#keep(segment, batchesEnd, synced);
    }
    return {
      memtables: this.#memtables,
      fence: this.#fence,
      unsynced: this.#unsynced,
      segments: segments.length,
      nextSegment: last + 1,
      entries: this.#entries,
    };
  }

  #keep({ number, synced }: Segment, end: number, known: number): void {
    this.#fence.push({ segment: number, end });
    if (Math.max(synced, known) < end) this.#unsynced.push(number);
  }

  /** Every number from the manifest's position to the last one, there or not. */
  #needed(all: readonly SegmentInfo[], last: number): SegmentInfo[] {
    const { logPosition } = this.#state;
    if (logPosition === 0) return [...all];
    if (!all.some(({ number }) => number === logPosition)) throw missing(logPosition);
    if (last - logPosition > MOST_SEGMENTS) throw missing(logPosition + 1);
    const sizes = new Map(all.map(({ number, size }) => [number, size]));
    return Array.from({ length: last - logPosition + 1 }, (_, i) => ({
      number: logPosition + i,
      size: sizes.get(logPosition + i) ?? 0,
    }));
  }

  /** Headers and fences first: what a later segment says of earlier ones decides how far they count. */
  *#readHeads(infos: readonly SegmentInfo[]): Job<Segment[]> {
    const { heap, log } = this.#parts;
    const expected = { database: this.#state.database, log: this.#state.log.uuid };
    const at = heap.allocate(HEAD_BYTES, 'the head of a log segment');
    const segments: Segment[] = [];
    try {
      let term = 0;
      for (const info of infos) {
        const bytes = heap.bytes.subarray(at, at + Math.min(HEAD_BYTES, info.size));
        const length = info.size === 0 ? 0 : ((yield* same(() => log.read(info.number, bytes))) ?? 0);
        const header = this.#reader.header(at, length, info.number, expected);
        if (header === undefined && info.number === this.#state.logPosition) throw missing(info.number);
        if (header !== undefined && header.term >= this.#state.term) throw this.#ofTheFuture(header);
        const segment: Segment = { ...info, header, limit: Infinity, synced: 0 };
        if (header !== undefined && header.term >= term) {
          this.#applyTo(segments, header, header.term > term ? this.#fenceIn(at, length, header) : undefined);
          term = header.term;
        } else segment.header = undefined;
        segments.push(segment);
      }
    } finally {
      heap.release(at);
    }
    return segments;
  }

  /** This term was claimed a moment ago: nobody can have written in it, unless the manifests that tell of it are gone. */
  #ofTheFuture({ term, segment }: SegmentHeader): StorageError {
    // The claim of this term has taken the number of the one that is gone.
    const object = term === this.#state.term ? manifestName(this.#state.number) : segmentName(segment);
    return new StorageError('CORRUPTION', 'log is of a later term than the manifests: restore the newest of them, it is missing', {
      object,
    });
  }

  #fenceIn(at: number, length: number, { seed }: { seed: SegmentSeed }): readonly FenceEntry[] | undefined {
    return this.#reader.scan(at, length, seed, () => undefined).fence;
  }

  /** A fence tells of all earlier segments, and those that it names were made durable before it was written. Other segments tell of the one before. */
  #applyTo(earlier: readonly Segment[], header: SegmentHeader, fence: readonly FenceEntry[] | undefined): void {
    const previous = earlier.at(-1);
    if (fence !== undefined) {
      const ends = new Map(fence.map(({ segment, end }) => [segment, end]));
      for (const segment of earlier) limitTo(segment, ends.get(segment.number) ?? 0, ends.get(segment.number) ?? 0);
    } else if (previous !== undefined && header.previousEnd > 0) limitTo(previous, header.previousEnd, header.previousSynced);
  }

  /** Reads a segment into a memtable. Small segments share one. */
  *#replay(segment: Segment): Job<ScannedSegment> {
    if (segment.header === undefined) return this.#check(segment, NOTHING);
    const window = Math.min(segment.size, segment.limit);
    const newest = this.#memtables[0];
    if (newest !== undefined && window + SLACK <= newest.freeBytes) {
      const scanned = yield* this.#read(newest.tail, window, segment);
      const tree = this.#parts.kernels.memtableRoom(newest.address, scanned.entries);
      if (scanned.entries === 0 || (scanned.end + tree + SLACK <= newest.freeBytes && this.#insertAll(newest, segment, scanned))) {
        return scanned;
      }
    }
    return yield* this.#replayAlone(segment, window);
  }

  /** A region like the one that the segment was written in. A smaller budget, or more entries than bytes, may ask for a larger one. */
  *#replayAlone(segment: Segment, window: number): Job<ScannedSegment> {
    const { heap, kernels, memtableBytes } = this.#parts;
    for (let bytes = Math.max(memtableBytes, roundUp(MEMTABLE_HEADER_BYTES + window + SLACK)); ;) {
      const memtable = new Memtable(heap, kernels, heap.allocate(bytes, 'the replay of a log segment'), bytes, segment.number);
      let kept = false;
      try {
        const scanned = yield* this.#read(memtable.tail, window, segment);
        if (scanned.entries === 0) return scanned;
        const needed = roundUp(MEMTABLE_HEADER_BYTES + window + kernels.memtableRoom(memtable.address, scanned.entries) + SLACK);
        kept = this.#insertAll(memtable, segment, scanned);
        if (kept) {
          this.#memtables.unshift(memtable);
          return scanned;
        }
        bytes = needed;
      } finally {
        if (!kept) heap.release(memtable.address);
      }
    }
  }

  /** A segment behind the place where the log ended: void, unless it proves that the log had gone on. */
  *#skip(segment: Segment, { segment: broken, offset }: Break): Job<ScannedSegment> {
    const { heap } = this.#parts;
    if (segment.synced > 0) throw damaged(broken, offset);
    if (segment.header === undefined) return NOTHING;
    const window = Math.min(segment.size, segment.limit);
    const at = heap.allocate(window, 'a log segment');
    try {
      const { synced } = yield* this.#read(at, window, segment);
      if (synced > 0) throw damaged(broken, offset);
      return NOTHING;
    } finally {
      heap.release(at);
    }
  }

  *#read(at: number, window: number, segment: Segment): Job<ScannedSegment> {
    const { log, heap } = this.#parts;
    const length = (yield* same(() => log.read(segment.number, heap.bytes.subarray(at, at + window)))) ?? 0;
    return this.#check(
      segment,
      this.#reader.scan(at, Math.min(length, window), segment.header!.seed, () => undefined),
    );
  }

  #check(segment: Segment, scanned: ScannedSegment): ScannedSegment {
    if (scanned.proof || scanned.end < Math.min(segment.synced, segment.limit)) throw damaged(segment.number, scanned.end);
    return scanned;
  }

  /** Builds the tree over the batches of the segment that was read to the memtable's tail. False: it has no room for them. */
  #insertAll(memtable: Memtable, segment: Segment, { end, entries }: ScannedSegment): boolean {
    const at = memtable.tail;
    const { heap } = this.#parts;
    memtable.tail = roundUp(at + end);
    let fits = true;
    this.#reader.scan(at, end, segment.header!.seed, (payload, length) => {
      fits &&= memtable.hasRoom(0, heap.u32[(payload + BATCH_COUNT) >>> 2]!);
      if (fits) this.#insert(memtable, segment, payload, length, at);
    });
    if (fits) this.#entries += entries;
    return fits;
  }

  #insert(memtable: Memtable, segment: Segment, payload: number, length: number, at: number): void {
    if (this.#parts.kernels.memtableInsert(memtable.address, payload, length) < 0) {
      const object = segmentName(segment.number);
      throw new StorageError('CORRUPTION', 'a log record contradicts the format', { object, offset: payload - at });
    }
    memtable.largestEntry = Math.max(memtable.largestEntry, length);
  }
}

function limitTo(segment: Segment, limit: number, synced: number): void {
  segment.limit = Math.min(segment.limit, limit);
  segment.synced = Math.max(segment.synced, synced);
}

function roundUp(bytes: number): number {
  return (bytes + 63) & ~63;
}

function damaged(segment: number, offset: number): StorageError {
  return new StorageError('CORRUPTION', 'a log record that had been durable is damaged', { object: segmentName(segment), offset });
}

function missing(segment: number): StorageError {
  return new StorageError(
    'CORRUPTION',
    'a log segment that the manifest needs is missing: restore it, or the whole database from a backup',
    {
      object: segmentName(segment),
    },
  );
}
