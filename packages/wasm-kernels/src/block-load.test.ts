// Stored blocks become payloads only when checksum, compression and outline are as docs/FORMAT.md draws them.

import { describe, expect, it } from 'vitest';
import { GuardedMemory } from './guarded-memory-test-kit.ts';
import { BLOCK_ENTRIES, BLOCK_HEADER_BYTES, BLOCK_RESTARTS, BLOCK_VALUES, CODEC_LZ4, CODEC_NONE, TRAILER_BYTES } from './layout.ts';
import { randomBytes, randomNumbers } from './memory-test-kit.ts';
import { encodeBlock, sealBlock, storeBlock } from './reference-block-test-kit.ts';
import { randomEntries, randomKeys } from './reading-entries-test-kit.ts';

const SEED = 20261123;
const ID = { term: 0x89abcdef, counter: 0xfedcba98 };
const OFFSET = 0xf2345678;
const REFUSED = -1;
const ROOM = 0x8000;
const UNTOUCHED = 0x77;

const guarded = new GuardedMemory(8);
const { kernels, putAtEnd, take } = guarded.memory;
const target = guarded.take(ROOM);

describe(`blockLoad (random seed ${SEED})`, () => {
  it('gives the payload of blocks of both codecs', () => {
    const seen = new Set<number>();
    for (const payload of payloads(40)) {
      for (const lz4 of [false, true]) {
        const stored = storeBlock(payload, ID, OFFSET, lz4);
        seen.add(stored[stored.length - TRAILER_BYTES]);
        expect(load(stored, payload.length)).toBe(payload.length);
        expect(take(target, payload.length)).toEqual(payload);
        expect(kernels.blockPayloadLength(putAtEnd(stored), stored.length)).toBe(payload.length);
      }
    }
    expect(seen).toEqual(new Set([CODEC_NONE, CODEC_LZ4]));
    expect(guarded.damage()).toBeUndefined();
  });

  it('refuses a block that belongs to another place', () => {
    const [payload] = payloads(1);
    const stored = storeBlock(payload, ID, OFFSET, true);
    const places = [
      [ID.term ^ 1, ID.counter, OFFSET],
      [ID.term, ID.counter ^ 0x80000000, OFFSET],
      [ID.term, ID.counter, OFFSET ^ 0x40000000],
    ];
    for (const [term, counter, offset] of places) {
      expect(kernels.blockLoad(putAtEnd(stored), stored.length, term, counter, offset, target, ROOM)).toBe(REFUSED);
    }
  });

  it('refuses every block with a flipped bit and every truncated block', () => {
    for (const lz4 of [false, true]) {
      const stored = storeBlock(payloads(1)[0], ID, OFFSET, lz4);
      for (let bit = 0; bit < stored.length * 8; bit++) {
        const flipped = stored.slice();
        flipped[bit >> 3] ^= 1 << (bit & 7);
        expect(load(flipped, ROOM), `bit=${bit}`).toBe(REFUSED);
      }
      for (let length = 0; length < stored.length; length++) expect(load(stored.slice(0, length), ROOM), `length=${length}`).toBe(REFUSED);
    }
  });

  it('refuses a payload larger than the room, and writes nothing behind the room', () => {
    for (const lz4 of [false, true]) {
      const [payload] = payloads(1);
      const stored = storeBlock(payload, ID, OFFSET, lz4);
      expect(load(stored, payload.length - 1)).toBe(REFUSED);
      expect(take(target + payload.length - 1, 64)).toEqual(new Uint8Array(64).fill(UNTOUCHED));
    }
  });

  it('refuses trailers of another version, dictionary, codec or length, though their checksum is right', () => {
    const [payload] = payloads(1);
    const lies: [number, number][] = [
      [0, 2],
      [1, 2],
      [1, 0],
      [2, 1],
      [3, 1],
      [4, payload.length + 1],
      [4, payload.length - 1],
    ];
    for (const lz4 of [false, true]) {
      for (const [field, value] of lies) {
        const stored = storeBlock(payload, ID, OFFSET, lz4);
        stored[stored.length - TRAILER_BYTES + field] = value;
        expect(load(sealBlock(stored, ID, OFFSET), ROOM), `field=${field}`).toBe(REFUSED);
      }
    }
  });

  it('refuses outlines that contradict themselves, though their checksum is right', () => {
    const [payload] = payloads(1);
    const view = new DataView(payload.buffer);
    const restarts = view.getUint16(BLOCK_RESTARTS, true);
    const values = view.getUint32(BLOCK_VALUES, true);
    const first = view.getUint32(BLOCK_HEADER_BYTES, true);
    expect(restarts).toBeGreaterThan(2);
    const lies: [string, (lying: DataView) => void][] = [
      ['no restart', (lying) => lying.setUint16(BLOCK_RESTARTS, 0, true)],
      ['a restart less', (lying) => lying.setUint16(BLOCK_RESTARTS, restarts - 1, true)],
      ['a restart more', (lying) => lying.setUint16(BLOCK_RESTARTS, restarts + 1, true)],
      ['restarts beyond the payload', (lying) => lying.setUint16(BLOCK_RESTARTS, 0xffff, true)],
      ['fewer entries than restarts', (lying) => lying.setUint16(BLOCK_ENTRIES, restarts - 1, true)],
      ['more entries than restarts allow', (lying) => lying.setUint16(BLOCK_ENTRIES, restarts * 16 + 1, true)],
      ['values behind the payload', (lying) => lying.setUint32(BLOCK_VALUES, payload.length + 1, true)],
      ['values before the entries', (lying) => lying.setUint32(BLOCK_VALUES, first, true)],
      ['values elsewhere than the first value', (lying) => lying.setUint32(BLOCK_VALUES, values + 1, true)],
      ['entries behind a gap', (lying) => lying.setUint32(BLOCK_HEADER_BYTES, first + 1, true)],
      ['restart points that do not ascend', (lying) => lying.setUint32(BLOCK_HEADER_BYTES + 8, first, true)],
      ['a restart point among the values', (lying) => lying.setUint32(BLOCK_HEADER_BYTES + 8, values, true)],
      ['a value before the values', (lying) => lying.setUint32(BLOCK_HEADER_BYTES + 12, values - 1, true)],
      ['a value behind the payload', (lying) => lying.setUint32(BLOCK_HEADER_BYTES + 12, payload.length + 1, true)],
    ];
    for (const [name, lie] of lies) {
      const lying = payload.slice();
      lie(new DataView(lying.buffer));
      expect(load(storeBlock(lying, ID, OFFSET, false), ROOM), name).toBe(REFUSED);
    }
  });

  it('refuses payloads too short for a header', () => {
    for (let length = 0; length <= BLOCK_HEADER_BYTES; length++) {
      expect(load(storeBlock(new Uint8Array(length), ID, OFFSET, false), ROOM), `length=${length}`).toBe(REFUSED);
    }
  });
});

