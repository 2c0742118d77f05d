// Checksums of what TypeScript itself writes or checks in an SST: the head of its .meta. Blocks and partitions are the kernels'.

import type { Kernels } from '@varve/wasm-kernels';
import type { ObjectId } from '../format/object-names.ts';
import type { Heap } from '../heap/heap.ts';
import type { Checksum } from './meta-format.ts';

/** The .meta's seed at offset 0: identity with the top bit flipped, so that a head never passes for a block. */
export function metaChecksum(heap: Heap, kernels: Kernels, id: ObjectId): Checksum {
  return (bytes) => {
    const address = heap.allocate(bytes.length + 16, 'a head to check');
    try {
      const sum = address + Math.ceil(bytes.length / 8) * 8;
      heap.bytes.set(bytes, address);
      kernels.xxh64(address, bytes.length, id.counter, (id.term ^ 0x80000000) >>> 0, sum);
      return heap.view.getBigUint64(sum, true);
    } finally {
      heap.release(address);
    }
  };
}
