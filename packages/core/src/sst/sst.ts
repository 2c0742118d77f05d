// One open SST: its identity, and where its top index lies in linear memory, or what stands in for that (head.ts). Everything else of it comes and goes
// through the cache.

import { TOP_COUNT, TOP_ENTRY_BYTES, TOP_HEADER_BYTES, TOP_META_LENGTH, TOP_META_OFFSET, TOP_RESIDENCY } from '@varve/wasm-kernels';
import { metaName, sstName, type ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';

/** Some bytes of an object. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Where one partition lies in the .meta object. */
export interface PartitionPlace extends Stretch {
  /** Address of its residency word. */
  readonly slot: number;
}

export class Sst {
  readonly info: SstInfo;
  /** What its checksums are bound to. */
  readonly seed: ObjectId;
  /** Address of the top index; the kernels know the SST by it. */
  readonly top: number;
  readonly dataName: string;
  readonly metaName: string;
  /** The true top index is there, and stays. Until then there is no partition to ask for. */
  hasHead = false;
  /** How many views (and jobs) need it. The catalog counts. */
  pins = 0;
  /** No version names it any more: when the last pin goes, so does the object. */
  obsolete = false;

  constructor(info: SstInfo, seed: ObjectId, top: number) {
    this.info = info;
    this.seed = seed;
    this.top = top;
    this.dataName = sstName(info.id);
    this.metaName = metaName(info.id);
  }

  partitionCount(u32: Uint32Array): number {
    return u32[(this.top + TOP_COUNT) >>> 2]!;
  }

  partitionPlace(u32: Uint32Array, index: number): PartitionPlace {
    const entry = this.top + TOP_HEADER_BYTES + index * TOP_ENTRY_BYTES;
    return {
      offset: u32[(entry + TOP_META_OFFSET) >>> 2]!,
      length: u32[(entry + TOP_META_LENGTH) >>> 2]!,
      slot: entry + TOP_RESIDENCY,
    };
  }
}
