// Merging: memtable to SST (a flush), and SSTs to SST (a compaction), all in memory.

import {
  CODEC_LZ4,
  CODEC_NONE,
  INPUT_BLOCK,
  INPUT_BLOCK_END,
  INPUT_COUNTER,
  INPUT_DATA,
  INPUT_DATA_OFFSET,
  INPUT_KIND,
  INPUT_LAST,
  INPUT_MEMTABLE,
  INPUT_PARTITION,
  INPUT_PAYLOAD,
  INPUT_PAYLOAD_BYTES,
  INPUT_TERM,
  MERGE_BLOCK_TARGET,
  MERGE_BOTTOM,
  MERGE_CODEC,
  MERGE_COUNTER,
  MERGE_FILE_TARGET,
  MERGE_INPUT,
  MERGE_INPUTS,
  MERGE_LONGEST_KEY,
  MERGE_META,
  MERGE_META_BYTES,
  MERGE_META_USED,
  MERGE_OUT,
  MERGE_OUT_BYTES,
  MERGE_OUT_USED,
  MERGE_PARTITION_TARGET,
  MERGE_READ_ENTRIES,
  MERGE_TERM,
  MERGE_WARMED,
  MERGE_WARMED_LIMIT,
  PARTITION_COUNT,
  PARTITION_DATA_END,
  PARTITION_LENGTH,
  SOURCE_MEMTABLE,
  SOURCE_RUN,
  STATUS_DONE,
  STATUS_FULL,
  STATUS_NEED_INPUT,
  STATUS_SLICE,
} from '@varve/wasm-kernels';
import type { Workload } from '../workload/workload.ts';
import { Arena } from './arena.ts';
import { insertAll, layTable } from './memtables.ts';
import { millionsPerSecond, type Measurement } from './measurement.ts';

const LONGEST_KEY = 32;
const BLOCK = 4096;
const PARTITION = 8192;
const SLICE = 1024;
const ENTRY_ROOM = 160;

/** Stored blocks and their partitions, in memory: what an input reads. */
interface Run {
  readonly counter: number;
  readonly data: number;
  readonly partitions: readonly number[];
}

type Source = { readonly memtable: number } | Run;

/** Room for what a job writes; it starts anew with each job. */
interface Output {
  readonly data: number;
  readonly meta: number;
  readonly bytes: number;
}

export function merges(workload: Workload): Measurement[] {
  return [...flushes(workload), ...[4, 16].map((runs) => compaction(workload, runs))];
}

function flushes(workload: Workload): Measurement[] {
  const count = Math.min(100_000, workload.count);
  const arena = new Arena(96);
  const table = layTable(arena, workload, 0, 1, count);
  insertAll(arena, table);
  const output = outputOf(arena, count);
  const job = jobOf(arena, [{ memtable: table.address }]);
  return [
    millionsPerSecond('flush, no compression', count, () => job.run(output, CODEC_NONE, 1)),
    millionsPerSecond('flush, LZ4', count, () => job.run(output, CODEC_LZ4, 1)),
  ];
}

function compaction(workload: Workload, runs: number): Measurement {
  const each = Math.floor(Math.min(100_000, workload.count) / runs);
  const arena = new Arena(128);
  const sources = Array.from({ length: runs }, (_, i) => {
    const table = layTable(arena, workload, i, runs, each);
    insertAll(arena, table);
    const output = outputOf(arena, each);
    jobOf(arena, [{ memtable: table.address }]).run(output, CODEC_NONE, i + 1);
    return runOf(arena, output, i + 1);
  });
  const output = outputOf(arena, each * runs);
  const job = jobOf(arena, sources);
  return millionsPerSecond(`merge of ${runs} runs, no compression`, each * runs, () => {
    const merged = job.run(output, CODEC_NONE, 100);
    if (merged !== each * runs) throw new Error(`a merge read ${merged} entries`);
  });
}

function outputOf(arena: Arena, entries: number): Output {
  const bytes = entries * ENTRY_ROOM + 65536;
  return { bytes, data: arena.take(bytes), meta: arena.take(bytes) };
}

/** What a finished job has written, as an input of the next. */
function runOf(arena: Arena, { data, meta }: Output, counter: number): Run {
  const partitions: number[] = [];
  // The area behind the last partition is zero.
  for (let at = meta; arena.get(at + PARTITION_COUNT) > 0; at += arena.get(at + PARTITION_LENGTH)) partitions.push(at);
  return { counter, data, partitions };
}

