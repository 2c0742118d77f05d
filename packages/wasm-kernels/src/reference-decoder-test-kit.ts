// For tests: SSTs read plainly by their drawing in docs/FORMAT.md. Every rule that a single block or partition must keep is checked on the way, and
// an Error names the one that is broken; rules about neighbours are checked by sst-rules-test-kit.ts.

import {
  CODEC_LZ4,
  CODEC_NONE,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  INTERVAL_KEY_BYTES,
  KIND_MERGE,
  RESTART_INTERVAL,
  TRAILER_BYTES,
} from './layout.ts';
import { decodeLz4 } from './lz4-test-kit.ts';
import { compareEntries } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { META_BIT, checksum, seedOf } from './reference-seal-test-kit.ts';
import type { ObjectId } from './reference-seal-test-kit.ts';

/** A block of an .sst. */
export interface DecodedBlock {
  readonly offset: number;
  readonly end: number;
  readonly codec: number;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly entries: readonly ReferenceEntry[];
}

/** A separator: without an epoch it stands behind all versions of its key. */
export interface DecodedSeparator {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly epoch: bigint | undefined;
}

/** A partition of a .meta. */
export interface DecodedPartition {
  readonly length: number;
  readonly blockOffsets: readonly number[];
  readonly dataEnd: number;
  readonly separators: readonly DecodedSeparator[];
  readonly filter: Uint8Array<ArrayBuffer>;
}

const BLOCK_HEADER = 16;
const PARTITION_HEADER = 32;
const LINE_BYTES = 64;

/** The stored block at [offset, end) of an .sst. */
export function decodeStoredBlock(data: Uint8Array<ArrayBuffer>, offset: number, end: number, id: ObjectId): DecodedBlock {
  const stored = data.slice(offset, end - TRAILER_BYTES);
  const trailer = data.slice(end - TRAILER_BYTES, end);
  const view = viewOf(trailer);
  require(stored.length > 0, 'a block has bytes');
  require(view.getUint8(1) === 1 && view.getUint16(2, true) === 0, 'the trailer has version 1 and no dictionary');
  const sum = checksum(trailer.subarray(0, 8), checksum(stored, seedOf(id, offset)));
  require(view.getBigUint64(8, true) === sum, 'the checksum of a block ties it to its place');
  const codec = view.getUint8(0);
  const length = view.getUint32(4, true);
  const payload = codec === CODEC_LZ4 ? Uint8Array.from(decodeLz4(stored, length) ?? []) : stored;
  require(codec === CODEC_LZ4 || codec === CODEC_NONE, 'the codec is known');
  require(payload.length === length, 'the trailer tells the length of the payload');
  require(codec === CODEC_NONE || stored.length <= length - Math.ceil(length / 8), 'compression saves an eighth');
  return { offset, end, codec, payload, entries: decodePayload(payload) };
}

/** The entries of a payload. */
function decodePayload(payload: Uint8Array<ArrayBuffer>): ReferenceEntry[] {
  const view = viewOf(payload);
  const restarts = view.getUint16(0, true);
  const values = view.getUint32(4, true);
  const reader = new EntryReader(payload, BLOCK_HEADER + restarts * 8, values, view.getBigUint64(8, true));
  const entries: ReferenceEntry[] = [];
  for (let interval = 0, inInterval = 0, keyBytes = 0; reader.at < values; inInterval++) {
    const { at, valueAt } = reader;
    const isRestart = inInterval === 0 || inInterval === RESTART_INTERVAL || keyBytes > INTERVAL_KEY_BYTES;
    if (isRestart) {
      require(view.getUint32(BLOCK_HEADER + interval * 8, true) === at, 'a restart point names its entry');
      require(view.getUint32(BLOCK_HEADER + interval * 8 + 4, true) === valueAt, 'a restart point names its value');
      interval++;
      inInterval = 0;
      keyBytes = 0;
    }
    const previous = entries.at(-1);
    const entry = reader.next(isRestart ? undefined : previous?.key);
    require(!previous || compareEntries(previous, entry) < 0, 'entries ascend');
    keyBytes += entry.key.length;
    entries.push(entry);
    require(interval <= restarts, 'there is a restart point for every interval');
    require(reader.at < values || interval === restarts, 'there is an interval for every restart point');
  }
  require(reader.at === values && reader.valueAt === payload.length, 'keys and values fill the payload');
  require(view.getUint16(2, true) === Math.min(entries.length, 65_535) && entries.length > 0, 'the header counts the entries');
  const smallest = entries.reduce((least, { epoch }) => (epoch < least ? epoch : least), entries[0].epoch);
  require(view.getBigUint64(8, true) === smallest, 'the base epoch is the smallest');
  return entries;
}

class EntryReader {
  at: number;
  valueAt: number;
  readonly #payload: Uint8Array<ArrayBuffer>;
  readonly #keysEnd: number;
  readonly #baseEpoch: bigint;

  constructor(payload: Uint8Array<ArrayBuffer>, at: number, keysEnd: number, baseEpoch: bigint) {
    this.#payload = payload;
    this.at = at;
    this.valueAt = keysEnd;
    this.#keysEnd = keysEnd;
    this.#baseEpoch = baseEpoch;
  }

