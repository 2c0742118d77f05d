// Segment headers, fences and close records: what was written is read back, and nothing else passes for it.

import { instantiate, RECORD_HEADER_BYTES } from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { RECORD_CLOSE, RECORD_FENCE } from '../format/record.ts';
import { Heap } from '../heap/heap.ts';
import { SEGMENT_HEADER_BYTES, SegmentFormat, type FenceEntry, type SegmentHeader, type SegmentSeed } from './segment-format.ts';

const header: SegmentHeader = {
  database: '00112233445566778899aabbccddeeff',
  log: 'ffeeddccbbaa99887766554433221100',
  term: 7,
  segment: 2 ** 40 + 3,
  previousEnd: 123_456,
  previousSynced: 4096,
};

function setUp() {
  const heap = new Heap(1 << 17);
  const kernels = instantiate(heap.memory);
  const segments = new SegmentFormat(heap, kernels);
  const at = heap.allocate(4096, 'a segment');
  heap.bytes.fill(0xee, at, at + 4096);
  return {
    heap,
    segments,
    at,
    u64: (offset: number): bigint => heap.view.getBigUint64(at + offset, true),
    /** Length of the payload of the record at `address`, -1 when it is damaged, as a reader of the log finds out. */
    check: (address: number, position: number, seed: SegmentSeed): number =>
      kernels.recordCheck(address, at + 4096, (seed.low ^ position) >>> 0, seed.high),
  };
}

describe('a segment header', () => {
  it('is laid out as FORMAT.md draws it', () => {
    const { segments, heap, at, u64 } = setUp();
    segments.writeHeader(at, header);
    expect(new TextDecoder().decode(heap.bytes.subarray(at, at + 4))).toBe('VWAL');
    expect([heap.view.getUint16(at + 4, true), heap.view.getUint16(at + 6, true)]).toEqual([1, 0]);
    expect([...heap.bytes.subarray(at + 8, at + 11)]).toEqual([0x00, 0x11, 0x22]);
    expect([...heap.bytes.subarray(at + 24, at + 27)]).toEqual([0xff, 0xee, 0xdd]);
    expect([u64(40), u64(48), u64(56), u64(64)]).toEqual([7n, 2n ** 40n + 3n, 123_456n, 4096n]);
    expect(heap.bytes[at + SEGMENT_HEADER_BYTES]).toBe(0xee);
  });

  it('is read as it was written, with the seed of its records', () => {
    const { segments, at } = setUp();
    const seed = segments.writeHeader(at, header);
    expect(segments.readHeader(at)).toEqual({ ...header, version: 1, seed });
  });

  it('is none with any of its bits turned over', () => {
    const { segments, heap, at } = setUp();
    segments.writeHeader(at, header);
    const accepted: number[] = [];
    for (let bit = 0; bit < SEGMENT_HEADER_BYTES * 8; bit++) {
      heap.bytes[at + (bit >>> 3)] ^= 1 << (bit & 7);
      if (segments.readHeader(at) !== undefined) accepted.push(bit);
      heap.bytes[at + (bit >>> 3)] ^= 1 << (bit & 7);
    }
    expect(accepted).toEqual([]);
    expect(segments.readHeader(at)).toBeDefined();
  });

  it('is none in zeros', () => {
    const { segments, heap, at } = setUp();
    heap.bytes.fill(0, at, at + SEGMENT_HEADER_BYTES);
    expect(segments.readHeader(at)).toBeUndefined();
  });

  it.each([
    ['database', { database: '00112233445566778899aabbccddeefe' }],
    ['log', { log: 'ffeeddccbbaa99887766554433221101' }],
    ['term', { term: 8 }],
    ['segment', { segment: 4 }],
  ])('seeds its records so that those of another %s are not taken for its own', (_, other) => {
    const { segments, at, check } = setUp();
    const theirs = segments.writeHeader(at, { ...header, ...other });
    const record = at + SEGMENT_HEADER_BYTES;
    segments.writeClose(record, SEGMENT_HEADER_BYTES, theirs, 5);
    const ours = segments.writeHeader(at, header);
    expect(check(record, SEGMENT_HEADER_BYTES, theirs)).toBe(8);
    expect(check(record, SEGMENT_HEADER_BYTES, ours)).toBe(-1);
  });
});

describe('a fence record', () => {
  const entries: FenceEntry[] = [
    { segment: 3, end: 64 },
    { segment: 2 ** 40, end: 2 ** 33 },
  ];

  it.each([0, 1, 2])('with %i segments is read as it was written', (count) => {
    const { segments, at, check, heap } = setUp();
    const seed = segments.writeHeader(at, header);
    const record = at + SEGMENT_HEADER_BYTES;
    const length = segments.writeFence(record, SEGMENT_HEADER_BYTES, seed, 7, entries.slice(0, count));
    expect(length).toBe(RECORD_HEADER_BYTES + 16 + count * 16);
    expect(heap.bytes[record + 4]).toBe(RECORD_FENCE);
    const payload = check(record, SEGMENT_HEADER_BYTES, seed);
    expect(payload).toBe(16 + count * 16);
    expect(segments.readFence(record + RECORD_HEADER_BYTES, payload)).toEqual({ term: 7, entries: entries.slice(0, count) });
  });

  it('holds for its place only', () => {
    const { segments, at, check } = setUp();
    const seed = segments.writeHeader(at, header);
    const record = at + SEGMENT_HEADER_BYTES;
    segments.writeFence(record, SEGMENT_HEADER_BYTES, seed, 7, entries);
    expect(check(record, SEGMENT_HEADER_BYTES + 8, seed)).toBe(-1);
  });

  it('whose length contradicts its count is none', () => {
    const { segments, at } = setUp();
    const seed = segments.writeHeader(at, header);
    const payload = at + SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES;
    segments.writeFence(at + SEGMENT_HEADER_BYTES, SEGMENT_HEADER_BYTES, seed, 7, entries);
    const accepted = Array.from({ length: 100 }, (_, length) => length).filter(
      (length) => segments.readFence(payload, length) !== undefined,
    );
    expect(accepted).toEqual([48]);
  });
});

describe('a close record', () => {
  it('says how much is durable', () => {
    const { segments, at, check, heap } = setUp();
    const seed = segments.writeHeader(at, header);
    const record = at + SEGMENT_HEADER_BYTES;
    expect(segments.writeClose(record, SEGMENT_HEADER_BYTES, seed, 2 ** 33 + 8)).toBe(RECORD_HEADER_BYTES + 8);
    expect(heap.bytes[record + 4]).toBe(RECORD_CLOSE);
    expect(check(record, SEGMENT_HEADER_BYTES, seed)).toBe(8);
    expect(segments.readClose(record + RECORD_HEADER_BYTES, 8)).toBe(2 ** 33 + 8);
    expect(segments.readClose(record + RECORD_HEADER_BYTES, 16)).toBeUndefined();
  });
});
