// The head of a log segment, and the two records that are not batches (docs/FORMAT.md).
//
//   segment header: 0 magic 'VWAL' | 4 version | 8 database uuid | 24 log uuid | 40 term | 48 segment number | 56 end of the previous segment |
//                   64 bytes of the previous segment known to be durable when this one began | 72 checksum
//   fence record:   0 term (u64) | 8 count | 12 zero | 16 count x { segment u64, end u64 }
//   close record:   0 synced position (u64)
//
// Everything is written into linear memory, where log and memtable are the same bytes.

import { RECORD_HEADER_BYTES, type Kernels } from '@varve/wasm-kernels';
import { toHex } from '../base/hex.ts';
import { RECORD_CLOSE, RECORD_FENCE, recordBytes, writeRecordHeader } from '../format/record.ts';
import type { Heap } from '../heap/heap.ts';

export const SEGMENT_HEADER_BYTES = 80;
const MAGIC = 0x4c415756;
const VERSION = 1;
const SEGMENT_NUMBER = 48;
const SUMMED_BYTES = 72;
const SEED_FROM = 8;
const SEED_BYTES = 56;

export interface SegmentHeader {
  /** 32 hex digits. */
  readonly database: string;
  /** Identity of the log, as the manifest names it: 32 hex digits. */
  readonly log: string;
  readonly term: number;
  readonly segment: number;
  /** Where the previous segment ended, 0 when there is none. */
  readonly previousEnd: number;
  /** How much of it was known to be durable when this segment began. */
  readonly previousSynced: number;
}

/** Seed of the records of one segment; a record's position is xored into it. */
export interface SegmentSeed {
  readonly low: number;
  readonly high: number;
  /** The segment's number, where errors are to name it. */
  readonly segment?: number;
}

/** What a claimant found of an earlier segment. */
export interface FenceEntry {
  readonly segment: number;
  readonly end: number;
}

export class SegmentFormat {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #scratch: number;

  constructor(heap: Heap, kernels: Kernels) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.#scratch = heap.allocate(64, 'a checksum');
  }

  /** Writes the header at `at` and returns the seed of the segment's records. */
  writeHeader(at: number, header: SegmentHeader): SegmentSeed {
    const { view, bytes } = this.#heap;
    bytes.fill(0, at, at + SEGMENT_HEADER_BYTES);
    view.setUint32(at, MAGIC, true);
    view.setUint16(at + 4, VERSION, true);
    const ids = header.database + header.log;
    for (let i = 0; i < 32; i++) bytes[at + 8 + i] = Number.parseInt(ids.slice(i * 2, i * 2 + 2), 16);
    this.#setNumber(at + 40, header.term);
    this.#setNumber(at + SEGMENT_NUMBER, header.segment);
    this.#setNumber(at + 56, header.previousEnd);
    this.#setNumber(at + 64, header.previousSynced);
    this.#kernels.xxh64(at, SUMMED_BYTES, 0, 0, at + SUMMED_BYTES);
    return this.#seed(at);
  }

  /** The header at `at`, or undefined when there is no valid one. */
  readHeader(at: number): (SegmentHeader & { version: number; seed: SegmentSeed }) | undefined {
    const { view, bytes } = this.#heap;
    this.#kernels.xxh64(at, SUMMED_BYTES, 0, 0, this.#scratch);
    if (view.getUint32(at, true) !== MAGIC || view.getBigUint64(at + SUMMED_BYTES) !== view.getBigUint64(this.#scratch)) return undefined;
    return {
      database: toHex(bytes.subarray(at + 8, at + 24)),
      log: toHex(bytes.subarray(at + 24, at + 40)),
      term: this.#number(at + 40),
      segment: this.#number(at + SEGMENT_NUMBER),
      previousEnd: this.#number(at + 56),
      previousSynced: this.#number(at + 64),
      version: view.getUint16(at + 4, true),
      seed: this.#seed(at),
    };
  }

  /** Writes a fence record at `at`, `position` bytes into its segment, and returns its length. */
  writeFence(at: number, position: number, seed: SegmentSeed, term: number, entries: readonly FenceEntry[]): number {
    const payload = at + RECORD_HEADER_BYTES;
    this.#setNumber(payload, term);
    this.#heap.view.setUint32(payload + 8, entries.length, true);
    this.#heap.view.setUint32(payload + 12, 0, true);
    entries.forEach(({ segment, end }, i) => {
      this.#setNumber(payload + 16 + i * 16, segment);
      this.#setNumber(payload + 24 + i * 16, end);
    });
    return this.#seal(at, position, seed, RECORD_FENCE, 16 + entries.length * 16);
  }

  /** The fence record whose payload of `length` bytes is at `payload`, or undefined when its length lies. */
  readFence(payload: number, length: number): { term: number; entries: FenceEntry[] } | undefined {
    const count = length < 16 ? -1 : this.#heap.view.getUint32(payload + 8, true);
    if (count < 0 || length !== 16 + count * 16) return undefined;
    const entries = Array.from({ length: count }, (_, i) => ({
      segment: this.#number(payload + 16 + i * 16),
      end: this.#number(payload + 24 + i * 16),
    }));
    return { term: this.#number(payload), entries };
  }

  /** Writes a close record and returns its length: everything before `synced` is durable. */
  writeClose(at: number, position: number, seed: SegmentSeed, synced: number): number {
    this.#setNumber(at + RECORD_HEADER_BYTES, synced);
    return this.#seal(at, position, seed, RECORD_CLOSE, 8);
  }

  readClose(payload: number, length: number): number | undefined {
    return length === 8 ? this.#number(payload) : undefined;
  }

  #seal(at: number, position: number, seed: SegmentSeed, type: number, payloadBytes: number): number {
    writeRecordHeader(this.#heap.u32, at, type, payloadBytes);
    this.#kernels.recordSeal(at, (seed.low ^ position) >>> 0, seed.high);
    return recordBytes(payloadBytes);
  }

  #seed(header: number): SegmentSeed {
    this.#kernels.xxh64(header + SEED_FROM, SEED_BYTES, 0, 0, this.#scratch);
    const { u32 } = this.#heap;
    return { low: u32[this.#scratch >>> 2]!, high: u32[(this.#scratch >>> 2) + 1]!, segment: this.#number(header + SEGMENT_NUMBER) };
  }

  #setNumber(at: number, value: number): void {
    this.#heap.view.setBigUint64(at, BigInt(value), true);
  }

  #number(at: number): number {
    return Number(this.#heap.view.getBigUint64(at, true));
  }
}
