// Manifests that lie and bear the right checksum: another JSON, sealed again.

import { RECORD_HEADER_BYTES } from '@varve/wasm-kernels';
import { encodeRecord, RECORD_EDIT, RECORD_SNAPSHOT } from '../../src/format/record.ts';
import { kernelRoom } from '../../src/heap/kernel-room.ts';

const MANIFEST_HEADER_BYTES = 8;
const ROOM = kernelRoom(1 << 20);

/** JSON of a manifest object. */
export function manifestJson(bytes: Uint8Array): Record<string, unknown> {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MANIFEST_HEADER_BYTES, true);
  const from = MANIFEST_HEADER_BYTES + RECORD_HEADER_BYTES;
  return JSON.parse(new TextDecoder().decode(bytes.subarray(from, from + length))) as Record<string, unknown>;
}

/** Manifest `n` with another JSON. */
export function sealManifest(bytes: Uint8Array, n: number, json: unknown): Uint8Array {
  const isSnapshot = 'levels' in manifestJson(bytes);
  const payload = new TextEncoder().encode(JSON.stringify(json));
  const record = encodeRecord(ROOM.heap, ROOM.kernels, isSnapshot ? RECORD_SNAPSHOT : RECORD_EDIT, payload, n);
  return Uint8Array.from([...bytes.subarray(0, MANIFEST_HEADER_BYTES), ...record]);
}