function jobOf(arena: Arena, sources: readonly Source[]): MergeJob {
  return new MergeJob(arena, sources);
}

class MergeJob {
  readonly #arena: Arena;
  readonly #sources: readonly Source[];
  readonly #merge: number;
  readonly #bytes: number;
  readonly #payloads: readonly number[];
  readonly #warmed: number;
  #given: number[] = [];

  constructor(arena: Arena, sources: readonly Source[]) {
    this.#arena = arena;
    this.#sources = sources;
    this.#bytes = arena.kernels.mergeBytes(sources.length, LONGEST_KEY, BLOCK, PARTITION);
    this.#merge = arena.take(this.#bytes);
    this.#payloads = sources.map(() => arena.take(2 * BLOCK));
    this.#warmed = arena.take(65536);
  }

  /** Merges everything into `output` and returns how many entries were read. */
  run(output: Output, codec: number, counter: number): number {
    const { kernels } = this.#arena;
    this.#prepare(output, codec, counter);
    for (;;) {
      const status = kernels.mergeRun(this.#merge, SLICE);
      if (status === STATUS_NEED_INPUT) this.#feed(this.#arena.get(this.#merge + MERGE_INPUT));
      else if (status === STATUS_DONE) return this.#arena.get(this.#merge + MERGE_READ_ENTRIES);
      else if (status !== STATUS_SLICE) throw new Error(`a merge stopped with status ${status}${status === STATUS_FULL ? ' (full)' : ''}`);
    }
  }

  #prepare(output: Output, codec: number, counter: number): void {
    const arena = this.#arena;
    arena.bytes.fill(0, this.#merge, this.#merge + this.#bytes);
    const fields: [offset: number, value: number][] = [
      [MERGE_INPUTS, this.#sources.length],
      [MERGE_OUT, output.data],
      [MERGE_OUT_BYTES, output.bytes],
      [MERGE_META, output.meta],
      [MERGE_META_BYTES, output.bytes],
      [MERGE_BLOCK_TARGET, BLOCK],
      [MERGE_PARTITION_TARGET, PARTITION],
      [MERGE_FILE_TARGET, 0x40000000],
      [MERGE_CODEC, codec],
      [MERGE_BOTTOM, 1],
      [MERGE_WARMED, this.#warmed],
      [MERGE_WARMED_LIMIT, 16384],
      [MERGE_LONGEST_KEY, LONGEST_KEY],
      [MERGE_TERM, 1],
      [MERGE_COUNTER, counter],
      [MERGE_OUT_USED, 0],
      [MERGE_META_USED, 0],
    ];
    for (const [offset, value] of fields) arena.set(this.#merge + offset, value);
    this.#given = this.#sources.map(() => 0);
    this.#sources.forEach((source, i) => this.#prepareInput(i, source));
    arena.kernels.mergeStart(this.#merge);
  }

  #prepareInput(index: number, source: Source): void {
    const arena = this.#arena;
    const input = arena.kernels.mergeInput(this.#merge, index);
    if ('memtable' in source) {
      arena.set(input + INPUT_KIND, SOURCE_MEMTABLE);
      arena.set(input + INPUT_MEMTABLE, source.memtable);
      arena.set(input + INPUT_LAST, 1);
      return;
    }
    arena.set(input + INPUT_KIND, SOURCE_RUN);
    arena.set(input + INPUT_TERM, 1);
    arena.set(input + INPUT_COUNTER, source.counter);
    arena.set(input + INPUT_PAYLOAD, this.#payloads[index]);
    arena.set(input + INPUT_PAYLOAD_BYTES, 2 * BLOCK);
  }

  /** Gives the next partition with all its blocks. */
  #feed(index: number): void {
    const arena = this.#arena;
    const source = this.#sources[index];
    if ('memtable' in source) throw new Error('a memtable has no more to give');
    const input = arena.kernels.mergeInput(this.#merge, index);
    const next = this.#given[index]++;
    const start = next === 0 ? 0 : arena.get(source.partitions[next - 1] + PARTITION_DATA_END);
    arena.set(input + INPUT_PARTITION, source.partitions[next]);
    arena.set(input + INPUT_BLOCK, 0);
    arena.set(input + INPUT_BLOCK_END, arena.get(source.partitions[next] + PARTITION_COUNT));
    arena.set(input + INPUT_DATA, source.data + start);
    arena.set(input + INPUT_DATA_OFFSET, start);
    arena.set(input + INPUT_LAST, next + 1 === source.partitions.length ? 1 : 0);
  }
}
