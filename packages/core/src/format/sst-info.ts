// What the manifest records of one SST: enough to open it and to plan compactions without touching its objects.
// Fields that only later capabilities use (ingestion, clones, key separation, encryption) are part of the format from the first day.

import { MAX_STORED_KEY } from '@varve/wasm-kernels';
import { base64Decode, base64Encode } from '../base/base64.ts';
import { unreadable } from '../base/errors.ts';
import { compareBytes } from './compare-bytes.ts';
import { storedEpoch, storedNumber, storedText, unsound } from './json-checks.ts';
import { idText, parseId, type ObjectId } from './object-names.ts';

/** No memory that this version works in would take the top index of a larger one. */
const LARGEST_HEAD_BYTES = 1 << 30;

/** One SST of a version. Bounds are stored keys, both inclusive. */
export interface SstInfo {
  readonly id: ObjectId;
  /** Length of the .sst object, the .meta object, and the head of the latter. */
  readonly dataBytes: number;
  readonly metaBytes: number;
  readonly headBytes: number;
  readonly smallest: Uint8Array;
  readonly largest: Uint8Array;
  readonly minEpoch: bigint;
  readonly maxEpoch: bigint;
  readonly entries: number;
  readonly tombstones: number;
  /** Keys and values before encoding. */
  readonly rawBytes: number;
  readonly longestKey: number;
  readonly longestBlock: number;
  readonly partitions: number;
}

/** The manifest's JSON of it. Absent optional fields mean: this database, no view bounds, no assigned epoch, no segment, no value log, not encrypted. */
export interface SstInfoJson {
  id: string;
  origin?: string;
  data: number;
  meta: number;
  head: number;
  smallest: string;
  largest: string;
  minEpoch: string;
  maxEpoch: string;
  entries: number;
  tombstones: number;
  raw: number;
  longestKey: number;
  longestBlock: number;
  partitions: number;
  earliestExpiry?: string;
  viewLower?: string;
  viewUpper?: string;
  rangeDeletes?: { lower: string; upper: string };
  assignedEpoch?: string;
  segment?: string;
  valueLog?: { segment: number; live: number }[];
  encryptionKey?: string;
}

/** Fields that this version can read but not honour: refused instead of ignored. */
const LATER_FIELDS = ['origin', 'viewLower', 'viewUpper', 'rangeDeletes', 'assignedEpoch', 'segment', 'valueLog', 'encryptionKey'] as const;

export function sstInfoToJson(info: SstInfo): SstInfoJson {
  return {
    id: idText(info.id),
    data: info.dataBytes,
    meta: info.metaBytes,
    head: info.headBytes,
    smallest: base64Encode(info.smallest),
    largest: base64Encode(info.largest),
    minEpoch: String(info.minEpoch),
    maxEpoch: String(info.maxEpoch),
    entries: info.entries,
    tombstones: info.tombstones,
    raw: info.rawBytes,
    longestKey: info.longestKey,
    longestBlock: info.longestBlock,
    partitions: info.partitions,
  };
}

/** Types and ranges only: whether it is what the SST says of itself is seen when its head is read. */
export function sstInfoFromJson(json: SstInfoJson): SstInfo {
  const later = LATER_FIELDS.find((field) => json[field] !== undefined);
  if (later !== undefined) throw unreadable('SST', `field=${later}`);
  const smallest = base64Decode(storedText(json.smallest));
  const largest = base64Decode(storedText(json.largest));
  if (compareBytes(smallest, largest) > 0) throw unsound(json.largest);
  return {
    id: idFromJson(json.id),
    dataBytes: storedNumber(json.data),
    metaBytes: storedNumber(json.meta),
    headBytes: storedNumber(json.head, LARGEST_HEAD_BYTES),
    smallest,
    largest,
    minEpoch: storedEpoch(json.minEpoch),
    maxEpoch: storedEpoch(json.maxEpoch),
    entries: storedNumber(json.entries),
    tombstones: storedNumber(json.tombstones),
    rawBytes: storedNumber(json.raw),
    longestKey: storedNumber(json.longestKey, MAX_STORED_KEY),
    longestBlock: storedNumber(json.longestBlock),
    partitions: storedNumber(json.partitions),
  };
}

export function idFromJson(text: string): ObjectId {
  const id = parseId(text);
  if (id !== undefined) return id;
  throw unsound(text);
}
