import { expect, it } from 'vitest';
import {
  BUNDLE_HEADER_BYTES,
  decodeDirectory,
  directoryLength,
  encodeBundle,
  pieceChecksum,
  type BundleDirectory,
  type PieceEntry,
} from './bundle-format.ts';

const IDENTITY = 'database-log';
const bodies = [Uint8Array.from([1, 2, 3]), Uint8Array.from([4, 5, 6, 7]), Uint8Array.from([8])];
const entries = bodies.map((bytes, i): PieceEntry => ['sst/a', 8, i, bytes.length, pieceChecksum(IDENTITY, 'sst/a', i, bytes)]);
const directory: BundleDirectory = { identity: IDENTITY, mark: { number: 7, nonce: 'nonce' }, pieceBytes: 4, pieces: entries };

/** What a bundle says of itself, as whoever finds it reads it. */
function decode(bytes: Uint8Array): BundleDirectory | undefined {
  const header = bytes.slice(0, BUNDLE_HEADER_BYTES);
  const length = directoryLength(header, bytes.length);
  if (length === undefined) return undefined;
  return decodeDirectory(header, bytes.slice(BUNDLE_HEADER_BYTES, BUNDLE_HEADER_BYTES + length), bytes.length);
}

it('a bundle says what it holds, and where', () => {
  const { bytes, start } = encodeBundle(directory, bodies);
  expect(decode(bytes)).toEqual(directory);
  expect([...bytes.subarray(start)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

it('one of a history of which no manifest was seen is sound too', () => {
  const { bytes } = encodeBundle({ ...directory, mark: undefined }, bodies);
  expect(decode(bytes)).toEqual({ identity: IDENTITY, pieceBytes: 4, pieces: entries });
});

it('a bundle that was cut anywhere, or has bytes too many, is none', () => {
  const { bytes } = encodeBundle(directory, bodies);
  for (let length = 0; length < bytes.length; length++) expect(decode(bytes.subarray(0, length))).toBeUndefined();
  expect(decode(Uint8Array.from([...bytes, 0]))).toBeUndefined();
});

it('a bundle of which a bit of header or directory turned over is none', () => {
  const { bytes, start } = encodeBundle(directory, bodies);
  for (let bit = 0; bit < start * 8; bit++) {
    const damaged = bytes.slice();
    damaged[bit >> 3] ^= 1 << (bit & 7);
    expect(decode(damaged)).toBeUndefined();
  }
});

it('a directory that is no directory is refused, though its checksum fits', () => {
  const wrong: unknown[] = [
    null,
    [],
    { ...directory, identity: 1 },
    { ...directory, mark: { number: 'seven', nonce: 'nonce' } },
    { ...directory, mark: null },
    { ...directory, pieceBytes: undefined },
    { ...directory, pieceBytes: 2 },
    { ...directory, pieces: {} },
    { ...directory, pieces: [['sst/a', 8, 0, 8]] },
    { ...directory, pieces: [[1, 8, 0, 8, 1]] },
    { ...directory, pieces: entries.slice(1) },
    { ...directory, pieces: [['sst/a', 8, -1, 3, 1], ...entries.slice(1)] },
  ];
  for (const json of wrong) expect(decode(encodeBundle(json as BundleDirectory, bodies).bytes)).toBeUndefined();
});

it('the checksum of a piece knows its history, its object and its place', () => {
  const sums = [
    pieceChecksum(IDENTITY, 'sst/a', 1, bodies[0]),
    pieceChecksum(IDENTITY, 'sst/a', 2, bodies[0]),
    pieceChecksum(IDENTITY, 'sst/b', 1, bodies[0]),
    pieceChecksum('another', 'sst/a', 1, bodies[0]),
  ];
  expect(new Set(sums).size).toBe(4);
});
