// The .meta object of an SST: written once when the SST is complete, read by piece afterwards (docs/FORMAT.md).
//
//   head    = header (24 B), section table (3 x 16 B), properties (JSON), top index; read when somebody needs it
//   then    partitions, one behind the other, each a multiple of 64 bytes, as the merge kernel built them

import {
  EPOCH_IN_SEPARATOR,
  PARTITION_COUNT,
  PARTITION_HEADER_BYTES,
  PARTITION_LENGTH,
  SLOT_BYTES,
  TOP_COUNTER,
  TOP_DATA_LENGTH,
  TOP_ENTRY_BYTES,
  TOP_HEADER_BYTES,
  TOP_LONGEST_BLOCK,
  TOP_LONGEST_KEY,
  TOP_META_LENGTH,
  TOP_META_OFFSET,
  TOP_PREFIX,
  TOP_SEPARATOR_END,
  TOP_TERM,
} from '@varve/wasm-kernels';
import { base64Encode } from '../base/base64.ts';
import { StorageError, type StorageErrorCode } from '../base/errors.ts';
import type { SstInfo } from '../format/sst-info.ts';

const MAGIC = 0x54454d56;
const VERSION = 1;
const HEADER_BYTES = 24;
const SECTION_BYTES = 16;
const CRITICAL = 1;
const SECTION_PROPERTIES = 1;
const SECTION_TOP = 2;
const SECTION_PARTITIONS = 3;

/** xxh64(bytes, seed of the .meta). */
export type Checksum = (bytes: Uint8Array) => bigint;

type Fail = (why: string, offset?: number, code?: StorageErrorCode) => never;

/** What the head of a finished SST says of it. */
export type Described = Omit<SstInfo, 'metaBytes' | 'headBytes'>;

/** The whole .meta object and the length of its head. */
export function encodeMeta(
  info: Described,
  compression: string,
  partitions: Uint8Array,
  checksum: Checksum,
): { bytes: Uint8Array; headBytes: number } {
  const properties = new TextEncoder().encode(JSON.stringify({ ...propertiesOf(info), compression }));
  const separators = lastSeparators(partitions);
  const topBytes = TOP_HEADER_BYTES + separators.length * TOP_ENTRY_BYTES + separators.reduce((sum, s) => sum + s.bytes.length, 0);
  const propertiesAt = align(HEADER_BYTES + 3 * SECTION_BYTES);
  const topAt = align(propertiesAt + properties.length);
  const headBytes = align(topAt + topBytes);
  const bytes = new Uint8Array(headBytes + partitions.length);
  const view = new DataView(bytes.buffer);
  bytes.set(properties, propertiesAt);
  encodeTop(bytes.subarray(topAt, topAt + topBytes), info, separators, headBytes);
  bytes.set(partitions, headBytes);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint16(6, 3, true);
  view.setUint32(8, headBytes, true);
  section(view, 0, SECTION_PROPERTIES, propertiesAt, properties.length);
  section(view, 1, SECTION_TOP, topAt, topBytes);
  section(view, 2, SECTION_PARTITIONS, headBytes, partitions.length);
  view.setBigUint64(16, checksum(bytes.subarray(HEADER_BYTES, headBytes)), true);
  return { bytes, headBytes };
}

/** Where the top index lies in a head that was read, after every check but that of the top index itself (the kernel's topCheck). */
export function decodeHead(
  head: Uint8Array,
  metaBytes: number,
  name: string,
  checksum: Checksum,
): { properties: Uint8Array; top: Uint8Array } {
  const fail: Fail = (why, offset = 0, code = 'CORRUPTION') => {
    throw new StorageError(code, `SST head cannot be read: ${why}`, { object: name, offset });
  };
  if (head.length < HEADER_BYTES) fail('it is too short');
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint32(0, true) !== MAGIC) fail('wrong magic');
  if (view.getUint16(4, true) !== VERSION) {
    fail(`use a newer version format=${view.getUint16(4, true)}`, 4, 'UNSUPPORTED');
  }
  if (view.getUint32(8, true) !== head.length) fail('wrong length', 8);
  if (checksum(head.subarray(HEADER_BYTES)) !== view.getBigUint64(16, true)) fail('checksum mismatch', 16);
  const sections = decodeSections(view, metaBytes, fail);
  const slice = (type: number): Uint8Array => {
    const found = sections.get(type);
    if (found === undefined || found.offset + found.length > head.length) return fail(`section ${type} is missing`, HEADER_BYTES);
    return head.subarray(found.offset, found.offset + found.length);
  };
  return { properties: slice(SECTION_PROPERTIES), top: slice(SECTION_TOP) };
}

/** True when the properties of a head are those of this SST: its own .meta, and not another's that bears its name. */
export function describes(properties: Uint8Array, info: Described): boolean {
  return new TextDecoder().decode(properties).startsWith(`${propertiesText(info).slice(0, -1)},`);
}

function decodeSections(view: DataView, metaBytes: number, fail: Fail): Map<number, { offset: number; length: number }> {
  const sections = new Map<number, { offset: number; length: number }>();
  const count = view.getUint16(6, true);
  if (HEADER_BYTES + count * SECTION_BYTES > view.byteLength) fail('too many sections', 6);
  for (let at = HEADER_BYTES; at < HEADER_BYTES + count * SECTION_BYTES; at += SECTION_BYTES) {
    const type = view.getUint16(at, true);
    const offset = view.getUint32(at + 4, true);
    const length = view.getUint32(at + 8, true);
    if (offset + length > metaBytes) fail(`section ${type} leaves the object`, at);
    if (type > SECTION_PARTITIONS && (view.getUint16(at + 2, true) & CRITICAL) !== 0) {
      fail(`use a newer version section=${type}`, at, 'UNSUPPORTED');
    }
    sections.set(type, { offset, length });
  }
  return sections;
}

