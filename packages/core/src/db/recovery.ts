// Replaying the log at open: which segments count and how far (PROTOCOL.md, rules 2 to 5), and their records as memtables again. Segments are read
// straight into memtable regions, where their bytes are the arena; the tree is built over them.

import { BATCH_COUNT, type Kernels } from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { segmentName } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { LogStore, SegmentInfo } from '../store/log-store.ts';
import type { FenceEntry, SegmentFormat, SegmentHeader, SegmentSeed } from '../wal/segment-format.ts';
import { SegmentReader } from '../wal/segment-reader.ts';
import type { ManifestState } from '../version/manifest-state.ts';

/** Read of each segment to find its header and fence. */
const HEAD_BYTES = 4096;
/** What the first nodes of a tree take. */
const ROOM_FOR_TREE = 4096;

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
  /** Segments of earlier terms that still count, with their ends: the fence of the new term says so. */
  readonly fence: readonly FenceEntry[];
  /** Number of the first segment of the new term. */
  readonly nextSegment: number;
  /** Where the last segment ended. */
  readonly previousEnd: number;
  readonly entries: number;
}

interface Segment extends SegmentInfo {
  readonly header: (SegmentHeader & { seed: SegmentSeed }) | undefined;
  /** Bytes beyond are void: a later fence or the next segment's header said so. */
  limit: number | undefined;
  /** How much of it was known to be durable, as far as the next segment tells. */
  synced: number;
}

/** Reads the log from the manifest's position on. */
export function* recover(parts: RecoveryParts, state: ManifestState): Job<Recovered> {
  return yield* new Recovery(parts, state).run();
}

class Recovery {
  readonly #parts: RecoveryParts;
  readonly #state: ManifestState;
  readonly #reader: SegmentReader;
  readonly #memtables: Memtable[] = [];
  #entries = 0;

  constructor(parts: RecoveryParts, state: ManifestState) {
    this.#parts = parts;
    this.#state = state;
    this.#reader = new SegmentReader(parts.heap, parts.kernels, parts.segments);
  }

  *run(): Job<Recovered> {
    const all = yield* same(() => this.#parts.log.segments());
    const segments = yield* this.#readHeads(all.filter(({ number }) => number >= this.#state.logPosition));
    const fence: FenceEntry[] = [];
    let stopped = false;
    let previousEnd = 0;
    for (const segment of segments) {
      const end: number = stopped || segment.header === undefined ? 0 : yield* this.#replay(segment);
      stopped ||= segment.limit !== undefined && end < segment.limit;
      fence.push({ segment: segment.number, end });
      previousEnd = end;
    }
    const last = Math.max(this.#state.logPosition - 1, ...all.map(({ number }) => number));
    return { memtables: this.#memtables, fence, nextSegment: last + 1, previousEnd, entries: this.#entries };
  }

  /** Headers and fences first: what a later term says of earlier segments decides how far they count. */
  *#readHeads(infos: readonly SegmentInfo[]): Job<Segment[]> {
    const { heap, log } = this.#parts;
    const at = heap.allocate(HEAD_BYTES, 'the head of a log segment');
    const segments: Segment[] = [];
    try {
      let term = 0;
      for (const info of infos) {
        const bytes = heap.bytes.subarray(at, at + HEAD_BYTES);
        const length = (yield* same(() => log.read(info.number, bytes))) ?? 0;
        const header = this.#reader.header(at, length, info.number, this.#state.database);
        // A zombie's segment, begun after a newer writer had claimed the log, is void.
        const counts = header !== undefined && header.term >= term;
        if (counts) {
          this.#applyFence(segments, header, this.#reader.scan(at, length, header.seed, () => undefined).fence);
          term = header.term;
        }
        segments.push({ ...info, header: counts ? header : undefined, limit: undefined, synced: 0 });
      }
    } finally {
      heap.release(at);
    }
    return segments;
  }

  #applyFence(earlier: Segment[], header: SegmentHeader, fence: readonly FenceEntry[]): void {
    const previous = earlier.at(-1);
    if (previous !== undefined) {
      previous.limit = Math.min(previous.limit ?? Infinity, header.previousEnd);
      previous.synced = header.previousSynced;
    }
    for (const { segment, end } of fence) {
      const found = earlier.find(({ number }) => number === segment);
      if (found !== undefined) found.limit = Math.min(found.limit ?? Infinity, end);
    }
  }

  /** Reads a segment into a memtable and returns where its valid records end. Small segments share a memtable. */
  *#replay(segment: Segment): Job<number> {
    const newest = this.#memtables[0];
    const shared = newest === undefined ? undefined : yield* this.#replayInto(newest, segment, false);
    if (shared !== undefined) return shared;
    return (yield* this.#replayInto(this.#newMemtable(segment), segment, true))!;
  }

  /** Undefined when it does not fit (never when it has to). */
  *#replayInto(memtable: Memtable, segment: Segment, must: boolean): Job<number | undefined> {
    const { log, heap, kernels } = this.#parts;
    const at = memtable.tail;
    const window = Math.min(segment.size, memtable.freeBytes - ROOM_FOR_TREE);
    if (window < HEAD_BYTES && !must) return undefined;
    const length = (yield* same(() => log.read(segment.number, heap.bytes.subarray(at, at + window)))) ?? 0;
    const limit = Math.min(length, segment.limit ?? Infinity);
    let entries = 0;
    const { seed } = segment.header!;
    const { end, proof } = this.#reader.scan(at, limit, seed, (payload) => (entries += heap.u32[(payload + BATCH_COUNT) >>> 2]));
    const whole = limit < window || window === segment.size;
    if (!must && (!whole || kernels.memtableRoom(memtable.address, entries) > memtable.freeBytes - end - ROOM_FOR_TREE)) return undefined;
    if (proof || end < segment.synced) {
      throw new StorageError('CORRUPTION', 'a log record that had been durable is damaged', {
        object: segmentName(segment.number),
        offset: end,
      });
    }
    this.#reader.scan(at, end, seed, (payload, bytes) => this.#insert(memtable, segment, payload, bytes));
    memtable.tail = at + ((end + 63) & ~63);
    return end;
  }

  #insert(memtable: Memtable, segment: Segment, payload: number, length: number): void {
    const count = this.#parts.kernels.memtableInsert(memtable.address, payload, length);
    if (count < 0) {
      const offset = payload - memtable.tail;
      throw new StorageError('CORRUPTION', 'a log record contradicts the format', { object: segmentName(segment.number), offset });
    }
    this.#entries += count;
    memtable.largestEntry = Math.max(memtable.largestEntry, length);
  }

  /** A full segment gets a region like the one that it was written in. */
  #newMemtable(segment: Segment): Memtable {
    const { heap, kernels, memtableBytes } = this.#parts;
    const bytes = segment.size < memtableBytes ? memtableBytes : segment.size * 2;
    const memtable = new Memtable(heap, kernels, heap.allocate(bytes, 'the replay of a log segment'), bytes, segment.number);
    this.#memtables.unshift(memtable);
    return memtable;
  }
}
