// What stands in a log segment under right checksums: any payload under any type, any stream of records, headers that lie. The reader ends with what it
// found or names the segment. That damaged records are not believed is in ../rot, what a batch's entries may say in the kernels' memtable-hostile.test.ts.

import {
  BATCH_HEADER_BYTES,
  BATCH_SYNCED,
  ENTRY_HEADER_BYTES,
  instantiate,
  RECORD_HEADER_BYTES,
  RECORD_LENGTH,
  RECORD_TYPE,
  type Kernels,
} from '@varve/wasm-kernels';
import { describe, expect, it } from 'vitest';
import { seededRandom, type Random } from '../../src/base/random.ts';
import { segmentName } from '../../src/format/object-names.ts';
import {
  decodeRecord,
  encodeRecord,
  RECORD_BATCH,
  RECORD_CLOSE,
  RECORD_FENCE,
  recordBytes,
  writeRecordHeader,
} from '../../src/format/record.ts';
import { Heap } from '../../src/heap/heap.ts';
import { readRecords } from '../../src/inspect/records.ts';
import { SEGMENT_HEADER_BYTES, SegmentFormat, type SegmentSeed } from '../../src/wal/segment-format.ts';
import { SegmentReader } from '../../src/wal/segment-reader.ts';
import { damaged } from './damage.ts';
import { tried } from './outcome.ts';
import { watched } from './watch.ts';

const SEED = 20261124;
const SEGMENT = 7;
const ROOM = 8192;
const ALIGNMENT = 8;
const heap = new Heap(1 << 17);
const kernels = instantiate(heap.memory);
const format = new SegmentFormat(heap, kernels);
const reader = new SegmentReader(heap, kernels, format);
const at = heap.allocate(ROOM, 'a segment');
const header = {
  database: '00112233445566778899aabbccddeeff',
  log: 'ffeeddccbbaa99887766554433221100',
  term: 7,
  segment: SEGMENT,
  previousEnd: 0,
  previousSynced: 0,
};

/** A segment of sealed records with these types and payloads, and where it ends. */
function layOut(records: readonly (readonly [type: number, payload: Uint8Array])[]): { seed: SegmentSeed; end: number } {
  heap.bytes.fill(0, at, at + ROOM);
  const seed = format.writeHeader(at, header);
  let position = SEGMENT_HEADER_BYTES;
  for (const [type, payload] of records) {
    writeRecordHeader(heap.u32, at + position, type, payload.length);
    heap.bytes.set(payload, at + position + RECORD_HEADER_BYTES);
    kernels.recordSeal(at + position, (seed.low ^ position) >>> 0, seed.high);
    position += recordBytes(payload.length);
  }
  return { seed, end: position };
}

/** What a reader makes of it: an error has to name the segment, and room is asked for by the bytes that are there. */
function readWithin<T>(limit: number, read: () => T): T | undefined {
  const { outcome, largest } = watched(() => tried(read));
  expect(outcome.refused ?? segmentName(SEGMENT)).toBe(segmentName(SEGMENT));
  expect(largest).toBeLessThanOrEqual(8 * limit);
  return outcome.value;
}

function randomBytes(random: Random, length: number): Uint8Array {
  const small = random.uint32() % 2 === 0;
  return Uint8Array.from({ length }, () => (small && random.uint32() % 4 !== 0 ? 0 : random.uint32() & 0xff));
}

