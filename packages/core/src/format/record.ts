// The framing that log and manifest share (docs/FORMAT.md): length | type, version | checksum | payload | zeros to a multiple of 8.
// The checksum is the kernels'; its seed ties a record to its place.

import { RECORD_HEADER_BYTES, type Kernels } from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';

export const RECORD_BATCH = 1;
export const RECORD_FENCE = 5;
export const RECORD_CLOSE = 6;
export const RECORD_EDIT = 16;
export const RECORD_SNAPSHOT = 17;
export const RECORD_PLAN = 32;
export const RECORD_CLAIM = 33;
export const RECORD_RESULT = 34;
export const RECORD_FAILED = 35;
const RECORD_VERSION = 1;

/** Bytes of a record in its object. */
export function recordBytes(payloadBytes: number): number {
  return (RECORD_HEADER_BYTES + payloadBytes + 7) & ~7;
}

/** Fills everything but the checksum. `at` is a multiple of 4. */
export function writeRecordHeader(u32: Uint32Array, at: number, type: number, payloadBytes: number): void {
  u32[at >>> 2] = payloadBytes;
  u32[(at >>> 2) + 1] = type | (RECORD_VERSION << 8);
}

/** One record as bytes of its own. */
export function encodeRecord(heap: Heap, kernels: Kernels, type: number, payload: Uint8Array, seed: number): Uint8Array {
  const length = recordBytes(payload.length);
  const address = heap.allocate(length, 'a record');
  try {
    heap.bytes.fill(0, address, address + length);
    writeRecordHeader(heap.u32, address, type, payload.length);
    heap.bytes.set(payload, address + RECORD_HEADER_BYTES);
    kernels.recordSeal(address, seed >>> 0, Math.floor(seed / 2 ** 32));
    return heap.bytes.slice(address, address + length);
  } finally {
    heap.release(address);
  }
}

/** Type and payload of the record at the start of `bytes`, or undefined when it is damaged. */
export function decodeRecord(
  heap: Heap,
  kernels: Kernels,
  bytes: Uint8Array,
  seed: number,
): { type: number; payload: Uint8Array } | undefined {
  if (bytes.length < RECORD_HEADER_BYTES) return undefined;
  const end = RECORD_HEADER_BYTES + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  // Before anything is allocated: what it claims may be as long as numbers go, and what follows it does not matter.
  if (end > bytes.length) return undefined;
  const address = heap.allocate(end, 'a record');
  try {
    heap.bytes.set(bytes.subarray(0, end), address);
    if (kernels.recordCheck(address, address + end, seed >>> 0, Math.floor(seed / 2 ** 32)) < 0) return undefined;
    return { type: heap.bytes[address + 4]!, payload: bytes.subarray(RECORD_HEADER_BYTES, end) };
  } finally {
    heap.release(address);
  }
}