describe('blockPayloadLength', () => {
  it('answers 0 for what is too short for a trailer, and never a negative number', () => {
    for (let length = 0; length < TRAILER_BYTES; length++) {
      expect(kernels.blockPayloadLength(putAtEnd(new Uint8Array(length)), length)).toBe(0);
    }
    expect(kernels.blockPayloadLength(putAtEnd(new Uint8Array(TRAILER_BYTES).fill(0xff)), TRAILER_BYTES)).toBe(0x7fffffff);
  });
});

/** Payloads of up to some dozens of entries; the first has several restart points. */
function payloads(count: number): Uint8Array<ArrayBuffer>[] {
  const random = randomNumbers(SEED);
  return Array.from({ length: count }, (_, index) => {
    const keys = randomKeys(random, 'decimal', index ? 1 + random(60) : 40);
    const entries = randomEntries(keys, { random, usual: 2, many: 2, valueBytes: 20 });
    return encodeBlock(entries.map((entry) => ({ ...entry, value: index % 2 ? entry.value : randomBytes(random, entry.value.length, 2) })));
  });
}

/** Loads a stored block that lies where the memory ends. */
function load(stored: Uint8Array, capacity: number): number {
  guarded.memory.bytes.fill(UNTOUCHED, target, target + ROOM);
  return kernels.blockLoad(putAtEnd(stored), stored.length, ID.term, ID.counter, OFFSET, target, capacity);
}
