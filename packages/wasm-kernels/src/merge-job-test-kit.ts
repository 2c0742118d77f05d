// For tests: a merge job driven as core drives one. Every status is answered until the job is complete, and what it wrote is collected by file.

import { GuardedMemory } from './guarded-memory-test-kit.ts';
import * as layout from './layout.ts';
import { createMemtable } from './merge-memtable-test-kit.ts';
import type { EncodedSst } from './reference-encoder-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import type { ObjectId } from './reference-seal-test-kit.ts';

/** One input of a job: a memtable of entries, or a sequence of SSTs given in chunks of at most `chunkBlocks` blocks. */
export type MergeSource = (
  | { readonly memtable: readonly ReferenceEntry[] }
  | { readonly run: readonly EncodedSst[]; readonly chunkBlocks: number }
) & { readonly assigned?: bigint | undefined };

/** What a job is to do. */
export interface MergeSettings {
  readonly blockTarget: number;
  readonly partitionTarget: number;
  readonly fileTarget: number;
  readonly lz4: boolean;
  readonly readers: readonly bigint[];
  readonly bottom: boolean;
  readonly now: bigint;
  readonly longestKey: number;
  readonly outBytes: number;
  readonly metaBytes: number;
  /** Frames that finished blocks may be copied to. */
  readonly frames: number;
  readonly warmedLimit: number;
  /** Entries of a slice. */
  readonly slice: number;
}

/** One block as the job offered it to the cache; undefined when it did not. */
export type WarmBlock = Uint8Array<ArrayBuffer> | undefined;

/** A file that the job wrote. */
export interface MergedFile {
  readonly id: ObjectId;
  readonly data: Uint8Array<ArrayBuffer>;
  /** All partitions, one behind the other. */
  readonly partitions: Uint8Array<ArrayBuffer>;
  readonly partitionCount: number;
  readonly warmed: readonly WarmBlock[];
  readonly smallest: Uint8Array<ArrayBuffer>;
  readonly largest: Uint8Array<ArrayBuffer>;
  readonly bytes: number;
  readonly entries: number;
  readonly tombstones: number;
  readonly longestKey: number;
  readonly longestBlock: number;
  readonly minEpoch: bigint;
  readonly maxEpoch: bigint;
  readonly earliestExpiry: bigint;
  readonly rawBytes: number;
}

/** How a job ended. */
export interface MergeOutcome {
  /** STATUS_DONE, or STATUS_CORRUPT or STATUS_TOO_LARGE, after which nothing more was done. */
  readonly status: number;
  readonly files: readonly MergedFile[];
  /** How often each status was returned. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly readEntries: number;
  /** With STATUS_CORRUPT: which input, and the offset of its block. */
  readonly input: number;
  readonly corruptOffset: number;
}

/** Calls without progress after which a job is given up. */
const MAX_CALLS = 1_000_000;
const MEMORY_PAGES = 256;

/** Runs a job to its end. */
export function runMerge(sources: readonly MergeSource[], settings: MergeSettings, memoryPages = MEMORY_PAGES): MergeOutcome {
  return new MergeJob(new GuardedMemory(memoryPages), sources, settings).run();
}

/** A chunk of a run: some blocks of one partition. */
interface Chunk {
  readonly id: ObjectId;
  readonly partition: Uint8Array;
  readonly firstBlock: number;
  readonly endBlock: number;
  readonly data: Uint8Array;
  readonly dataOffset: number;
}

class MergeJob {
  readonly #guarded: GuardedMemory;
  readonly #settings: MergeSettings;
  readonly #merge: number;
  readonly #chunks: Chunk[][] = [];
  readonly #frames: number[] = [];
  readonly #statuses = new Map<number, number>();
  readonly #files: MergedFile[] = [];
  #data: Uint8Array[] = [];
  #partitions: Uint8Array[] = [];
  #warmed: WarmBlock[] = [];
  #counter = 1;
  /** The first payload buffer is placed where reading behind it traps. */
  #hasPayload = false;