/** Bytes of the top index at most, going by the manifest: the other sections of the head, each at a multiple of 64, have no room in it. */
export function topBytesAtMost(info: SstInfo): number {
  return info.headBytes - align(HEADER_BYTES + 3 * SECTION_BYTES) - align(propertiesText(info).length);
}

/** How the properties of this SST begin, but for the closing brace: ASCII. */
function propertiesText(info: Described): string {
  return JSON.stringify(propertiesOf(info));
}

/** A reader compares them with the manifest's, so they stand first, in this order. */
function propertiesOf(info: Described): object {
  return {
    entries: info.entries,
    tombstones: info.tombstones,
    smallest: base64Encode(info.smallest),
    largest: base64Encode(info.largest),
    minEpoch: String(info.minEpoch),
    maxEpoch: String(info.maxEpoch),
    rawBytes: info.rawBytes,
    dataBytes: info.dataBytes,
    longestKey: info.longestKey,
    longestBlock: info.longestBlock,
  };
}

/** The last separator of a partition, and where that lies behind the head. */
interface Separator {
  readonly bytes: Uint8Array;
  readonly hasEpoch: boolean;
  readonly partitionAt: number;
  readonly partitionBytes: number;
}

/** The last separator of each partition. */
function lastSeparators(partitions: Uint8Array): Separator[] {
  const view = new DataView(partitions.buffer, partitions.byteOffset, partitions.length);
  const separators: Separator[] = [];
  for (let at = 0; at < partitions.length;) {
    const count = view.getUint32(at + PARTITION_COUNT, true);
    const partitionBytes = view.getUint32(at + PARTITION_LENGTH, true);
    const ends = at + PARTITION_HEADER_BYTES + count * (8 + SLOT_BYTES);
    const start = count === 1 ? 0 : (view.getUint32(ends + (count - 2) * 4, true) & ~EPOCH_IN_SEPARATOR) >>> 0;
    const last = view.getUint32(ends + (count - 1) * 4, true);
    const from = ends + count * 4;
    const bytes = partitions.subarray(from + start, from + ((last & ~EPOCH_IN_SEPARATOR) >>> 0));
    separators.push({ bytes, hasEpoch: last >= EPOCH_IN_SEPARATOR, partitionAt: at, partitionBytes });
    at += partitionBytes;
  }
  return separators;
}

/** Writes a top index to `top`, zeros so far. */
export function encodeTop(top: Uint8Array, info: Described, separators: readonly Separator[], headBytes: number): void {
  const view = new DataView(top.buffer, top.byteOffset, top.length);
  const keys = separators.map((s) => (s.hasEpoch ? s.bytes.subarray(0, s.bytes.length - 8) : s.bytes));
  const prefix = sharedPrefix(keys);
  view.setUint32(0, separators.length, true);
  view.setUint32(TOP_PREFIX, prefix, true);
  view.setUint32(TOP_TERM, info.id.term, true);
  view.setUint32(TOP_COUNTER, info.id.counter, true);
  view.setUint32(TOP_LONGEST_KEY, info.longestKey, true);
  view.setUint32(TOP_LONGEST_BLOCK, info.longestBlock, true);
  view.setUint32(TOP_DATA_LENGTH, info.dataBytes, true);
  let end = 0;
  const bytesAt = TOP_HEADER_BYTES + separators.length * TOP_ENTRY_BYTES;
  separators.forEach((separator, i) => {
    const entry = TOP_HEADER_BYTES + i * TOP_ENTRY_BYTES;
    top.set(separator.bytes, bytesAt + end);
    end += separator.bytes.length;
    view.setBigUint64(entry, windowOf(keys[i]!, prefix), true);
    view.setUint32(entry + TOP_META_OFFSET, headBytes + separator.partitionAt, true);
    view.setUint32(entry + TOP_META_LENGTH, separator.partitionBytes, true);
    view.setUint32(entry + TOP_SEPARATOR_END, (separator.hasEpoch ? end | EPOCH_IN_SEPARATOR : end) >>> 0, true);
  });
}

/** Eight bytes behind the prefix as a big-endian number, zero padded. */
function windowOf(key: Uint8Array, prefix: number): bigint {
  let window = 0n;
  for (let i = 0; i < 8; i++) window = (window << 8n) | BigInt(key[prefix + i] ?? 0);
  return window;
}

function sharedPrefix(keys: Uint8Array[]): number {
  const first = keys[0]!;
  let length = first.length;
  for (const key of keys) {
    let i = 0;
    while (i < length && i < key.length && key[i] === first[i]) i++;
    length = i;
  }
  return length;
}

function section(view: DataView, index: number, type: number, offset: number, length: number): void {
  const at = HEADER_BYTES + index * SECTION_BYTES;
  view.setUint16(at, type, true);
  view.setUint16(at + 2, CRITICAL, true);
  view.setUint32(at + 4, offset, true);
  view.setUint32(at + 8, length, true);
}

const align = (n: number): number => Math.ceil(n / 64) * 64;
