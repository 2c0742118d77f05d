// Log segments that lie and bear the right checksums (docs/FORMAT.md): header and records sealed again where they stand.

import { RECORD_HEADER_BYTES } from '@varve/wasm-kernels';
import { kernelRoom } from '../../src/heap/kernel-room.ts';
import { SEGMENT_HEADER_BYTES } from '../../src/wal/segment-format.ts';
import { xxh64 } from './seal-sst.ts';

const CHECKSUM_BYTES = 8;
const SEED_FROM = 8;
const SEED_TO = 64;
const ROOM = kernelRoom(1 << 20);

/** Where a record stands in its segment. */
export interface RecordPlace {
  readonly offset: number;
  readonly bytes: number;
}

export function sealSegmentHeader(segment: Uint8Array): void {
  const at = SEGMENT_HEADER_BYTES - CHECKSUM_BYTES;
  new DataView(segment.buffer, segment.byteOffset).setBigUint64(at, xxh64(segment.subarray(0, at), 0n), true);
}

/** Seals every record; one whose length has become a lie is hashed as far as the segment goes. */
export function sealRecords(segment: Uint8Array, records: readonly RecordPlace[]): void {
  const { heap, kernels } = ROOM;
  const seed = xxh64(segment.subarray(SEED_FROM, SEED_TO), 0n);
  const address = heap.allocate(segment.length, 'a segment');
  try {
    heap.bytes.set(segment, address);
    for (const { offset } of records) {
      const length = heap.view.getUint32(address + offset, true);
      if (length > segment.length - offset - RECORD_HEADER_BYTES) continue;
      kernels.recordSeal(address + offset, (Number(seed & 0xffffffffn) ^ offset) >>> 0, Number(seed >> 32n));
    }
    segment.set(heap.bytes.subarray(address, address + segment.length));
  } finally {
    heap.release(address);
  }
}
