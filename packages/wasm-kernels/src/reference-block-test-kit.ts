// For tests: blocks written plainly from their drawing in docs/FORMAT.md.

import { ByteWriter } from './byte-writer-test-kit.ts';
import {
  BLOCK_HEADER_BYTES,
  CODEC_LZ4,
  CODEC_NONE,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  INTERVAL_KEY_BYTES,
  RESTART_INTERVAL,
  TRAILER_BYTES,
  TRAILER_CHECKSUM,
} from './layout.ts';
import { sharedBytes } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checksum, compress, seedOf } from './reference-seal-test-kit.ts';
import type { ObjectId } from './reference-seal-test-kit.ts';

/** The payload of a block of ascending entries. */
export function encodeBlock(entries: readonly ReferenceEntry[]): Uint8Array<ArrayBuffer> {
  const intervals = cutIntervals(entries);
  const base = entries.reduce((smallest, { epoch }) => (epoch < smallest ? epoch : smallest), entries[0].epoch);
  const keysStart = BLOCK_HEADER_BYTES + intervals.length * 8;
  const keys = new ByteWriter();
  const values = new ByteWriter();
  const restarts = intervals.map((interval) => {
    const restart = { key: keys.length, value: values.length };
    let previous: Uint8Array = new Uint8Array(0);
    for (const entry of interval) {
      writeEntry(keys, entry, previous, base);
      values.bytes(entry.value);
      previous = entry.key;
    }
    return restart;
  });
  const block = new ByteWriter();
  block.u16(intervals.length);
  block.u16(Math.min(entries.length, 65_535));
  block.u32(keysStart + keys.length);
  block.u64(base);
  for (const { key, value } of restarts) {
    block.u32(keysStart + key);
    block.u32(keysStart + keys.length + value);
  }
  block.bytes(keys.finish());
  block.bytes(values.finish());
  return block.finish();
}

/** A block as it stands in the file: stored bytes and trailer. */
export function storeBlock(payload: Uint8Array, id: ObjectId, offset: number, lz4: boolean): Uint8Array<ArrayBuffer> {
  const compressed = lz4 ? compress(payload) : undefined;
  const stored = new ByteWriter();
  stored.bytes(compressed ?? payload);
  stored.u8(compressed ? CODEC_LZ4 : CODEC_NONE);
  stored.u8(1);
  stored.u16(0);
  stored.u32(payload.length);
  stored.u64(0n);
  return sealBlock(stored.finish(), id, offset);
}

/** Fills the checksum of a stored block in place. */
export function sealBlock(block: Uint8Array<ArrayBuffer>, id: ObjectId, offset: number): Uint8Array<ArrayBuffer> {
  const trailer = block.length - TRAILER_BYTES;
  const first = checksum(block.subarray(0, trailer), seedOf(id, offset));
  const sum = checksum(block.subarray(trailer, trailer + TRAILER_CHECKSUM), first);
  new DataView(block.buffer, block.byteOffset).setBigUint64(trailer + TRAILER_CHECKSUM, sum, true);
  return block;
}

function cutIntervals(entries: readonly ReferenceEntry[]): ReferenceEntry[][] {
  const intervals: ReferenceEntry[][] = [];
  let keyBytes = 0;
  for (const entry of entries) {
    if (!intervals.length || intervals.at(-1)!.length === RESTART_INTERVAL || keyBytes > INTERVAL_KEY_BYTES) {
      intervals.push([]);
      keyBytes = 0;
    }
    intervals.at(-1)!.push(entry);
    keyBytes += entry.key.length;
  }
  return intervals;
}

function writeEntry(keys: ByteWriter, entry: ReferenceEntry, previous: Uint8Array, base: bigint): void {
  const shared = sharedBytes(previous, entry.key);
  const flags = (entry.expiry ? FLAG_EXPIRY : 0) | (entry.extension ? FLAG_EXTENSION : 0);
  keys.u8(entry.kind | (flags << 4));
  keys.varint(shared);
  keys.varint(entry.key.length - shared);
  keys.varint(entry.value.length);
  keys.varint(entry.epoch - base);
  if (entry.expiry) keys.varint(entry.expiry);
  if (entry.extension) {
    keys.varint(entry.extension.length);
    keys.bytes(entry.extension);
  }
  keys.bytes(entry.key.subarray(shared));
}
