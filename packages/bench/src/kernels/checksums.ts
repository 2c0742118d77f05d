// Kernels that go over bytes: checksum, hash, compression, framing of records.

import { RECORD_HEADER_BYTES, RECORD_LENGTH, RECORD_TYPE } from '@varve/wasm-kernels';
import type { Workload } from '../workload/workload.ts';
import { Arena } from './arena.ts';
import { batchBytes, writeBatches } from './batches.ts';
import { megabytesPerSecond, millionsPerSecond, type Measurement } from './measurement.ts';

const BLOCK = 4096;
const CALLS = 20_000;
const ENTRIES = 10_000;

export function checksums(workload: Workload): Measurement[] {
  const arena = new Arena(8);
  const { kernels } = arena;
  const source = arena.take(batchBytes(ENTRIES));
  writeBatches(arena, source, workload, 0, 1, ENTRIES);
  const target = arena.take(2 * BLOCK);
  const scratch = arena.take(16384);
  const blocks = Math.floor(batchBytes(ENTRIES) / BLOCK);
  const eachBlock = (work: (address: number) => void) => (): void => {
    for (let i = 0; i < CALLS; i++) work(source + (i % blocks) * BLOCK);
  };
  const compressed = kernels.lz4Compress(source, BLOCK, target, 2 * BLOCK, scratch);
  const plain = arena.take(BLOCK);
  return [
    megabytesPerSecond(
      'xxh64 of 4 KiB',
      CALLS * BLOCK,
      eachBlock((at) => kernels.xxh64(at, BLOCK, 1, 0, scratch)),
    ),
    millionsPerSecond(
      'hash64 of a 17-byte key',
      CALLS,
      eachBlock((at) => kernels.hash64(at, 17, scratch)),
    ),
    megabytesPerSecond('LZ4 decompress 4 KiB', CALLS * BLOCK, () => {
      for (let i = 0; i < CALLS; i++) kernels.lz4Decompress(target, compressed, plain, BLOCK);
    }),
    megabytesPerSecond(
      'LZ4 compress 4 KiB',
      CALLS * BLOCK,
      eachBlock((at) => kernels.lz4Compress(at, BLOCK, target, 2 * BLOCK, scratch)),
    ),
    sealing(arena),
  ];
}

function sealing(arena: Arena): Measurement {
  const record = arena.take(RECORD_HEADER_BYTES + BLOCK);
  arena.set(record + RECORD_LENGTH, 128);
  arena.bytes[record + RECORD_TYPE] = 1;
  arena.bytes[record + RECORD_TYPE + 1] = 1;
  return millionsPerSecond('seal a record of 128 bytes', CALLS, () => {
    for (let i = 0; i < CALLS; i++) arena.kernels.recordSeal(record, i, 0);
  });
}