  /** `previous`: key of the entry before, undefined at a restart point. */
  next(previous: Uint8Array | undefined): ReferenceEntry {
    const first = Number(this.#bytes(1)[0]);
    const flags = first >> 4;
    require((first & 15) <= KIND_MERGE && flags <= (FLAG_EXPIRY | FLAG_EXTENSION), 'kind and flags are known');
    const shared = Number(this.#varint());
    const unshared = Number(this.#varint());
    const valueLength = Number(this.#varint());
    const epoch = this.#baseEpoch + this.#varint();
    const expiry = flags & FLAG_EXPIRY ? this.#varint() : 0n;
    const extension = flags & FLAG_EXTENSION ? this.#bytes(Number(this.#varint())) : undefined;
    const rest = this.#bytes(unshared);
    require(previous ? shared <= previous.length : shared === 0, 'a key shares what there is');
    const key = new Uint8Array(shared + unshared);
    key.set((previous ?? rest).subarray(0, shared));
    key.set(rest, shared);
    require(!previous || shared === previous.length || previous[shared] !== key[shared], 'a key shares all it can');
    const value = this.#payload.slice(this.valueAt, this.valueAt + valueLength);
    require(value.length === valueLength, 'a value lies in the payload');
    this.valueAt += valueLength;
    return { key, epoch, kind: first & 15, value, expiry, extension };
  }

  #varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = BigInt(this.#bytes(1)[0]);
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) {
        require(byte > 0n || shift === 0n, 'a varint is as short as can be');
        return value;
      }
    }
    throw new Error('a varint has at most 10 bytes');
  }

  #bytes(count: number): Uint8Array<ArrayBuffer> {
    require(this.at + count <= this.#keysEnd, 'entries end before the values');
    this.at += count;
    return this.#payload.slice(this.at - count, this.at);
  }
}

/** The partition whose image starts at `offset`, counted from the first partition of its .meta. */
export function decodePartition(partitions: Uint8Array<ArrayBuffer>, offset: number, id: ObjectId): DecodedPartition {
  const length = viewOf(partitions.subarray(offset)).getUint32(20, true);
  const image = partitions.slice(offset, offset + length);
  const view = viewOf(image);
  require(image.length === length && length % LINE_BYTES === 0, 'a partition is as long as it says, in whole lines');
  const sum = view.getBigUint64(24, true);
  view.setBigUint64(24, 0n, true);
  require(sum === checksum(image, seedOf(id, offset) ^ META_BIT), 'the checksum of a partition ties it to its place');
  const count = view.getUint32(0, true);
  const slots = PARTITION_HEADER + count * 8;
  const separators = decodeSeparators(image, slots + count * 8, count);
  const filterOffset = view.getUint32(8, true);
  const end = slots + count * 12 + separators.reduce((bytes, { key, epoch }) => bytes + key.length + (epoch === undefined ? 0 : 8), 0);
  require(filterOffset === Math.ceil(end / LINE_BYTES) * LINE_BYTES, 'the filter starts at the next line');
  require(image.subarray(end, filterOffset).every((byte) => byte === 0), 'zeros stand before the filter');
  require(length === filterOffset + view.getUint32(12, true) * LINE_BYTES, 'the filter fills the rest');
  const keys = separators.map((separator) => separator.key);
  const prefix = view.getUint32(4, true);
  require(prefix === Math.min(65_535, sharedBytes(keys[0], keys.at(-1)!)), 'the prefix is what all separators share');
  keys.forEach((key, i) =>
    require(view.getBigUint64(PARTITION_HEADER + i * 8, true) === windowOf(key, prefix), 'windows follow the prefix'),
  );
  const blocks = Array.from({ length: count }, (_, i) => slots + i * 8);
  require(blocks.every((slot) => view.getUint32(slot + 4, true) === 0), 'no block is resident in a file');
  const blockOffsets = blocks.map((slot) => view.getUint32(slot, true));
  return { length, blockOffsets, dataEnd: view.getUint32(16, true), separators, filter: image.slice(filterOffset) };
}

function decodeSeparators(image: Uint8Array<ArrayBuffer>, ends: number, count: number): DecodedSeparator[] {
  const view = viewOf(image);
  const start = ends + count * 4;
  let at = start;
  return Array.from({ length: count }, (_, i) => {
    const word = view.getUint32(ends + i * 4, true);
    const end = start + (word & 0x7fffffff);
    const keyEnd = word >>> 31 ? end - 8 : end;
    require(at <= keyEnd && end <= image.length, 'separators stand one behind the other');
    const separator = { key: image.slice(at, keyEnd), epoch: word >>> 31 ? view.getBigUint64(keyEnd, false) : undefined };
    at = end;
    return separator;
  });
}

function windowOf(key: Uint8Array, prefix: number): bigint {
  let window = 0n;
  for (let at = prefix; at < prefix + 8; at++) window = (window << 8n) | BigInt(key[at] ?? 0);
  return window;
}

/** How many first bytes two keys share. */
export function sharedBytes(a: Uint8Array, b: Uint8Array): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared] === b[shared]) shared++;
  return shared;
}

/** Throws unless the rule holds. */
export function require(holds: boolean, rule: string): void {
  if (!holds) throw new Error(`the format says: ${rule}`);
}

function viewOf(bytes: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
