// Flush and compaction are the same job: merge sources in key order, drop what no reader needs, write SSTs. The kernel does the merging;
// this file gives it memory, feeds its inputs, drains its outputs, and breathes between slices.

import {
  CODEC_LZ4,
  CODEC_NONE,
  INPUT_HEADER_BYTES,
  INPUT_PAYLOAD,
  INPUT_PAYLOAD_BYTES,
  MERGE_BLOCK_TARGET,
  MERGE_BOTTOM,
  MERGE_CODEC,
  MERGE_CORRUPT_OFFSET,
  MERGE_COUNTER,
  MERGE_FILE_BYTES,
  MERGE_FILE_TARGET,
  MERGE_INPUT,
  MERGE_INPUTS,
  MERGE_LONGEST_KEY,
  MERGE_META,
  MERGE_META_BYTES,
  MERGE_META_USED,
  MERGE_NOW,
  MERGE_OUT,
  MERGE_OUT_BYTES,
  MERGE_OUT_USED,
  MERGE_PARTITION_TARGET,
  MERGE_READERS,
  MERGE_READER_COUNT,
  MERGE_READ_ENTRIES,
  MERGE_TERM,
  MERGE_WARM,
  MERGE_WARM_COUNT,
  MERGE_WARMED,
  MERGE_WARMED_COUNT,
  MERGE_WARMED_LIMIT,
  STATUS_CORRUPT,
  STATUS_DONE,
  STATUS_FILE_DONE,
  STATUS_FULL,
  STATUS_NEED_INPUT,
  STATUS_SLICE,
  type Kernels,
} from '@varve/wasm-kernels';
import { AssertionError, StorageError } from '../base/errors.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import type { Epoch } from '../format/epoch.ts';
import { metaName, sstName, type ObjectId } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { MergeRoom } from './merge-room.ts';
import { fillMemtableInput, RunFeed, type MergeSource } from './merge-input.ts';
import { SstWriter, type WrittenSst } from './sst-writer.ts';

/** Entries a slice: about half a millisecond of merging with compression. */
const SLICE_ENTRIES = 1024;
const WARM_FRAMES = 256;
const WARMED_LIMIT = 4096;

export interface MergeParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly cache: BlockCache;
  readonly catalog: SstCatalog;
  readonly store: ObjectStore;
  readonly room: MergeRoom;
}

export interface MergePlan {
  /** Youngest first. */
  readonly sources: readonly MergeSource[];
  /** No stored key is longer; no entry (with its block) larger. */
  readonly longestKey: number;
  readonly longestBlock: number;
  readonly chunkBytes: number;
  /** Output buffers. */
  readonly outputs: 1 | 2;
  readonly blockSizeBytes: number;
  readonly partitionSizeBytes: number;
  readonly fileSizeBytes: number;
  readonly sourceBytes: number;
  readonly compression: 'lz4' | 'none';
  /** Epochs that open readers see, ascending. */
  readonly readers: readonly Epoch[];
  /** Nothing older lies below: tombstones end here. */
  readonly bottom: boolean;
  readonly now: number;
  readonly nextId: () => ObjectId;
}

/** What a merge did. */
export interface MergeResult {
  readonly ssts: readonly WrittenSst[];
  readonly readBytes: number;
  readonly entries: number;
}

/** Merges the sources into SSTs. When it throws, nothing of it stays. */
export function* mergeToSsts(parts: MergeParts, plan: MergePlan): Job<MergeResult> {
  const run = yield* parts.room.enter(() => new MergeRun(parts, plan));
  try {
    return yield* run.execute();
  } catch (error) {
    yield* run.abandon();
    throw error;
  } finally {
    run.release();
    parts.room.end();
  }
}

class MergeRun {
  readonly #parts: MergeParts;
  readonly #plan: MergePlan;
  readonly #allocated: number[] = [];
  readonly #merge: number;
  readonly #feeds: (RunFeed | undefined)[] = [];
  readonly #done: WrittenSst[] = [];
  #otherOutput = 0;
  #file: SstWriter | undefined;
  #id: ObjectId;

  constructor(parts: MergeParts, plan: MergePlan) {
    this.#parts = parts;
    this.#plan = plan;
    this.#id = plan.nextId();
    try {
      this.#merge = this.#prepare();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  #allocate(bytes: number): number {
    const address = this.#parts.heap.allocate(bytes, 'a merge');
    this.#allocated.push(address);
    return address;
  }

  #field(offset: number): number {
    return this.#parts.heap.u32[(this.#merge + offset) >>> 2]!;
  }

