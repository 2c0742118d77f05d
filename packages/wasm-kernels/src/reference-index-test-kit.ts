// For tests: separators, partitions and top indexes written plainly from their drawing in docs/FORMAT.md.

import { ByteWriter } from './byte-writer-test-kit.ts';
import { EPOCH_IN_SEPARATOR, PARTITION_HEADER_BYTES } from './layout.ts';
import { compareKeys, sharedBytes } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { META_BIT, checksum, encodeFilter, seedOf } from './reference-seal-test-kit.ts';
import type { ObjectId } from './reference-seal-test-kit.ts';

const LINE_BYTES = 64;

/** A key, and an epoch where both neighbours are versions of it. */
export interface Separator {
  readonly key: Uint8Array;
  readonly epoch: bigint | undefined;
}

/** A block as a partition describes it. */
export interface BlockPlace {
  readonly offset: number;
  readonly end: number;
  readonly keys: readonly Uint8Array[];
  readonly separator: Separator;
}

/** At or after the last entry of one block, before the first of the next. */
export function separatorBetween(last: ReferenceEntry, next: ReferenceEntry | undefined, short: boolean): Separator {
  if (next && compareKeys(last.key, next.key) === 0) return { key: last.key, epoch: last.epoch };
  const cut = next && short ? sharedBytes(last.key, next.key) + 1 : 0;
  return { key: next && cut && cut < next.key.length && cut < last.key.length ? next.key.subarray(0, cut) : last.key, epoch: undefined };
}

/** The partition of some blocks, at `offset` from the first partition. */
export function encodePartition(blocks: readonly BlockPlace[], id: ObjectId, offset: number, hasFilter = true): Uint8Array<ArrayBuffer> {
  const separators = blocks.map((block) => block.separator);
  const prefix = sharedPrefix(separators);
  const index = new ByteWriter();
  for (const { key } of separators) index.u64(windowOf(key, prefix));
  for (const block of blocks) {
    index.u32(block.offset);
    index.u32(0);
  }
  for (const end of separatorEnds(separators)) index.u32(end);
  for (const separator of separators) index.bytes(separatorBytes(separator));
  const filter = encodeFilter(hasFilter ? blocks.flatMap((block) => block.keys) : []);
  const filterOffset = Math.ceil((PARTITION_HEADER_BYTES + index.length) / LINE_BYTES) * LINE_BYTES;
  const partition = new ByteWriter();
  partition.u32(blocks.length);
  partition.u32(prefix);
  partition.u32(filterOffset);
  partition.u32(filter.length / LINE_BYTES);
  partition.u32(blocks.at(-1)!.end);
  partition.u32(filterOffset + filter.length);
  partition.u64(0n);
  partition.bytes(index.finish());
  partition.align(LINE_BYTES);
  partition.bytes(filter);
  return sealPartition(partition.finish(), id, offset);
}

/** Fills the checksum of a partition in place; its residency words are zero. `offset` counts from the first partition. */
export function sealPartition(bytes: Uint8Array<ArrayBuffer>, id: ObjectId, offset: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setBigUint64(24, 0n, true);
  view.setBigUint64(24, checksum(bytes, seedOf(id, offset) ^ META_BIT), true);
  return bytes;
}

/** A partition as a top index describes it. */
export interface PartitionPlace {
  readonly separator: Separator;
  readonly offset: number;
  readonly length: number;
}

/** A top index; `header`: the fields behind count and prefix. */
export function encodeTop(entries: readonly PartitionPlace[], header: readonly number[]): Uint8Array<ArrayBuffer> {
  const separators = entries.map((entry) => entry.separator);
  const prefix = sharedPrefix(separators);
  const ends = separatorEnds(separators);
  const top = new ByteWriter();
  top.u32(entries.length);
  top.u32(prefix);
  for (const field of header) top.u32(field);
  entries.forEach((entry, index) => {
    top.u64(windowOf(entry.separator.key, prefix));
    top.u32(entry.offset);
    top.u32(entry.length);
    top.u32(0);
    top.u32(ends[index]);
  });
  for (const separator of separators) top.bytes(separatorBytes(separator));
  return top.finish();
}

function separatorBytes({ key, epoch }: Separator): Uint8Array {
  const writer = new ByteWriter();
  writer.bytes(key);
  for (let shift = 56n; epoch !== undefined && shift >= 0n; shift -= 8n) writer.u8(Number((epoch >> shift) & 0xffn));
  return writer.finish();
}

function separatorEnds(separators: readonly Separator[]): number[] {
  let end = 0;
  return separators.map((separator) => {
    end += separatorBytes(separator).length;
    return separator.epoch === undefined ? end : end + EPOCH_IN_SEPARATOR;
  });
}

/** Bytes that the keys of all separators share: of the first and the last, since they ascend. */
function sharedPrefix(separators: readonly Separator[]): number {
  return Math.min(65_535, sharedBytes(separators[0].key, separators.at(-1)!.key));
}

function windowOf(key: Uint8Array, prefix: number): bigint {
  let window = 0n;
  for (let at = prefix; at < prefix + 8; at++) window = (window << 8n) | BigInt(key[at] ?? 0);
  return window;
}
