// SSTs that were just written become readable without reading anything back: their partitions are copied into frames, and the block copies that
// the merge left in frames are bound to them.

import type { BlockCache } from '../cache/block-cache.ts';
import { blockCount, residencyOf } from '../format/partition.ts';
import type { Heap } from '../heap/heap.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import type { WrittenSst } from './sst-writer.ts';

interface AdoptParts {
  readonly heap: Heap;
  readonly cache: BlockCache;
  readonly catalog: SstCatalog;
}

/** Opens them. */
export function adoptSsts(parts: AdoptParts, written: readonly WrittenSst[]): Sst[] {
  return written.map((one) => {
    const sst = parts.catalog.adopt(one.info, one.head);
    bindPartitions(parts, sst, one);
    return sst;
  });
}

function bindPartitions({ heap, cache }: AdoptParts, sst: Sst, { info, partitions, warmed }: WrittenSst): void {
  let firstBlock = 0;
  for (let i = 0; i < sst.partitionCount(heap.u32); i++) {
    const place = sst.partitionPlace(heap.u32, i);
    const payload = cache.take(place.length);
    const from = place.offset - info.headBytes;
    heap.bytes.set(partitions.subarray(from, from + place.length), payload);
    cache.bind(payload, place.slot, 'partition');
    const count = blockCount(heap.u32, payload);
    for (let j = 0; j < count; j++) {
      const frame = warmed[firstBlock + j];
      if (frame !== 0 && frame !== undefined) cache.bind(frame, residencyOf(heap.u32, payload, j), 'block');
    }
    firstBlock += count;
  }
}
