// The journal: texts that were appended, one after the other, in one of two files. When it has grown, what it adds up to is written to the other
// file as one text, and goes on there: the higher generation counts.
//
//   file    u32 magic 'VNAM' | u32 version 1 | u32 generation | u32 CRC-32C of these 12 bytes | records
//   record  u32 length | u32 CRC-32C of the text, which goes on from the checksum before it | text, UTF-8
//
// All little-endian. A checksum that goes on from the one before ties a record to its place: what a torn tail leaves behind never joins what is written
// over it later.

import { StorageError } from '@varve/core';
import { readAt, writeAt, type BlockFile } from './block-file.ts';
import { crc32 } from './crc32.ts';

const MAGIC = 0x4d414e56;
const VERSION = 1;
const HEADER_BYTES = 16;
const RECORD_HEADER_BYTES = 8;
/** A journal of less is not worth a second one. */
const SMALL_BYTES = 64 * 1024;
const GROWTH = 4;

export class Journal {
  readonly #files: readonly [BlockFile, BlockFile];
  #current: 0 | 1 = 0;
  #generation = 0;
  /** Length of the first record and what precedes it. */
  #firstBytes = 0;
  #end = 0;
  #checksum = 0;
  #isDirty = false;
  /** A file of a higher generation may count, and nothing is written to it. */
  #isBroken = false;

  constructor(files: readonly [BlockFile, BlockFile]) {
    this.#files = files;
  }

  /** All texts since the newest sum, that one first; none where nothing was ever written. */
  load(): string[] {
    const found = this.#files.map(readRecords);
    const newest = found[1].generation > found[0].generation ? 1 : 0;
    const { generation, records, ends, checksum } = found[newest];
    this.#current = newest;
    this.#generation = generation;
    this.#firstBytes = ends[0] ?? 0;
    this.#end = ends.at(-1) ?? 0;
    this.#checksum = checksum;
    return records;
  }

  /** The sum would be much shorter. */
  get isLong(): boolean {
    return this.#end > Math.max(SMALL_BYTES, GROWTH * this.#firstBytes);
  }

  /** Appends a text. After a failure it counts as not appended, and the next one takes its place. */
  append(text: string): void {
    if (this.#isBroken) throw new StorageError('UNAVAILABLE', 'the journal could not be written: open again');
    const { bytes, checksum } = recordOf(text, this.#checksum);
    this.#isDirty = true;
    writeAt(this.#files[this.#current], bytes, this.#end);
    this.#end += bytes.length;
    this.#checksum = checksum;
  }

  /** What was appended survives a power cut. */
  flush(): void {
    if (!this.#isDirty) return;
    this.#files[this.#current].flush();
    this.#isDirty = false;
  }

  /** Goes on in the other file, which begins with the sum of all texts. Durable when it returns. */
  renew(sum: string): void {
    const other = this.#current === 0 ? 1 : 0;
    const file = this.#files[other];
    const generation = this.#generation + 1;
    const header = headerOf(generation);
    const { bytes, checksum } = recordOf(sum, generation);
    try {
      file.truncate(0);
      writeAt(file, header, 0);
      writeAt(file, bytes, HEADER_BYTES);
      file.flush();
    } catch (error) {
      this.#discard(file);
      throw error;
    }
    // Nobody takes the older one for the newest, should this one be damaged.
    if (this.#generation > 0) this.#files[this.#current].truncate(0);
    this.#current = other;
    this.#generation = generation;
    this.#firstBytes = this.#end = HEADER_BYTES + bytes.length;
    this.#checksum = checksum;
    this.#isDirty = false;
  }

  /** Stays in this file until it is twice as long. */
  keep(): void {
    this.#firstBytes = Math.max(this.#firstBytes, this.#end / 2);
  }

  #discard(file: BlockFile): void {
    try {
      file.truncate(0);
      // Or a power cut might bring back what was written, and with it an earlier state.
      file.flush();
    } catch {
      this.#isBroken = true;
    }
  }
}

interface Found {
  /** 0: nothing that counts is there. */
  readonly generation: number;
  readonly records: string[];
  /** Where each record ends. */
  readonly ends: number[];
  readonly checksum: number;
}

const NOTHING: Found = { generation: 0, records: [], ends: [], checksum: 0 };

/** A file counts when its header and its first record are whole; what follows the last whole record is a torn tail. */
function readRecords(file: BlockFile): Found {
  const bytes = new Uint8Array(file.getSize());
  const length = readAt(file, bytes, 0);
  const view = new DataView(bytes.buffer, 0, length);
  if (length < HEADER_BYTES || view.getUint32(0, true) !== MAGIC) return NOTHING;
  if (view.getUint32(12, true) !== crc32(bytes.subarray(0, 12))) return NOTHING;
  const version = view.getUint32(4, true);
  if (version !== VERSION) throw new StorageError('UNSUPPORTED', `the journal cannot be read: use a newer version version=${version}`);
  const generation = view.getUint32(8, true);
  const records: string[] = [];
  const ends: number[] = [];
  let checksum = generation;
  for (let at = HEADER_BYTES; at + RECORD_HEADER_BYTES <= length;) {
    const end = at + RECORD_HEADER_BYTES + view.getUint32(at, true);
    if (end > length || end === at + RECORD_HEADER_BYTES) break;
    const text = bytes.subarray(at + RECORD_HEADER_BYTES, end);
    const wanted = crc32(text, checksum);
    if (view.getUint32(at + 4, true) !== wanted) break;
    records.push(new TextDecoder().decode(text));
    ends.push(end);
    checksum = wanted;
    at = end;
  }
  return records.length === 0 ? NOTHING : { generation, records, ends, checksum };
}

function headerOf(generation: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, VERSION, true);
  view.setUint32(8, generation, true);
  view.setUint32(12, crc32(bytes.subarray(0, 12)), true);
  return bytes;
}

function recordOf(text: string, seed: number): { bytes: Uint8Array<ArrayBuffer>; checksum: number } {
  const payload = new TextEncoder().encode(text);
  const bytes = new Uint8Array(RECORD_HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  const checksum = crc32(payload, seed);
  view.setUint32(0, payload.length, true);
  view.setUint32(4, checksum, true);
  bytes.set(payload, RECORD_HEADER_BYTES);
  return { bytes, checksum };
}