  constructor(guarded: GuardedMemory, sources: readonly MergeSource[], settings: MergeSettings) {
    this.#guarded = guarded;
    this.#settings = settings;
    const { kernels } = guarded.memory;
    const { longestKey, blockTarget, partitionTarget, readers, frames, warmedLimit, outBytes, metaBytes } = settings;
    this.#merge = guarded.take(kernels.mergeBytes(sources.length, longestKey, blockTarget, partitionTarget));
    this.#set(layout.MERGE_INPUTS, sources.length);
    this.#set(layout.MERGE_LONGEST_KEY, longestKey);
    this.#set(layout.MERGE_OUT, guarded.take(outBytes));
    this.#set(layout.MERGE_OUT_BYTES, outBytes);
    this.#set(layout.MERGE_META, guarded.take(metaBytes));
    this.#set(layout.MERGE_META_BYTES, metaBytes);
    this.#nameFile();
    this.#set(layout.MERGE_BLOCK_TARGET, blockTarget);
    this.#set(layout.MERGE_PARTITION_TARGET, partitionTarget);
    this.#set(layout.MERGE_FILE_TARGET, settings.fileTarget);
    this.#set(layout.MERGE_CODEC, settings.lz4 ? layout.CODEC_LZ4 : layout.CODEC_NONE);
    this.#set(layout.MERGE_READERS, guarded.put(new Uint8Array(BigUint64Array.from(readers).buffer)));
    this.#set(layout.MERGE_READER_COUNT, readers.length);
    this.#set(layout.MERGE_BOTTOM, settings.bottom ? 1 : 0);
    this.#set64(layout.MERGE_NOW, settings.now);
    for (let i = 0; i < frames; i++) this.#frames.push(guarded.take(layout.FRAME_HEADER_BYTES + blockTarget) + layout.FRAME_HEADER_BYTES);
    this.#set(layout.MERGE_WARM, guarded.put(new Uint8Array(Uint32Array.from(this.#frames).buffer)));
    this.#set(layout.MERGE_WARM_COUNT, frames);
    this.#set(layout.MERGE_WARMED, guarded.take(warmedLimit * 4));
    this.#set(layout.MERGE_WARMED_LIMIT, warmedLimit);
    sources.forEach((source, index) => this.#setSource(kernels.mergeInput(this.#merge, index), source));
    kernels.mergeStart(this.#merge);
  }

  run(): MergeOutcome {
    const { kernels } = this.#guarded.memory;
    for (let calls = 0; calls < MAX_CALLS; calls++) {
      const status = kernels.mergeRun(this.#merge, this.#settings.slice);
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
      if (!this.#answer(status)) continue;
      const damage = this.#guarded.damage();
      if (damage !== undefined) throw new Error(`the kernel wrote outside of its buffers address=${damage}`);
      return this.#outcome(status);
    }
    throw new Error('the job does not end');
  }

  /** True when the job is over. */
  #answer(status: number): boolean {
    if (status === layout.STATUS_SLICE) return false;
    if (status === layout.STATUS_NEED_INPUT) {
      const index = this.#get(layout.MERGE_INPUT);
      this.#giveChunk(this.#guarded.memory.kernels.mergeInput(this.#merge, index), index);
      return false;
    }
    this.#drain();
    if (status === layout.STATUS_FULL) return false;
    if (status !== layout.STATUS_FILE_DONE && status !== layout.STATUS_DONE) return true;
    if (this.#get(layout.MERGE_FILE_BYTES)) this.#collectFile();
    return status === layout.STATUS_DONE;
  }

  #setSource(input: number, source: MergeSource): void {
    const { view } = this.#guarded.memory;
    if (source.assigned !== undefined) {
      view.setUint32(input + layout.INPUT_ASSIGNED, 1, true);
      view.setBigUint64(input + layout.INPUT_ASSIGNED_EPOCH, source.assigned, true);
    }
    this.#chunks.push('run' in source ? source.run.flatMap((sst) => chunksOf(sst, source.chunkBlocks)) : []);
    if ('memtable' in source) {
      view.setUint32(input + layout.INPUT_KIND, layout.SOURCE_MEMTABLE, true);
      view.setUint32(input + layout.INPUT_MEMTABLE, createMemtable(this.#guarded, source.memtable), true);
      return;
    }
    const longestBlock = Math.max(0, ...source.run.map((sst) => sst.longestBlock));
    const payload = this.#hasPayload ? this.#guarded.take(longestBlock) : this.#guarded.takeAtEnd(longestBlock);
    this.#hasPayload = true;
    view.setUint32(input + layout.INPUT_KIND, layout.SOURCE_RUN, true);
    view.setUint32(input + layout.INPUT_PAYLOAD, payload, true);
    view.setUint32(input + layout.INPUT_PAYLOAD_BYTES, longestBlock, true);
    view.setUint32(input + layout.INPUT_LAST, source.run.length ? 0 : 1, true);
  }

  #giveChunk(input: number, index: number): void {
    const { view } = this.#guarded.memory;
    const chunk = this.#chunks[index].shift();
    if (!chunk) throw new Error(`the kernel wants more than there is input=${index}`);
    view.setUint32(input + layout.INPUT_PARTITION, this.#guarded.put(chunk.partition), true);
    view.setUint32(input + layout.INPUT_BLOCK, chunk.firstBlock, true);
    view.setUint32(input + layout.INPUT_BLOCK_END, chunk.endBlock, true);
    view.setUint32(input + layout.INPUT_DATA, this.#guarded.put(chunk.data), true);
    view.setUint32(input + layout.INPUT_DATA_OFFSET, chunk.dataOffset, true);
    view.setUint32(input + layout.INPUT_TERM, chunk.id.term, true);
    view.setUint32(input + layout.INPUT_COUNTER, chunk.id.counter, true);
    view.setUint32(input + layout.INPUT_LAST, this.#chunks[index].length ? 0 : 1, true);
  }

  #drain(): void {
    const { view, take } = this.#guarded.memory;
    this.#data.push(take(this.#get(layout.MERGE_OUT), this.#get(layout.MERGE_OUT_USED)));
    this.#partitions.push(take(this.#get(layout.MERGE_META), this.#get(layout.MERGE_META_USED)));
    for (let i = 0; i < this.#get(layout.MERGE_WARMED_COUNT); i++) {
      const frame = view.getUint32(this.#get(layout.MERGE_WARMED) + i * 4, true);
      this.#warmed.push(frame ? take(frame, view.getUint32(frame + layout.FRAME_LENGTH, true)) : undefined);
    }
    this.#set(layout.MERGE_OUT_USED, 0);
    this.#set(layout.MERGE_META_USED, 0);
    this.#set(layout.MERGE_WARMED_COUNT, 0);
  }

  #collectFile(): void {
    const { take, view } = this.#guarded.memory;
    this.#files.push({
      id: { term: this.#get(layout.MERGE_TERM), counter: this.#get(layout.MERGE_COUNTER) },
      data: join(this.#data),
      partitions: join(this.#partitions),
      partitionCount: this.#get(layout.MERGE_FILE_PARTITIONS),
      warmed: this.#warmed,
      smallest: take(this.#get(layout.MERGE_SMALLEST), this.#get(layout.MERGE_SMALLEST_LENGTH)),
      largest: take(this.#get(layout.MERGE_LARGEST), this.#get(layout.MERGE_LARGEST_LENGTH)),
      bytes: this.#get(layout.MERGE_FILE_BYTES),
      entries: this.#get(layout.MERGE_FILE_ENTRIES),
      tombstones: this.#get(layout.MERGE_FILE_TOMBSTONES),
      longestKey: this.#get(layout.MERGE_FILE_LONGEST_KEY),
      longestBlock: this.#get(layout.MERGE_FILE_LONGEST_BLOCK),
      minEpoch: this.#get64(layout.MERGE_FILE_MIN_EPOCH),
      maxEpoch: this.#get64(layout.MERGE_FILE_MAX_EPOCH),
      earliestExpiry: this.#get64(layout.MERGE_FILE_EARLIEST_EXPIRY),
      rawBytes: view.getFloat64(this.#merge + layout.MERGE_FILE_RAW_BYTES, true),
    });
    this.#data = [];
    this.#partitions = [];
    this.#warmed = [];
    this.#nameFile();
  }

  #nameFile(): void {
    this.#set(layout.MERGE_TERM, 3);
    this.#set(layout.MERGE_COUNTER, 1000 + this.#counter++);
  }

  #outcome(status: number): MergeOutcome {
    return {
      status,
      files: this.#files,
      statuses: this.#statuses,
      readEntries: this.#get(layout.MERGE_READ_ENTRIES),
      input: this.#get(layout.MERGE_INPUT),
      corruptOffset: this.#get(layout.MERGE_CORRUPT_OFFSET),
    };
  }

  #get(field: number): number {
    return this.#guarded.memory.view.getUint32(this.#merge + field, true);
  }

  #set(field: number, value: number): void {
    this.#guarded.memory.view.setUint32(this.#merge + field, value, true);
  }

  #get64(field: number): bigint {
    return this.#guarded.memory.view.getBigUint64(this.#merge + field, true);
  }

  #set64(field: number, value: bigint): void {
    this.#guarded.memory.view.setBigUint64(this.#merge + field, value, true);
  }
}

/** The blocks of an SST, at most `chunkBlocks` of one partition at a time. */
function chunksOf(sst: EncodedSst, chunkBlocks: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = sst.partitionsOffset; at < sst.meta.length;) {
    const view = new DataView(sst.meta.buffer, at);
    const length = view.getUint32(layout.PARTITION_LENGTH, true);
    const count = view.getUint32(layout.PARTITION_COUNT, true);
    const partition = sst.meta.subarray(at, at + length);
    const offsets = Array.from({ length: count }, (_, block) => {
      return view.getUint32(layout.PARTITION_HEADER_BYTES + count * 8 + block * layout.SLOT_BYTES + layout.SLOT_OFFSET, true);
    });
    offsets.push(view.getUint32(layout.PARTITION_DATA_END, true));
    for (let firstBlock = 0; firstBlock < count; firstBlock += chunkBlocks) {
      const endBlock = Math.min(count, firstBlock + chunkBlocks);
      const data = sst.data.subarray(offsets[firstBlock], offsets[endBlock]);
      chunks.push({ id: sst.id, partition, firstBlock, endBlock, data, dataOffset: offsets[firstBlock] });
    }
    at += length;
  }
  return chunks;
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
