// Memtables of a reader that follows the log: two regions, each as large as a memtable of a writer with the same budget. Records are copied in one by one,
// in the order of the log; where there is no room left, what follows waits until segments were flushed and a region is free.

import { BATCH_COUNT, BATCH_EPOCH, BATCH_HEADER_BYTES, ENTRY_HEADER_BYTES, RECORD_HEADER_BYTES, RECORD_TYPE } from '@varve/wasm-kernels';
import { StorageError, unreadable } from '../base/errors.ts';
import { later } from '../format/epoch.ts';
import { segmentName } from '../format/object-names.ts';
import { RECORD_BATCH, RECORD_CLOSE, RECORD_FENCE } from '../format/record.ts';
import { Memtable } from '../memtable/memtable.ts';
import type { SegmentSeed } from '../wal/segment-format.ts';
import type { FollowHost } from './follow.ts';

/** A segment begins in a region of its own where one is free, unless the one before is hardly used: so it is given back when the segment was flushed. */
const HARDLY_USED = 0.25;
const REGIONS = 2;
/** Alignment, and what the kernel keeps free between log and tree. */
const SLACK = 4096;

/** Which segments are in it. */
interface Region {
  readonly memtable: Memtable;
  last: number;
}

/** A record of the log, with its place. */
export interface LogRecord {
  readonly bytes: Uint8Array;
  readonly payloadBytes: number;
  readonly segment: number;
  readonly position: number;
  readonly seed: SegmentSeed;
}

export class LogMemory {
  readonly #host: FollowHost;
  /** Addresses of regions that nobody uses. */
  readonly #free: number[];
  /** Youngest first. */
  #regions: Region[] = [];
  #newestEpoch = 0n;
  /** A record that is in the tree by half. */
  #halved: { readonly segment: number; readonly error: StorageError } | undefined;
  /** Counts regions that were given back: what found no room may find some then. */
  given = 0;

  constructor(host: FollowHost) {
    this.#host = host;
    this.#free = Array.from({ length: REGIONS }, () => host.heap.allocate(host.plan.memtableBytes, 'a memtable of a reader'));
  }

  get memtables(): readonly Memtable[] {
    return this.#regions.map(({ memtable }) => memtable);
  }

  get entries(): number {
    return this.#regions.reduce((sum, { memtable }) => sum + memtable.count, 0);
  }

  /** Of the newest batch that was added. */
  get newestEpoch(): bigint {
    return this.#newestEpoch;
  }

  /** Adds a record behind all others. False: there is no room for it. Throws when it is damaged. */
  add(record: LogRecord): boolean {
    if (this.#halved !== undefined) throw this.#halved.error;
    const active = this.#regions[0];
    const begins = active !== undefined && active.last !== record.segment && active.memtable.fill > HARDLY_USED;
    if (active !== undefined && !(begins && this.#free.length > 0) && this.#addTo(active, record)) return true;
    const next = this.#nextRegion(record.segment);
    return next !== undefined && this.#addTo(next, record);
  }

  #nextRegion(segment: number): Region | undefined {
    // One that is empty is as good as any.
    if (this.#free.length === 0 || this.#regions[0]?.memtable.count === 0) return undefined;
    const { heap, kernels, plan } = this.#host;
    const memtable = new Memtable(heap, kernels, this.#free.pop()!, plan.memtableBytes, segment);
    // Ours, as long as it counts; views have pins of their own.
    memtable.pins++;
    const region = { memtable, last: segment };
    this.#regions.unshift(region);
    return region;
  }

  #addTo(region: Region, record: LogRecord): boolean {
    const { memtable } = region;
    const { bytes, payloadBytes, segment } = record;
    if (bytes.length + SLACK > memtable.freeBytes) return false;
    const at = memtable.tail;
    const payload = at + RECORD_HEADER_BYTES;
    const count = this.#copy(record, at);
    if (count === undefined) return true;
    if (!memtable.hasRoom(bytes.length + SLACK, count)) return false;
    if (this.#host.kernels.memtableInsert(memtable.address, payload, payloadBytes) !== count) {
      // What is in the tree of it stays: nothing may be written over it.
      memtable.tail = at + bytes.length;
      const error = new StorageError('CORRUPTION', 'a log record contradicts the format', placeOf(record));
      this.#halved = { segment, error };
      throw error;
    }
    memtable.tail = at + bytes.length;
    region.last = segment;
    this.#newestEpoch = later(this.#newestEpoch, this.#host.heap.view.getBigUint64(payload + BATCH_EPOCH, true));
    return true;
  }

  /** Copies the record to `at` and checks it. How many entries it has; undefined: it is none that has any. */
  #copy(record: LogRecord, at: number): number | undefined {
    const { heap, kernels } = this.#host;
    const { bytes, payloadBytes, position, seed } = record;
    heap.bytes.set(bytes, at);
    if (kernels.recordCheck(at, at + bytes.length, (seed.low ^ position) >>> 0, seed.high) !== payloadBytes) throw damaged(record);
    const type = heap.bytes[at + RECORD_TYPE]!;
    if (type === RECORD_FENCE || type === RECORD_CLOSE) return undefined;
    if (type !== RECORD_BATCH) throw unreadable('log record', `type=${type}`, placeOf(record));
    const count = heap.u32[(at + RECORD_HEADER_BYTES + BATCH_COUNT) >>> 2]!;
    if (BATCH_HEADER_BYTES + count * ENTRY_HEADER_BYTES <= payloadBytes) return count;
    throw new StorageError('CORRUPTION', 'log record claims more entries than it has', placeOf(record));
  }

  /** Lets go of regions of which no segment counts any more. */
  keepFrom(position: number): void {
    if (this.#halved !== undefined && this.#halved.segment < position) this.#halved = undefined;
    const over = this.#regions.filter(({ last }) => last < position);
    this.#regions = this.#regions.filter(({ last }) => last >= position);
    for (const { memtable } of over) if (--memtable.pins === 0) this.free(memtable);
  }

  /** Nobody reads it any more. */
  free(memtable: Memtable): void {
    this.given++;
    this.#free.push(memtable.address);
  }
}

/** An object is there whole: so it was damaged later. */
export function damaged(record: Pick<LogRecord, 'segment' | 'position'>): StorageError {
  return new StorageError('CORRUPTION', 'a log record is damaged', placeOf(record));
}

function placeOf({ segment, position }: Pick<LogRecord, 'segment' | 'position'>): { object: string; offset: number } {
  return { object: segmentName(segment), offset: position };
}
