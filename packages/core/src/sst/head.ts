// The head of an SST, and what stands in for it until it is read. The manifest knows the largest key, which is the SST's last separator: a top index of one
// partition that ends there leads a search to the SST as the true one does, and is never resident. So kernels know nothing of heads: they miss that
// partition, and whoever loads it reads the head first. The true top index then takes the same place, which was large enough from the beginning: no read
// fails for want of it.

import {
  EPOCH_IN_SEPARATOR,
  TOP_COUNT,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TOP_SEPARATOR_END,
  type Kernels,
} from '@varve/wasm-kernels';
import { StorageError } from '../base/errors.ts';
import { compareBytes } from '../format/compare-bytes.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { Heap } from '../heap/heap.ts';
import { decodeHead, describes, encodeTop, topBytesAtMost } from './meta-format.ts';
import { metaChecksum } from './seeds.ts';
import type { Sst } from './sst.ts';

/** Bytes of the top index at most, and of what stands in for it at least. */
export function topRoom(info: SstInfo): number {
  return Math.max(topBytesAtMost(info), standInBytes(info));
}

function standInBytes(info: SstInfo): number {
  return TOP_HEADER_BYTES + TOP_ENTRY_BYTES + info.largest.length;
}

/** Writes what stands in for the top index to `top`. */
export function writeStandIn(heap: Heap, info: SstInfo, top: number): void {
  const image = heap.bytes.subarray(top, top + standInBytes(info)).fill(0);
  encodeTop(image, info, [{ bytes: info.largest, hasEpoch: false, partitionAt: 0, partitionBytes: 0 }], info.headBytes);
}

/** The top index of a head that was read, after every check. `scratch`: as much memory as `checksumBytes` says, which may hold anything afterwards. */
export function soundTop(heap: Heap, kernels: Kernels, { info, seed, metaName }: Sst, head: Uint8Array, scratch: number): Uint8Array {
  const { properties, top } = decodeHead(head, info.metaBytes, metaName, metaChecksum(heap, kernels, seed, scratch));
  heap.bytes.set(top, scratch);
  const isSound = kernels.topCheck(scratch, top.length) !== 0 && isIndexOf(info, heap, scratch) && describes(properties, info);
  if (isSound && top.length <= topRoom(info)) return top;
  throw new StorageError('CORRUPTION', 'head of an SST contradicts format or manifest', { object: metaName, offset: 0 });
}

/** Are the partitions as many as the manifest says, and inside the .meta? They are in order: the last one tells. Does it end with the largest key? */
function isIndexOf(info: SstInfo, { u32, bytes }: Heap, top: number): boolean {
  const count = u32[(top + TOP_COUNT) >>> 2]!;
  const entry = (index: number, field: number): number => u32[(top + TOP_HEADER_BYTES + index * TOP_ENTRY_BYTES + field) >>> 2]!;
  const separators = top + TOP_HEADER_BYTES + count * TOP_ENTRY_BYTES;
  const from = count === 1 ? 0 : (entry(count - 2, TOP_SEPARATOR_END) & ~EPOCH_IN_SEPARATOR) >>> 0;
  const to = entry(count - 1, TOP_SEPARATOR_END);
  return (
    count === info.partitions &&
    entry(count - 1, TOP_META_OFFSET) + entry(count - 1, TOP_META_LENGTH) <= info.metaBytes &&
    to < EPOCH_IN_SEPARATOR &&
    compareBytes(bytes.subarray(separators + from, separators + to), info.largest) === 0
  );
}
