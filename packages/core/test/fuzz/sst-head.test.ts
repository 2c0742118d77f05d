// The head of a .meta whose checksum is right whatever it says: sections anywhere, any number of them, of any kind. What the readers of partitions and blocks
// make of lies is in ../rot/lies.test.ts and among the tests of the kernels.

import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { decodeHead, encodeMeta } from '../../src/sst/meta-format.ts';
import { sstInfo } from '../../src/version/version-test-kit.ts';
import { damaged } from './damage.ts';
import { tried, type Tried } from './outcome.ts';
import { watched } from './watch.ts';

const SEED = 20261123;
const NAME = 'sst/0000000001-0000000002.meta';
const TOP_SECTION = 2;
const NO_CHECKSUM = (): bigint => 0n;
const HEADER_BYTES = 24;
const SECTIONS_TO = HEADER_BYTES + 3 * 16;

const { bytes, headBytes } = encodeMeta(sstInfo(2, 1, 2), 'lz4', onePartition(), NO_CHECKSUM);
const head = bytes.slice(0, headBytes);

/** Enough of a partition for a top index to be made of it: one block, and its separator. */
function onePartition(): Uint8Array {
  const partition = new Uint8Array(128);
  const view = new DataView(partition.buffer);
  view.setUint32(0, 1, true);
  view.setUint32(20, partition.length, true);
  view.setUint32(32 + 16, 4, true);
  partition.set([1, 2, 3, 4], 32 + 20);
  return partition;
}

function read(given: Uint8Array): Tried<ReturnType<typeof decodeHead>> {
  return tried(() => decodeHead(given, bytes.length, NAME, NO_CHECKSUM));
}

/** True when it was read: its parts are views of what was given, as long as it says, and nothing is made room for. An error names the object. */
function check(given: Uint8Array): boolean {
  const { outcome, largest } = watched(() => read(given));
  const { value, refused } = outcome;
  expect([largest, refused ?? NAME]).toEqual([0, NAME]);
  expect([value?.properties, value?.top].every((part) => part === undefined || part.buffer === given.buffer)).toBe(true);
  expect(value === undefined || sectionsOf(given).every(({ offset, length }) => offset + length <= bytes.length)).toBe(true);
  const parts = [value?.properties, value?.top].map((part) => part?.length);
  expect(parts).toEqual(value === undefined ? [undefined, undefined] : [1, TOP_SECTION].map((type) => claimedBytes(given, type)));
  return value !== undefined;
}

/** What the table says of its sections. */
function sectionsOf(given: Uint8Array): { type: number; offset: number; length: number }[] {
  const view = new DataView(given.buffer, given.byteOffset);
  return Array.from({ length: view.getUint16(6, true) }, (_, i) => HEADER_BYTES + i * 16).map((at) => ({
    type: view.getUint16(at, true),
    offset: view.getUint32(at + 4, true),
    length: view.getUint32(at + 8, true),
  }));
}

/** Length of a section; the last one of its type counts. */
function claimedBytes(given: Uint8Array, type: number): number | undefined {
  return sectionsOf(given)
    .filter((section) => section.type === type)
    .at(-1)?.length;
}

describe('the head of a .meta', () => {
  it('gives its properties and its top index', () => {
    const found = read(head).value!;
    expect(JSON.parse(new TextDecoder().decode(found.properties))).toMatchObject({ entries: expect.any(Number), compression: 'lz4' });
    expect(new DataView(found.top.buffer, found.top.byteOffset).getUint32(0, true)).toBe(1);
  });

  it('cut, or changed at any place of header and section table, is refused by name or read inside of its bytes', () => {
    let taken = 0;
    for (const given of damaged(head.subarray(0, SECTIONS_TO))) {
      const whole = head.slice();
      whole.set(given.subarray(0, SECTIONS_TO));
      taken += Number(check(given.length < SECTIONS_TO ? given : whole));
    }
    expect(taken).toBeGreaterThan(100);
  });

  it(`with any section table is refused by name or read inside of its bytes (seed=${SEED})`, () => {
    const random = seededRandom(SEED);
    const view = new DataView(new ArrayBuffer(head.length));
    const lengths = [0, 1, 63, 64, head.length - 64, head.length, bytes.length, 2 ** 31, 2 ** 32 - 1];
    const outcomes = new Set<boolean>();
    for (let round = 0; round < 5000; round++) {
      const given = new Uint8Array(view.buffer.slice(0));
      given.set(head);
      const table = new DataView(given.buffer);
      table.setUint16(6, [0, 1, 2, 3, 4, 9, 0xffff][random.uint32() % 7]!, true);
      for (let at = HEADER_BYTES; at + 16 <= SECTIONS_TO + 16; at += 16) {
        table.setUint16(at, random.uint32() % 8, true);
        table.setUint16(at + 2, random.uint32() % 3, true);
        for (const field of [4, 8]) table.setUint32(at + field, lengths[random.uint32() % lengths.length]!, true);
      }
      outcomes.add(check(given));
    }
    expect(outcomes).toEqual(new Set([true, false]));
  });

  it('with more sections than it has room for is refused by name', () => {
    for (let room = 0; room < 4; room++) {
      for (const count of [room + 1, 100, 0xffff]) {
        const given = new Uint8Array(HEADER_BYTES + room * 16);
        given.set(head.subarray(0, 8));
        const view = new DataView(given.buffer);
        view.setUint16(6, count, true);
        view.setUint32(8, given.length, true);
        expect(read(given).refused).toBe(NAME);
      }
    }
  });

  it('with a critical section that it does not know needs a newer version; one that may be skipped is skipped', () => {
    const with4 = (flags: number): Uint8Array => {
      const given = head.slice();
      const view = new DataView(given.buffer);
      view.setUint16(6, 4, true);
      view.setUint16(SECTIONS_TO, 9, true);
      view.setUint16(SECTIONS_TO + 2, flags, true);
      return given;
    };
    expect(() => decodeHead(with4(1), bytes.length, NAME, NO_CHECKSUM)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED', object: NAME }),
    );
    expect(read(with4(0)).value?.top.length).toBe(read(head).value!.top.length);
  });

  it('without one of its sections is refused', () => {
    for (let section = 0; section < TOP_SECTION; section++) {
      const given = head.slice();
      new DataView(given.buffer).setUint16(HEADER_BYTES + section * 16, 3, true);
      expect(read(given).refused).toBe(NAME);
    }
  });
});
