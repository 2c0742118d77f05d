// For tests: checksums of place, LZ4 and filter bits of reference images, from kernels that have tests of their own.

import { createTestMemory } from './memory-test-kit.ts';

/** Creator and number of an object. */
export interface ObjectId {
  readonly term: number;
  readonly counter: number;
}

export const META_BIT = 1n << 63n;
const LINE_BYTES = 64;
const FILTER_BITS_A_KEY = 10;
const SCRATCH_OUT = 64;
const SCRATCH_TABLE = 1024;
const SCRATCH_SOURCE = 0x10000;
const SCRATCH_TARGET = 0x800000;
const scratch = createTestMemory(256);

/** Seed of what stands at `offset` of an object's .sst; with META_BIT flipped, of its .meta. */
export function seedOf({ term, counter }: ObjectId, offset: number): bigint {
  return ((BigInt(term) << 32n) | BigInt(counter)) ^ BigInt.asUintN(64, BigInt(offset) * 0x9e3779b97f4a7c15n);
}

/** xxh64. */
export function checksum(bytes: Uint8Array, seed: bigint): bigint {
  scratch.put(SCRATCH_SOURCE, bytes);
  scratch.kernels.xxh64(SCRATCH_SOURCE, bytes.length, Number(seed & 0xffffffffn), Number(seed >> 32n), SCRATCH_OUT);
  return scratch.view.getBigUint64(SCRATCH_OUT, true);
}

/** LZ4 where it saves at least an eighth. */
export function compress(payload: Uint8Array): Uint8Array | undefined {
  scratch.put(SCRATCH_SOURCE, payload);
  const capacity = payload.length - Math.ceil(payload.length / 8);
  const length = scratch.kernels.lz4Compress(SCRATCH_SOURCE, payload.length, SCRATCH_TARGET, capacity, SCRATCH_TABLE);
  return length ? scratch.take(SCRATCH_TARGET, length) : undefined;
}

/** The filter lines of a partition with these keys. */
export function encodeFilter(keys: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const lines = Math.ceil((keys.length * FILTER_BITS_A_KEY) / (LINE_BYTES * 8));
  scratch.bytes.fill(0, SCRATCH_TARGET, SCRATCH_TARGET + lines * LINE_BYTES);
  for (const key of keys) {
    scratch.put(SCRATCH_SOURCE, key);
    scratch.kernels.hash64(SCRATCH_SOURCE, key.length, SCRATCH_OUT);
    scratch.kernels.bloomAdd(SCRATCH_TARGET, lines, scratch.view.getBigUint64(SCRATCH_OUT, true));
  }
  return scratch.take(SCRATCH_TARGET, lines * LINE_BYTES);
}
