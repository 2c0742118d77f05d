// Checksums of what TypeScript itself writes or checks in an SST: the head of its .meta. Blocks and partitions are the kernels'.

import type { Kernels } from '@varve/wasm-kernels';
import type { ObjectId } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import type { Checksum } from './meta-format.ts';

/**
 * What the kernels are given in place of an SST's id: the id and the first half of the database's identity in one, so that no object of another
 * database passes for one of ours.
 */
export function seedOf(database: string, { term, counter }: ObjectId): ObjectId {
  const half = (from: number): number => Number.parseInt(database.slice(from, from + 8), 16);
  return { term: (term ^ half(0)) >>> 0, counter: (counter ^ half(8)) >>> 0 };
}

/** The .meta's seed at offset 0 has its top bit flipped, so that a head never passes for a block. Hashes at `scratch`, or in memory that it takes. */
export function metaChecksum(heap: Heap, kernels: Kernels, seed: ObjectId, scratch?: number): Checksum {
  return (bytes) => {
    const address = scratch ?? heap.allocate(checksumBytes(bytes.length), 'a head to check');
    try {
      const sum = address + Math.ceil(bytes.length / 8) * 8;
      heap.bytes.set(bytes, address);
      kernels.xxh64(address, bytes.length, seed.counter, (seed.term ^ 0x80000000) >>> 0, sum);
      return heap.view.getBigUint64(sum, true);
    } finally {
      if (scratch === undefined) heap.release(address);
    }
  };
}

/** Memory that hashing so many bytes takes. */
export function checksumBytes(length: number): number {
  return length + 16;
}
