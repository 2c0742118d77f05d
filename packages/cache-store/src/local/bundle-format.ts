// A bundle: an object of the local store that holds many pieces. It is written whole and dropped whole, so that there are few objects and no holes.
//
//   0  u32 magic 'VBUN'     4  u16 format version 1     6  u16 0
//   8  u32 length of the directory     12  u32 CRC-32C of bytes 0..12 and the directory
//   16 directory (JSON)     .. pieces, one behind the other, in the order of the directory
//
// The checksum of a piece covers identity, name and index as well: what stands in another's place is damage.

import type { ManifestMark } from '../history/history.ts';
import { crc32 } from './crc32.ts';

const MAGIC = 0x4e554256;
const VERSION = 1;
export const BUNDLE_HEADER_BYTES = 16;
const CHECKSUM_AT = 12;

/** A piece as the directory says. `objectBytes` 0: how long its object is was not known yet. */
export type PieceEntry = readonly [name: string, objectBytes: number, index: number, length: number, checksum: number];

/** What a bundle says of itself. */
export interface BundleDirectory {
  /** History that the pieces belong to. */
  readonly identity: string;
  /** The newest manifest of it that was known. */
  readonly mark: ManifestMark | undefined;
  readonly pieceBytes: number;
  readonly pieces: readonly PieceEntry[];
}

/** Checksum of a piece in its place. */
export function pieceChecksum(identity: string, name: string, index: number, bytes: Uint8Array): number {
  return crc32(bytes, crc32(new TextEncoder().encode(`${identity} ${name} ${index}`)));
}

/** The object, and where its pieces begin. */
export function encodeBundle(directory: BundleDirectory, pieces: readonly Uint8Array[]): { bytes: Uint8Array<ArrayBuffer>; start: number } {
  const json = new TextEncoder().encode(JSON.stringify(directory));
  const start = BUNDLE_HEADER_BYTES + json.length;
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, start));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, VERSION, true);
  view.setUint32(8, json.length, true);
  bytes.set(json, BUNDLE_HEADER_BYTES);
  view.setUint32(CHECKSUM_AT, directoryChecksum(bytes, json), true);
  let at = start;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return { bytes, start };
}

/** Length of the directory of a bundle of `size` bytes, or undefined when that is no bundle. */
export function directoryLength(header: Uint8Array, size: number): number | undefined {
  if (header.length < BUNDLE_HEADER_BYTES) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  const isBundle = view.getUint32(0, true) === MAGIC && view.getUint16(4, true) === VERSION && view.getUint16(6, true) === 0;
  const length = view.getUint32(8, true);
  return isBundle && BUNDLE_HEADER_BYTES + length <= size ? length : undefined;
}

/** The directory of a bundle of `size` bytes, or undefined when it is damaged. */
export function decodeDirectory(header: Uint8Array, json: Uint8Array, size: number): BundleDirectory | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.length);
  if (view.getUint32(CHECKSUM_AT, true) !== directoryChecksum(header, json)) return undefined;
  try {
    const directory = JSON.parse(new TextDecoder().decode(json)) as BundleDirectory;
    return isSound(directory, size - BUNDLE_HEADER_BYTES - json.length) ? directory : undefined;
  } catch {
    // Not ours under a checksum that fits: as good as damaged.
    return undefined;
  }
}

function directoryChecksum(header: Uint8Array, json: Uint8Array): number {
  return crc32(json, crc32(header.subarray(0, CHECKSUM_AT)));
}

function isSound({ identity, mark, pieceBytes, pieces }: BundleDirectory, bytes: number): boolean {
  if (typeof identity !== 'string' || (mark !== undefined && !isMark(mark)) || !Number.isSafeInteger(pieceBytes)) return false;
  return pieces.every((entry) => isEntry(entry, pieceBytes)) && pieces.reduce((sum, [, , , length]) => sum + length, 0) === bytes;
}

function isMark({ number, nonce }: ManifestMark): boolean {
  return Number.isSafeInteger(number) && typeof nonce === 'string';
}

function isEntry([name, ...numbers]: PieceEntry, pieceBytes: number): boolean {
  const areNumbers = numbers.length === 4 && numbers.every((n) => Number.isSafeInteger(n) && n >= 0);
  return typeof name === 'string' && areNumbers && numbers[2] > 0 && numbers[2] <= pieceBytes;
}
