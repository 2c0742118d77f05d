// Replaying the log at open: the records of the segments that count (retained-segments.ts) become memtables again. Segments are read straight into
// memtable regions, where their bytes are the arena; the tree is built over them.
//
// The log may end early, as a crash leaves it: then nothing behind that place counts. But nothing may show that more had been durable: syncs go
// oldest first, so whoever knows bytes of a later segment as durable proves those of the earlier ones, and what is missing then is damage.

import { BATCH_COUNT, BATCH_EPOCH, MEMTABLE_HEADER_BYTES, type Kernels } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { segmentName } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { FenceEntry, SegmentFormat } from '../wal/segment-format.ts';
import { SegmentReader, type ScannedSegment } from '../wal/segment-reader.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { readRetained, type RetainedSegment } from './retained-segments.ts';

/** Alignment, and what the kernel keeps free between log and tree. */
const SLACK = 4096;

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

/** Where the log ended before a later segment began. */
interface Break {
  readonly segment: number;
  readonly offset: number;
}

const NOTHING: ScannedSegment = { end: 0, batchesEnd: 0, entries: 0, synced: 0, proof: false, fence: undefined };

/** Reads the log from the manifest's position on. `all` are its segments, where they are known. */
export function* recover(parts: RecoveryParts, state: ManifestState, all?: readonly SegmentInfo[]): Job<Recovered> {
  return yield* new Recovery(parts, state).run(all ?? (yield* same(() => parts.log.segments())));
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

  *run(all: readonly SegmentInfo[]): Job<Recovered> {
    const last = all.reduce((highest, { number }) => Math.max(highest, number), Math.max(0, this.#state.logPosition - 1));
    const segments = yield* readRetained(this.#parts, this.#state, this.#reader, all, last);
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

  #keep({ number, synced }: RetainedSegment, end: number, known: number): void {
    this.#fence.push({ segment: number, end });
    if (Math.max(synced, known) < end) this.#unsynced.push(number);
  }

  /** Reads a segment into a memtable. Small segments share one. */
  *#replay(segment: RetainedSegment): Job<ScannedSegment> {
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
  *#replayAlone(segment: RetainedSegment, window: number): Job<ScannedSegment> {
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
        // It fits then. Should it not, the next attempt is larger all the same, and ends where memory does.
        bytes = Math.max(needed, bytes + SLACK);
      } finally {
        if (!kept) heap.release(memtable.address);
      }
    }
  }

  /** A segment behind the place where the log ended: void, unless it proves that the log had gone on. */
  *#skip(segment: RetainedSegment, { segment: broken, offset }: Break): Job<ScannedSegment> {
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

  *#read(at: number, window: number, segment: RetainedSegment): Job<ScannedSegment> {
    const { log, heap } = this.#parts;
    const length = (yield* same(() => log.read(segment.number, heap.bytes.subarray(at, at + window)))) ?? 0;
    return this.#check(
      segment,
      this.#reader.scan(at, Math.min(length, window), segment.header!.seed, () => undefined),
    );
  }

  #check(segment: RetainedSegment, scanned: ScannedSegment): ScannedSegment {
    if (scanned.proof || scanned.end < Math.min(segment.synced, segment.limit)) throw damaged(segment.number, scanned.end);
    return scanned;
  }

  /** Builds the tree over the batches of the segment that was read to the memtable's tail. False: it has no room for them. */
  #insertAll(memtable: Memtable, segment: RetainedSegment, { end, entries }: ScannedSegment): boolean {
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

  #insert(memtable: Memtable, segment: RetainedSegment, payload: number, length: number, at: number): void {
    if (this.#parts.kernels.memtableInsert(memtable.address, payload, length) < 0) {
      const object = segmentName(segment.number);
      throw new StorageError('CORRUPTION', 'a log record contradicts the format', { object, offset: payload - at });
    }
    memtable.largestEntry = Math.max(memtable.largestEntry, length);
    memtable.newestEpoch = this.#parts.heap.view.getBigUint64(payload + BATCH_EPOCH, true);
  }
}

function roundUp(bytes: number): number {
  return (bytes + 63) & ~63;
}

function damaged(segment: number, offset: number): StorageError {
  return new StorageError('CORRUPTION', 'a log record that had been durable is damaged', { object: segmentName(segment), offset });
}
