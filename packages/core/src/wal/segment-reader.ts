// Reading a log segment that stands in linear memory: its header, its records up to the first that is not valid, and whether what follows
// proves that something durable is missing.

import {
  BATCH_COUNT,
  BATCH_HEADER_BYTES,
  BATCH_SYNCED,
  ENTRY_HEADER_BYTES,
  RECORD_HEADER_BYTES,
  RECORD_TYPE,
  type Kernels,
} from '@varve/wasm-kernels';
import { StorageError, unreadable } from '../base/errors.ts';
import { segmentName } from '../format/object-names.ts';
import { RECORD_BATCH, RECORD_CLOSE, RECORD_FENCE, recordBytes } from '../format/record.ts';
import type { Heap } from '../heap/heap.ts';
import { SEGMENT_HEADER_BYTES, type FenceEntry, type SegmentFormat, type SegmentHeader, type SegmentSeed } from './segment-format.ts';

/** A batch record's payload in linear memory. */
export type OnBatch = (payload: number, length: number) => void;

export interface ScannedSegment {
  /** Where the last valid record ends. */
  readonly end: number;
  /** Where the last batch ends, 0 when there is none. */
  readonly batchesEnd: number;
  /** Entries of all batches together. */
  readonly entries: number;
  /** How much of the segment its own records know to be durable. */
  readonly synced: number;
  /** A record behind a bad one shows that more had been durable. */
  readonly proof: boolean;
  /** Undefined: it is not the first of a term, or that record is torn. */
  readonly fence: readonly FenceEntry[] | undefined;
}

/** Which log a segment has to belong to, as 32 hex digits each. */
export interface LogIdentity {
  readonly database: string;
  readonly log: string;
}

export class SegmentReader {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #format: SegmentFormat;

  constructor(heap: Heap, kernels: Kernels, format: SegmentFormat) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.#format = format;
  }

  /** Header of segment `segment` at `at`, or undefined where nothing of it was ever written. Throws when it is damaged or foreign. */
  header(at: number, length: number, segment: number, expected: LogIdentity): (SegmentHeader & { seed: SegmentSeed }) | undefined {
    const object = segmentName(segment);
    if (length < SEGMENT_HEADER_BYTES || this.#isZero(at)) return undefined;
    const header = this.#format.readHeader(at);
    if (header === undefined) throw new StorageError('CORRUPTION', 'head of a log segment is damaged', { object, offset: 0 });
    if (header.version !== 1) throw unreadable('log', `format=${header.version}`, { object });
    for (const part of ['database', 'log'] as const) {
      if (header[part] === expected[part]) continue;
      throw new StorageError('CORRUPTION', `log belongs to another ${part}: expected=${expected[part]} found=${header[part]}`, { object });
    }
    return header.segment === segment ? header : undefined;
  }

  #isZero(at: number): boolean {
    for (let i = 0; i < SEGMENT_HEADER_BYTES; i += 4) if (this.#heap.u32[(at + i) >>> 2] !== 0) return false;
    return true;
  }

  /** Visits the batches of the segment at `at` that end at or before `limit`. */
  scan(at: number, limit: number, seed: SegmentSeed, onBatch: OnBatch): ScannedSegment {
    const { u32, bytes } = this.#heap;
    let position = SEGMENT_HEADER_BYTES;
    let fence: readonly FenceEntry[] | undefined;
    let [batchesEnd, entries, synced] = [0, 0, 0];
    while (position + RECORD_HEADER_BYTES <= limit) {
      const length = this.#check(at, position, limit, seed);
      if (length < 0) break;
      const payload = at + position + RECORD_HEADER_BYTES;
      const type = bytes[at + position + RECORD_TYPE]!;
      if (type === RECORD_BATCH) {
        const count = u32[(payload + BATCH_COUNT) >>> 2]!;
        // Room is made for so many entries before they are read.
        if (BATCH_HEADER_BYTES + count * ENTRY_HEADER_BYTES > length) {
          throw new StorageError('CORRUPTION', 'log record claims more entries than it has', placeOf(seed, position));
        }
        onBatch(payload, length);
        batchesEnd = position + recordBytes(length);
        entries += count;
        synced = Math.max(synced, u32[(payload + BATCH_SYNCED) >>> 2]!);
      } else if (type === RECORD_FENCE) fence = this.#format.readFence(payload, length)?.entries;
      else if (type === RECORD_CLOSE) synced = Math.max(synced, this.#format.readClose(payload, length) ?? 0);
      else throw unreadable('log record', `type=${type}`, placeOf(seed, position));
      position += recordBytes(length);
    }
    return { end: position, batchesEnd, entries, synced, proof: this.#proves(at, position, limit, seed), fence };
  }

  /** Is there, behind a bad record, a valid one that knows the bad place as durable? */
  #proves(at: number, bad: number, limit: number, seed: SegmentSeed): boolean {
    for (let position = bad + 8; position + RECORD_HEADER_BYTES <= limit;) {
      const length = this.#looksLikeRecord(at + position) ? this.#check(at, position, limit, seed) : -1;
      if (length < 0) {
        position += 8;
        continue;
      }
      const payload = at + position + RECORD_HEADER_BYTES;
      const type = this.#heap.bytes[at + position + RECORD_TYPE]!;
      if (type === RECORD_CLOSE && (this.#format.readClose(payload, length) ?? 0) > bad) return true;
      if (type === RECORD_BATCH && this.#heap.u32[(payload + BATCH_SYNCED) >>> 2]! > bad) return true;
      // What stands inside is users' data, however much it looks like records: to hash it from every place on would take forever.
      position += recordBytes(length);
    }
    return false;
  }

  /** Type and version word of a record: nearly nothing else looks like it, so checksums are rare. */
  #looksLikeRecord(at: number): boolean {
    const word = this.#heap.u32[(at + RECORD_TYPE) >>> 2]!;
    return word === (RECORD_BATCH | 256) || word === (RECORD_CLOSE | 256);
  }

  #check(at: number, position: number, limit: number, seed: SegmentSeed): number {
    return this.#kernels.recordCheck(at + position, at + limit, (seed.low ^ position) >>> 0, seed.high);
  }
}

function placeOf({ segment = 0 }: SegmentSeed, offset: number): { object: string; offset: number } {
  return { object: segmentName(segment), offset };
}