describe(`a log segment whose checksums are right (seed=${SEED})`, () => {
  it('may hold any payloads of any types: both readers end, inside of it, and ask for no room that is only claimed', () => {
    const random = seededRandom(SEED);
    const below = (limit: number): number => random.uint32() % limit;
    const seen = { scanned: 0, listed: 0 };
    for (let round = 0; round < 3000; round++) {
      const types = [RECORD_BATCH, RECORD_BATCH, RECORD_FENCE, RECORD_CLOSE, below(256)];
      const records = Array.from({ length: below(5) }, () => [types[below(types.length)]!, randomBytes(random, below(90))] as const);
      const { seed, end } = layOut(records);
      const limit = below(4) === 0 ? below(ROOM) : end;
      const scanned = readWithin(limit, () => reader.scan(at, limit, seed, inside(limit)));
      // The zeros that fill up the last record may lie behind the limit.
      expect(scanned?.end ?? 0).toBeLessThan(Math.max(limit, SEGMENT_HEADER_BYTES) + ALIGNMENT);
      expect(scanned?.entries ?? 0).toBeLessThanOrEqual(limit / ENTRY_HEADER_BYTES);
      const listed = readWithin(limit, () => [...readRecords({ heap, kernels }, format, at, limit, seed)]);
      const last = listed?.at(-1);
      const listedEnd = last === undefined ? SEGMENT_HEADER_BYTES : last.offset + last.bytes;
      expect(listed === undefined || scanned === undefined ? undefined : listedEnd).toBe(listed === undefined ? undefined : scanned?.end);
      seen.scanned += Number(scanned !== undefined);
      seen.listed += Number(listed !== undefined);
    }
    expect(Math.min(seen.scanned, seen.listed)).toBeGreaterThan(300);
  });

  it('ends where a record is damaged, at every cut and every bit, and nothing behind that is believed but as a proof', () => {
    const batch = new Uint8Array(64);
    const { seed, end } = layOut([
      [RECORD_CLOSE, new Uint8Array(8)],
      [RECORD_BATCH, batch],
    ]);
    const whole = heap.bytes.slice(at, at + end);
    const first = SEGMENT_HEADER_BYTES + recordBytes(8);
    for (const given of damaged(whole.subarray(SEGMENT_HEADER_BYTES, first))) {
      heap.bytes.set(whole, at);
      heap.bytes.set(given.subarray(0, first - SEGMENT_HEADER_BYTES), at + SEGMENT_HEADER_BYTES);
      const limit = given.length < first - SEGMENT_HEADER_BYTES ? SEGMENT_HEADER_BYTES + given.length : end;
      const isWhole = heap.bytes.subarray(at, at + limit).every((byte, i) => byte === whole[i]) && limit === end;
      const found = reader.scan(at, limit, seed, inside(limit));
      expect(found.end).toBe(isWhole ? end : SEGMENT_HEADER_BYTES);
      expect(found.proof).toBe(false);
    }
  });

  it('is searched for proofs wherever one may stand: a record that knows the damaged place as durable', () => {
    for (let length = 0; length <= 48; length++) {
      for (const [type, known] of [
        [RECORD_BATCH, BATCH_SYNCED],
        [RECORD_CLOSE, 0],
      ] as const) {
        const proof = new Uint8Array(type === RECORD_BATCH ? BATCH_HEADER_BYTES : 8);
        new DataView(proof.buffer).setUint32(known, SEGMENT_HEADER_BYTES + 1, true);
        const { seed, end } = layOut([
          [RECORD_BATCH, new Uint8Array(BATCH_HEADER_BYTES + length)],
          [type, proof],
        ]);
        heap.bytes[at + SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES] = 1;
        expect(reader.scan(at, end, seed, inside(end)), `length=${length} type=${type}`).toMatchObject({
          end: SEGMENT_HEADER_BYTES,
          proof: true,
        });
      }
    }
  });

  it('is searched for proofs at a cost that its bytes bound, though users may store what looks like records', () => {
    const likeRecords = new Uint8Array(4096);
    const words = new DataView(likeRecords.buffer);
    for (let i = BATCH_HEADER_BYTES; i < likeRecords.length; i += ALIGNMENT) {
      words.setUint32(i, 2000, true);
      words.setUint32(i + RECORD_TYPE, RECORD_BATCH | (1 << 8), true);
    }
    const synced = new Uint8Array(32);
    new DataView(synced.buffer).setUint32(BATCH_SYNCED, SEGMENT_HEADER_BYTES + 1, true);
    for (const last of [new Uint8Array(32), synced]) {
      const { seed, end } = layOut([
        [RECORD_CLOSE, new Uint8Array(8)],
        [RECORD_BATCH, likeRecords],
        [RECORD_BATCH, last],
      ]);
      heap.u32[(at + SEGMENT_HEADER_BYTES + RECORD_HEADER_BYTES) >>> 2] = 1;
      let hashed = 0;
      const counting: Kernels = {
        ...kernels,
        recordCheck(record, limit, low, high) {
          const length = heap.view.getUint32(record + RECORD_LENGTH, true);
          if (record + RECORD_HEADER_BYTES + length <= limit) hashed += length;
          return kernels.recordCheck(record, limit, low, high);
        },
      };
      const { proof } = new SegmentReader(heap, counting, format).scan(at, end, seed, inside(end));
      expect(proof).toBe(last === synced);
      expect(hashed).toBeLessThan(2 * end);
    }
  });

  it('has a header in no other 80 bytes', () => {
    const random = seededRandom(SEED + 1);
    layOut([]);
    const whole = heap.bytes.slice(at, at + SEGMENT_HEADER_BYTES);
    for (let round = 0; round < 5000; round++) {
      const noise = randomBytes(random, SEGMENT_HEADER_BYTES);
      const from = random.uint32() % SEGMENT_HEADER_BYTES;
      const length = 1 + (random.uint32() % (SEGMENT_HEADER_BYTES - from));
      heap.bytes.set(whole, at);
      heap.bytes.set(noise.subarray(0, length), at + from);
      const isSame = heap.bytes.subarray(at, at + SEGMENT_HEADER_BYTES).every((byte, i) => byte === whole[i]);
      expect(format.readHeader(at) === undefined, `round=${round}`).toBe(!isSame);
    }
  });

  function inside(limit: number): (payload: number, length: number) => void {
    return (payload, length) => {
      const behind = payload + length - at - limit;
      if (behind > 0) throw new Error(`a batch leaves the segment payload=${payload - at} length=${length} behind=${behind}`);
    };
  }
});

