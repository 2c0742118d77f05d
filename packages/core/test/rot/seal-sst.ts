// SSTs that lie and bear the right checksums: parts of the format (docs/FORMAT.md) with something changed, sealed again where they stand.

import { TRAILER_BYTES, TRAILER_CHECKSUM } from '@varve/wasm-kernels';
import type { ObjectId } from '../../src/format/object-names.ts';
import { kernelRoom } from '../../src/heap/kernel-room.ts';

const HEAD_CHECKSUM = 16;
const HEAD_CHECKED_FROM = 24;
const PARTITION_CHECKSUM = 24;
const OFFSET_FACTOR = 0x9e3779b97f4a7c15n;
const META_BIT = 1n << 63n;
/** Some bytes of an object. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

const ROOM = kernelRoom(1 << 20);

/** Seals the head of a .meta where it stands. */
export function sealHead(meta: Uint8Array, id: ObjectId, headBytes: number): void {
  setU64(meta, HEAD_CHECKSUM, xxh64(meta.subarray(HEAD_CHECKED_FROM, headBytes), placeSeed(id, 0) ^ META_BIT));
}

/** Seals the partition of `length` bytes at `offset` of a .meta where it stands. */
export function sealPartition(meta: Uint8Array, id: ObjectId, headBytes: number, { offset, length }: Stretch): void {
  setU64(meta, offset + PARTITION_CHECKSUM, 0n);
  const sum = xxh64(meta.subarray(offset, offset + length), placeSeed(id, offset - headBytes) ^ META_BIT);
  setU64(meta, offset + PARTITION_CHECKSUM, sum);
}

/** Seals the stored block of `length` bytes at `offset` of an .sst where it stands. */
export function sealBlock(sst: Uint8Array, id: ObjectId, { offset, length }: Stretch): void {
  const trailer = offset + length - TRAILER_BYTES;
  const stored = xxh64(sst.subarray(offset, trailer), placeSeed(id, offset));
  setU64(sst, trailer + TRAILER_CHECKSUM, xxh64(sst.subarray(trailer, trailer + TRAILER_CHECKSUM), stored));
}

function placeSeed({ term, counter }: ObjectId, offset: number): bigint {
  return ((BigInt(term) << 32n) | BigInt(counter)) ^ BigInt.asUintN(64, BigInt(offset) * OFFSET_FACTOR);
}

/** xxh64 of the bytes. */
export function xxh64(bytes: Uint8Array, seed: bigint): bigint {
  const { heap, kernels } = ROOM;
  const at = heap.allocate(bytes.length + 16, 'bytes to hash');
  try {
    const sum = at + Math.ceil(bytes.length / 8) * 8;
    heap.bytes.set(bytes, at);
    kernels.xxh64(at, bytes.length, Number(seed & 0xffffffffn), Number(seed >> 32n), sum);
    return heap.view.getBigUint64(sum, true);
  } finally {
    heap.release(at);
  }
}

function setU64(bytes: Uint8Array, at: number, value: bigint): void {
  new DataView(bytes.buffer, bytes.byteOffset).setBigUint64(at, value, true);
}