  #prepare(): number {
    const { heap, kernels } = this.#parts;
    const plan = this.#plan;
    const inputs = plan.sources.length;
    const bytes = kernels.mergeBytes(inputs, plan.longestKey, plan.blockSizeBytes, plan.partitionSizeBytes);
    const merge = this.#allocate(bytes);
    heap.bytes.fill(0, merge, merge + bytes);
    const set = (offset: number, value: number): void => {
      heap.u32[(merge + offset) >>> 2] = value;
    };
    const outBytes = Math.max(plan.chunkBytes * 2, plan.blockSizeBytes + plan.longestBlock + 65536 + plan.longestKey);
    const metaBytes = Math.max(plan.chunkBytes, plan.partitionSizeBytes + plan.longestKey * 2 + 65536);
    set(MERGE_INPUTS, inputs);
    set(MERGE_OUT, this.#allocate(outBytes));
    set(MERGE_OUT_BYTES, outBytes);
    if (plan.outputs > 1) this.#otherOutput = this.#allocate(outBytes);
    set(MERGE_META, this.#allocate(metaBytes));
    set(MERGE_META_BYTES, metaBytes);
    set(MERGE_BLOCK_TARGET, plan.blockSizeBytes);
    set(MERGE_PARTITION_TARGET, plan.partitionSizeBytes);
    set(MERGE_FILE_TARGET, plan.fileSizeBytes);
    set(MERGE_CODEC, plan.compression === 'lz4' ? CODEC_LZ4 : CODEC_NONE);
    set(MERGE_READERS, this.#readers(plan.readers));
    set(MERGE_READER_COUNT, plan.readers.length);
    set(MERGE_BOTTOM, plan.bottom ? 1 : 0);
    set(MERGE_WARM, this.#allocate(WARM_FRAMES * 4));
    set(MERGE_WARMED, this.#allocate(WARMED_LIMIT * 4));
    set(MERGE_WARMED_LIMIT, WARMED_LIMIT);
    set(MERGE_LONGEST_KEY, plan.longestKey);
    this.#setSeed(merge);
    heap.view.setBigUint64(merge + MERGE_NOW, BigInt(plan.now), true);
    plan.sources.forEach((source, i) => this.#prepareInput(kernels.mergeInput(merge, i), source));
    kernels.mergeStart(merge);
    return merge;
  }

  /** What the checksums of the next SST are bound to. */
  #setSeed(merge: number): void {
    const { heap, catalog } = this.#parts;
    const { term, counter } = catalog.seedOf(this.#id);
    heap.u32[(merge + MERGE_TERM) >>> 2] = term;
    heap.u32[(merge + MERGE_COUNTER) >>> 2] = counter;
  }

  #prepareInput(input: number, source: MergeSource): void {
    const { heap } = this.#parts;
    const plan = this.#plan;
    heap.bytes.fill(0, input, input + INPUT_HEADER_BYTES);
    if ('memtable' in source) {
      fillMemtableInput(heap.u32, input, source.memtable);
      this.#feeds.push(undefined);
      return;
    }
    const payloadBytes = Math.max(plan.blockSizeBytes, ...source.run.map((sst) => sst.info.longestBlock));
    const chunkBytes = Math.max(plan.chunkBytes, payloadBytes + 64);
    heap.u32[(input + INPUT_PAYLOAD) >>> 2] = this.#allocate(payloadBytes);
    heap.u32[(input + INPUT_PAYLOAD_BYTES) >>> 2] = payloadBytes;
    this.#feeds.push(new RunFeed(this.#parts, source.run, input, this.#allocate(chunkBytes), chunkBytes));
  }

  #readers(readers: readonly Epoch[]): number {
    const { heap } = this.#parts;
    const address = this.#allocate(Math.max(8, readers.length * 8));
    readers.forEach((epoch, i) => {
      heap.u32[(address >>> 2) + i * 2] = epoch.low;
      heap.u32[(address >>> 2) + i * 2 + 1] = epoch.high;
    });
    return address;
  }

  *execute(): Job<MergeResult> {
    let sliceEnd = SLICE_ENTRIES;
    for (;;) {
      this.#offerFrames();
      const left = (sliceEnd - this.#field(MERGE_READ_ENTRIES)) | 0; // the count wraps
      const status = left > 0 ? this.#parts.kernels.mergeRun(this.#merge, left) : STATUS_SLICE;
      if (status === STATUS_SLICE) {
        yield;
        sliceEnd = this.#field(MERGE_READ_ENTRIES) + SLICE_ENTRIES;
      } else if (status === STATUS_NEED_INPUT) yield* this.#feeds[this.#field(MERGE_INPUT)]!.next();
      else if (status === STATUS_FULL) yield* this.#drain();
      else if (status === STATUS_FILE_DONE) yield* this.#finishFile();
      else if (status === STATUS_DONE) break;
      else throw this.#failure(status);
    }
    yield* this.#finishFile();
    const readBytes = this.#feeds.reduce((sum, feed) => sum + (feed?.readBytes ?? 0), 0);
    return { ssts: this.#done, readBytes, entries: this.#field(MERGE_READ_ENTRIES) };
  }

  #failure(status: number): Error {
    if (status !== STATUS_CORRUPT) return new AssertionError(`merge kernel answered status=${status}`);
    const feed = this.#feeds[this.#field(MERGE_INPUT)];
    const object = feed?.current.dataName ?? 'memtable';
    return new StorageError('CORRUPTION', 'block of an SST is damaged', { object, offset: this.#field(MERGE_CORRUPT_OFFSET) });
  }

  /** Free frames go to the kernel, which leaves copies of finished blocks there. */
  #offerFrames(): void {
    const { heap, cache } = this.#parts;
    const count = this.#field(MERGE_WARM_COUNT);
    if (count > WARM_FRAMES / 4) return;
    const frames: number[] = [];
    cache.takeFree(WARM_FRAMES - count, frames);
    const stack = (this.#field(MERGE_WARM) >>> 2) + count;
    frames.forEach((frame, i) => {
      heap.u32[stack + i] = frame;
    });
    heap.u32[(this.#merge + MERGE_WARM_COUNT) >>> 2] = count + frames.length;
  }

  /** Empties the output buffer and the list of finished partitions. */
  *#drain(): Job<void> {
    const { heap } = this.#parts;
    this.#file ??= yield* SstWriter.create(this.#parts, this.#id, Math.min(this.#plan.fileSizeBytes, this.#plan.sourceBytes));
    const used = this.#field(MERGE_OUT_USED);
    if (used > 0) {
      yield* this.#written();
      yield* this.#file.append(this.#field(MERGE_OUT), used);
      this.#swapOutputs();
      if (this.#field(MERGE_OUT) === 0) {
        yield* this.#written();
        this.#swapOutputs();
      }
    }
    const meta = this.#field(MERGE_META);
    const warmed = this.#field(MERGE_WARMED) >>> 2;
    this.#file.addPartitions(
      heap.bytes.slice(meta, meta + this.#field(MERGE_META_USED)),
      heap.u32.subarray(warmed, warmed + this.#field(MERGE_WARMED_COUNT)),
    );
    heap.u32[(this.#merge + MERGE_META_USED) >>> 2] = 0;
    heap.u32[(this.#merge + MERGE_WARMED_COUNT) >>> 2] = 0;
  }

  /** The merge goes on in one output buffer while the other is written. Where memory is small there is no other. */
  #swapOutputs(): void {
    const { u32 } = this.#parts.heap;
    const full = this.#field(MERGE_OUT);
    u32[(this.#merge + MERGE_OUT) >>> 2] = this.#otherOutput;
    u32[(this.#merge + MERGE_OUT_USED) >>> 2] = 0;
    this.#otherOutput = full;
  }

  /** The other output buffer is written. */
  *#written(): Job<void> {
    const overtaken = yield* this.#file!.written();
    if (overtaken === undefined) return;
    this.#releaseAfter(overtaken);
    this.#otherOutput = this.#allocate(this.#field(MERGE_OUT_BYTES));
  }

  /** The other output buffer is still being read by a write. */
  #releaseAfter(reading: Promise<unknown>): void {
    const { heap } = this.#parts;
    const output = this.#otherOutput;
    this.#allocated.splice(this.#allocated.indexOf(output), 1);
    void reading.then(() => heap.release(output));
  }

  *#finishFile(): Job<void> {
    if (this.#field(MERGE_FILE_BYTES) === 0) return;
    yield* this.#drain();
    yield* this.#written();
    this.#done.push(yield* this.#file!.finish(this.#merge, this.#plan.compression));
    this.#file = undefined;
    this.#id = this.#plan.nextId();
    this.#setSeed(this.#merge);
  }

  /** After a failure: no object stays, no frame leaks. */
  *abandon(): Job<void> {
    const { heap, cache } = this.#parts;
    const file = this.#file;
    this.#file = undefined;
    const warmed = heap.u32.subarray(this.#field(MERGE_WARMED) >>> 2, (this.#field(MERGE_WARMED) >>> 2) + this.#field(MERGE_WARMED_COUNT));
    for (const frame of [...(file?.warmed ?? []), ...this.#done.flatMap((sst) => sst.warmed), ...warmed]) {
      if (frame !== 0) cache.free(frame);
    }
    const reading = file === undefined ? undefined : yield* file.abort();
    if (reading !== undefined) this.#releaseAfter(reading);
    const names = this.#done.flatMap(({ info }) => [sstName(info.id), metaName(info.id)]);
    if (names.length > 0) yield* io(this.#parts.store, (store) => store.delete(names));
  }

  /** Gives all memory back. */
  release(): void {
    const { heap, cache } = this.#parts;
    for (const feed of this.#feeds) feed?.close();
    if (this.#merge !== undefined) {
      const stack = this.#field(MERGE_WARM) >>> 2;
      for (let i = 0; i < this.#field(MERGE_WARM_COUNT); i++) cache.free(heap.u32[stack + i]!);
    }
    for (const address of this.#allocated.splice(0)) heap.release(address);
  }
}