describe('a fence or a close record', () => {
  it('is read only where its payload is exactly as long as it says', () => {
    const random = seededRandom(SEED + 2);
    for (let round = 0; round < 3000; round++) {
      const length = random.uint32() % 200;
      const payload = randomBytes(random, length);
      if (round % 2 === 0 && length >= 12) new DataView(payload.buffer).setUint32(8, random.uint32() % 13, true);
      heap.bytes.fill(0xff, at, at + ROOM);
      heap.bytes.set(payload, at);
      const { outcome: fence, largest } = watched(() => format.readFence(at, length));
      const count = length < 16 ? -1 : new DataView(payload.buffer).getUint32(8, true);
      expect(fence?.entries.length).toBe(count >= 0 && length === 16 + 16 * count ? count : undefined);
      expect(largest).toBeLessThanOrEqual(length);
      expect(format.readClose(at, length) !== undefined).toBe(length === 8);
    }
  });
});

describe('a record by itself', () => {
  const room = heap.allocatedBytes;
  const MANIFEST = 5;
  const sample = encodeRecord(heap, kernels, 16, new TextEncoder().encode('{"edits":[]}'), MANIFEST);

  it('is read as it was written, also with bytes behind it', () => {
    for (const behind of [0, 1, 100]) {
      const read = decodeRecord(heap, kernels, Uint8Array.from([...sample, ...new Uint8Array(behind).fill(7)]), MANIFEST)!;
      expect([read.type, new TextDecoder().decode(read.payload)]).toEqual([16, '{"edits":[]}']);
    }
  });

  it('is none with any damage that its checksum covers, and takes no room for what it claims', () => {
    const covered = RECORD_HEADER_BYTES + new DataView(sample.buffer).getUint32(RECORD_LENGTH, true);
    for (const given of damaged(sample)) {
      const isSame = given.length >= covered && given.subarray(0, covered).every((byte, i) => byte === sample[i]);
      const { outcome, largest } = watched(() => decodeRecord(heap, kernels, given, MANIFEST));
      expect(outcome !== undefined).toBe(isSame);
      expect(largest).toBe(0);
      expect(heap.allocatedBytes).toBe(room);
    }
  });
});
