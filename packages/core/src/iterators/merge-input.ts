// What a merge reads: a frozen memtable, or a run of SSTs one behind the other, given to the kernel chunk by chunk. A chunk is the stored
// bytes of some consecutive blocks of one partition, which stays pinned meanwhile.

import {
  FRAME_PINS,
  INPUT_BLOCK,
  INPUT_BLOCK_END,
  INPUT_COUNTER,
  INPUT_DATA,
  INPUT_DATA_OFFSET,
  INPUT_KIND,
  INPUT_LAST,
  INPUT_MEMTABLE,
  INPUT_PARTITION,
  INPUT_TERM,
  SOURCE_MEMTABLE,
  SOURCE_RUN,
} from '@varve/wasm-kernels';
import type { BlockCache } from '../cache/block-cache.ts';
import { blockCount, blockOffset, residencyOf } from '../format/partition.ts';
import type { Heap } from '../heap/heap.ts';
import { settle, type Job } from '../scheduler/job.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';

/** One input of a merge, youngest first among its fellows. */
export type MergeSource = { readonly memtable: number } | { readonly run: readonly Sst[] };

export function fillMemtableInput(u32: Uint32Array, input: number, memtable: number): void {
  u32[(input + INPUT_KIND) >>> 2] = SOURCE_MEMTABLE;
  u32[(input + INPUT_MEMTABLE) >>> 2] = memtable;
  u32[(input + INPUT_LAST) >>> 2] = 1;
}

/** Feeds a run of SSTs to one input. */
export class RunFeed {
  readonly #heap: Heap;
  readonly #cache: BlockCache;
  readonly #catalog: SstCatalog;
  readonly #run: readonly Sst[];
  readonly #input: number;
  readonly #buffer: number;
  readonly #bufferBytes: number;
  #sst = 0;
  #partitionIndex = 0;
  /** Pinned partition that the current chunk belongs to, 0 before the first. */
  #partition = 0;
  #nextBlock = 0;
  /** Stored bytes read so far. */
  readBytes = 0;

  constructor(
    parts: { heap: Heap; cache: BlockCache; catalog: SstCatalog },
    run: readonly Sst[],
    input: number,
    buffer: number,
    bufferBytes: number,
  ) {
    this.#heap = parts.heap;
    this.#cache = parts.cache;
    this.#catalog = parts.catalog;
    this.#run = run;
    this.#input = input;
    this.#buffer = buffer;
    this.#bufferBytes = bufferBytes;
    const { u32 } = this.#heap;
    u32[(input + INPUT_KIND) >>> 2] = SOURCE_RUN;
    u32[(input + INPUT_BLOCK) >>> 2] = 0;
    u32[(input + INPUT_BLOCK_END) >>> 2] = 0;
    u32[(input + INPUT_LAST) >>> 2] = 0;
  }

  /** The SST that the current chunk comes from. */
  get current(): Sst {
    return this.#run[Math.min(this.#sst, this.#run.length - 1)]!;
  }

  /** Gives the kernel the next chunk. */
  *next(): Job<void> {
    const { u32 } = this.#heap;
    if (this.#partition !== 0 && this.#nextBlock === blockCount(u32, this.#partition)) this.#leavePartition();
    if (this.#partition === 0) {
      const sst = this.#run[this.#sst]!;
      this.#partition = yield* settle(this.#catalog.pinPartition(sst, this.#partitionIndex));
      this.#nextBlock = 0;
    }
    yield* this.#readBlocks();
  }

  *#readBlocks(): Job<void> {
    const { u32 } = this.#heap;
    const partition = this.#partition;
    const count = blockCount(u32, partition);
    const from = blockOffset(u32, partition, this.#nextBlock);
    let end = this.#nextBlock + 1;
    while (end < count && blockOffset(u32, partition, end + 1) - from <= this.#bufferBytes) end++;
    const length = blockOffset(u32, partition, end) - from;
    const sst = this.current;
    yield* settle(this.#catalog.readData(sst, from, length, this.#buffer));
    this.readBytes += length;
    const field = (offset: number, value: number): void => {
      u32[(this.#input + offset) >>> 2] = value;
    };
    field(INPUT_PARTITION, partition);
    field(INPUT_BLOCK, this.#nextBlock);
    field(INPUT_BLOCK_END, end);
    field(INPUT_DATA, this.#buffer);
    field(INPUT_DATA_OFFSET, from);
    field(INPUT_TERM, sst.seed.term);
    field(INPUT_COUNTER, sst.seed.counter);
    this.#nextBlock = end;
    field(INPUT_LAST, this.#isLast(end === count, sst) ? 1 : 0);
  }

  #isLast(partitionEnds: boolean, sst: Sst): boolean {
    return partitionEnds && this.#sst === this.#run.length - 1 && this.#partitionIndex + 1 === sst.partitionCount(this.#heap.u32);
  }

  /** The blocks were merged into new ones: their frames serve the output. */
  #leavePartition(): void {
    const { u32 } = this.#heap;
    const partition = this.#partition;
    this.close();
    for (let i = 0; i < blockCount(u32, partition); i++) {
      const block = u32[residencyOf(u32, partition, i) >>> 2];
      if (block !== 0 && u32[(block + FRAME_PINS) >>> 2] === 0) this.#cache.drop(block);
    }
    if (++this.#partitionIndex < this.current.partitionCount(u32)) return;
    this.#sst++;
    this.#partitionIndex = 0;
  }

  /** Unpins what is pinned. */
  close(): void {
    if (this.#partition !== 0) this.#heap.u32[(this.#partition + FRAME_PINS) >>> 2]! -= 1;
    this.#partition = 0;
  }
}
