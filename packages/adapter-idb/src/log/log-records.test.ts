import { seededRandom } from '@varve/core';
import { describe, expect, it } from 'vitest';
import { PIECE_BYTES } from '../connection/schema.ts';
import { MERGED_BYTES, recordsOf, type LogRecord } from './log-records.ts';

const sample = (length: number, seed: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 7) % 256);

/** A segment as its records, by position. */
class Segment {
  readonly records = new Map<number, ArrayBuffer>();
  last: LogRecord | undefined;

  append(bytes: Uint8Array, position: number): void {
    const records = recordsOf(this.last, bytes, position);
    for (const record of records) this.records.set(record.position, record.bytes);
    this.last = records.at(-1);
  }

  bytes(): Uint8Array {
    const ordered = [...this.records].sort(([a], [b]) => a - b);
    const whole = new Uint8Array(ordered.reduce((end, [position, bytes]) => Math.max(end, position + bytes.byteLength), 0));
    let end = 0;
    for (const [position, bytes] of ordered) {
      if (position !== end) throw new Error(`a record should be at ${end}, not at ${position}`);
      whole.set(new Uint8Array(bytes), position);
      end = position + bytes.byteLength;
    }
    return whole;
  }
}

describe('the records of appends', () => {
  it.each([1, 2, 3, 4, 5])('hold what was appended, whatever was repeated, under seed %i', (seed) => {
    const random = seededRandom(seed);
    const segment = new Segment();
    const whole = sample(400_000, seed);
    for (let position = 0; position < whole.length;) {
      const most = [50, 3000, 5000, 150_000][random.uint32() % 4];
      const end = Math.min(whole.length, position + 1 + (random.uint32() % most));
      for (let times = random.uint32() % 3; times >= 0; times--) segment.append(whole.slice(position, end), position);
      position = end;
    }
    expect(segment.bytes()).toEqual(whole);
    expect(segment.records.size).toBeLessThan((2 * whole.length) / MERGED_BYTES + 2);
    expect(Math.max(...[...segment.records.values()].map((bytes) => bytes.byteLength))).toBeLessThanOrEqual(PIECE_BYTES);
  });

  it('have buffers of their own', () => {
    const memory = new Uint8Array(100_000);
    const [first] = recordsOf(undefined, memory.subarray(10, 20), 0);
    expect(first.bytes.byteLength).toBe(10);
    const [merged] = recordsOf(first, memory.subarray(20, 25), 10);
    expect(merged).toEqual({ position: 0, bytes: new ArrayBuffer(15) });
    expect(merged.bytes).not.toBe(first.bytes);
  });
});
