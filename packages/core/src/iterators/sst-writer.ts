// One SST on its way out: stored blocks are appended as the merge kernel fills its output buffer, partitions are kept aside, and at the end
// the .meta object is made of them. Also what the cache may take over without reading anything back.

import {
  MERGE_FILE_BYTES,
  MERGE_FILE_ENTRIES,
  MERGE_FILE_LONGEST_BLOCK,
  MERGE_FILE_LONGEST_KEY,
  MERGE_FILE_MAX_EPOCH,
  MERGE_FILE_MIN_EPOCH,
  MERGE_FILE_PARTITIONS,
  MERGE_FILE_RAW_BYTES,
  MERGE_FILE_TOMBSTONES,
  MERGE_LARGEST,
  MERGE_LARGEST_LENGTH,
  MERGE_SMALLEST,
  MERGE_SMALLEST_LENGTH,
  type Kernels,
} from '@varve/wasm-kernels';
import { andThen, isPromise } from '../base/maybe-promise.ts';
import { metaName, sstName, type ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { Heap } from '../heap/heap.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import { encodeMeta, type Described } from '../sst/meta-format.ts';
import { metaChecksum } from '../sst/seeds.ts';
import type { ObjectStore, ObjectWriter } from '../store/object-store.ts';

/** A finished SST, and what of it is still in memory. */
export interface WrittenSst {
  readonly info: SstInfo;
  readonly head: Uint8Array;
  readonly partitions: Uint8Array;
  /** One payload address a block, in order: where a copy of it stands in a frame, or 0. */
  readonly warmed: readonly number[];
}

interface WriterParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly catalog: SstCatalog;
  readonly store: ObjectStore;
}

/** An asynchronous write that reads its bytes. */
interface Pending {
  readonly bytes: Uint8Array;
  readonly position: number;
  readonly writing: Promise<void>;
}

export class SstWriter {
  readonly #id: ObjectId;
  readonly #parts: WriterParts;
  readonly #writer: ObjectWriter;
  readonly #partitions: Uint8Array[] = [];
  readonly #warmed: number[] = [];
  #position = 0;
  #pending: Pending | undefined;

  private constructor(parts: WriterParts, id: ObjectId, writer: ObjectWriter) {
    this.#parts = parts;
    this.#id = id;
    this.#writer = writer;
  }

  static *create(parts: WriterParts, id: ObjectId, sizeHint: number): Job<SstWriter> {
    const writer = yield* io(parts.store, (store) => store.createObject(sstName(id), sizeHint));
    return new SstWriter(parts, id, writer);
  }

  /** Frames that hold copies of blocks of this SST. */
  get warmed(): readonly number[] {
    return this.#warmed;
  }

  /** Starts writing bytes from linear memory, which must not change until they are `written`. What was started before is. */
  *append(address: number, length: number): Job<void> {
    const bytes = this.#parts.heap.bytes.subarray(address, address + length);
    const position = this.#position;
    yield {
      later: () => {
        const writing = this.#writer.append(bytes, position);
        if (!isPromise(writing)) return;
        this.#pending = { bytes, position, writing };
        // Whoever asks whether it is written is told.
        writing.catch(() => undefined);
      },
      now: () => this.#writer.sync!.append(bytes, position),
    };
    this.#position += length;
  }

  /**
   * What was appended is written. A synchronous driver may overtake the asynchronous write: what is returned then is the promise of the
   * latter, which still reads the bytes, so they must not change before it has settled.
   */
  *written(): Job<Promise<unknown> | undefined> {
    const pending = this.#pending;
    if (pending === undefined) return undefined;
    let overtaken: Promise<unknown> | undefined;
    yield {
      later: () => pending.writing,
      now: () => {
        overtaken = pending.writing.catch(() => undefined);
        this.#writer.sync!.append(pending.bytes, pending.position);
      },
    };
    this.#pending = undefined;
    return overtaken;
  }

  addPartitions(bytes: Uint8Array, warmed: Iterable<number>): void {
    this.#partitions.push(bytes);
    this.#warmed.push(...warmed);
  }

  /** Makes both objects durable; everything is written. The MERGE_FILE_* results of this file stand in `merge`. */
  *finish(merge: number, compression: string): Job<WrittenSst> {
    const { heap, kernels, catalog, store } = this.#parts;
    const described = describe(heap, merge, this.#id);
    const partitions = concat(this.#partitions);
    const meta = encodeMeta(described, compression, partitions, metaChecksum(heap, kernels, catalog.seedOf(this.#id)));
    yield* io(this.#writer, (writer) => writer.finish());
    // A synchronous driver may do it again, so it may be there already: the id is nobody else's.
    yield* io(store, (door) => door.putIfAbsent(metaName(this.#id), meta.bytes));
    const info = { ...described, metaBytes: meta.bytes.length, headBytes: meta.headBytes };
    return { info, head: meta.bytes.subarray(0, meta.headBytes), partitions, warmed: this.#warmed };
  }

  /**
   * Leaves nothing, also after a part of `finish`. What is returned still reads bytes that were appended. It is one step that waits for them and
   * aborts: whoever is told to end meanwhile has begun it.
   */
  *abort(): Job<Promise<unknown> | undefined> {
    const reading = this.#pending?.writing.catch(() => undefined);
    yield {
      later: () => andThen(reading, () => this.#writer.abort()),
      now: () => this.#writer.sync!.abort(),
    };
    yield* io(this.#parts.store, (store) => store.delete([sstName(this.#id), metaName(this.#id)]));
    return reading;
  }
}

function describe(heap: Heap, merge: number, id: ObjectId): Described {
  const u32 = (offset: number): number => heap.u32[(merge + offset) >>> 2]!;
  const u64 = (offset: number): bigint => heap.view.getBigUint64(merge + offset, true);
  const bytes = (at: number, length: number): Uint8Array => heap.bytes.slice(u32(at), u32(at) + u32(length));
  return {
    id,
    dataBytes: u32(MERGE_FILE_BYTES),
    smallest: bytes(MERGE_SMALLEST, MERGE_SMALLEST_LENGTH),
    largest: bytes(MERGE_LARGEST, MERGE_LARGEST_LENGTH),
    minEpoch: u64(MERGE_FILE_MIN_EPOCH),
    maxEpoch: u64(MERGE_FILE_MAX_EPOCH),
    entries: u32(MERGE_FILE_ENTRIES),
    tombstones: u32(MERGE_FILE_TOMBSTONES),
    rawBytes: heap.view.getFloat64(merge + MERGE_FILE_RAW_BYTES, true),
    longestKey: u32(MERGE_FILE_LONGEST_KEY),
    longestBlock: u32(MERGE_FILE_LONGEST_BLOCK),
    partitions: u32(MERGE_FILE_PARTITIONS),
  };
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
