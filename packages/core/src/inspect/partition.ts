// A partition of a .meta (docs/FORMAT.md): which blocks its range has, and the separator behind each.

import {
  EPOCH_IN_SEPARATOR,
  PARTITION_COUNT,
  PARTITION_DATA_END,
  PARTITION_FILTER_LINES,
  PARTITION_HEADER_BYTES,
  SLOT_BYTES,
  SLOT_OFFSET,
} from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';

/** Where a block lies in the .sst, and what follows it. */
export interface BlockPlace {
  readonly offset: number;
  /** With its trailer. */
  readonly length: number;
  /** Stored key that sorts at or after its last entry and before what follows. */
  readonly separator: Uint8Array;
  /** Where two neighbours are versions of one key: the epoch of the block's last entry. */
  readonly separatorEpoch: bigint | undefined;
}

const WINDOW_BYTES = 8;
const END_BYTES = 4;
const EPOCH_BYTES = 8;

/** The blocks of the partition at `at`, which the kernel has found sound. */
export function readBlockPlaces({ view, bytes }: Heap, at: number): BlockPlace[] {
  const count = view.getUint32(at + PARTITION_COUNT, true);
  const slots = at + PARTITION_HEADER_BYTES + count * WINDOW_BYTES;
  const ends = slots + count * SLOT_BYTES;
  const separators = ends + count * END_BYTES;
  const offsetOf = (i: number): number => view.getUint32(i < count ? slots + i * SLOT_BYTES + SLOT_OFFSET : at + PARTITION_DATA_END, true);
  let start = separators;
  return Array.from({ length: count }, (_, i) => {
    const word = view.getUint32(ends + i * END_BYTES, true);
    const hasEpoch = (word & EPOCH_IN_SEPARATOR) !== 0;
    const end = separators + (word & ~EPOCH_IN_SEPARATOR);
    const keyEnd = hasEpoch ? end - EPOCH_BYTES : end;
    const separator = bytes.slice(start, keyEnd);
    start = end;
    const offset = offsetOf(i);
    return { offset, length: offsetOf(i + 1) - offset, separator, separatorEpoch: hasEpoch ? view.getBigUint64(keyEnd) : undefined };
  });
}

/** Lines of 64 bytes that the filter has. */
export function filterLines({ view }: Heap, at: number): number {
  return view.getUint32(at + PARTITION_FILTER_LINES, true);
}
