// The blocks that a partition in linear memory knows of: where each lies in the .sst object, and the residency word that says where it stands in memory.
//
//   header | count x 8 B windows | count x slot { offset in the .sst, residency word } | ...

import { PARTITION_COUNT, PARTITION_DATA_END, PARTITION_HEADER_BYTES, SLOT_BYTES, SLOT_RESIDENCY } from '@varve/wasm-kernels';

/** Number of blocks. */
export function blockCount(u32: Uint32Array, partition: number): number {
  return u32[(partition + PARTITION_COUNT) >>> 2];
}

/** Where block `index` begins in the .sst; where the last one ends, if there is no such block. */
export function blockOffset(u32: Uint32Array, partition: number, index: number): number {
  const at = index < blockCount(u32, partition) ? slotOf(u32, partition, index) : partition + PARTITION_DATA_END;
  return u32[at >>> 2];
}

/** Address of the residency word of block `index`. */
export function residencyOf(u32: Uint32Array, partition: number, index: number): number {
  return slotOf(u32, partition, index) + SLOT_RESIDENCY;
}

function slotOf(u32: Uint32Array, partition: number, index: number): number {
  return partition + PARTITION_HEADER_BYTES + blockCount(u32, partition) * 8 + index * SLOT_BYTES;
}
