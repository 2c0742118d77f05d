// Blocks whose outline is sound and whose entries lie, one lie each: every way to read them says that they are corrupt, and touches nothing outside.

import { describe, expect, it } from 'vitest';
import { ByteWriter } from './byte-writer-test-kit.ts';
import { BLOCK_HEADER_BYTES, INTERVAL_KEY_BYTES, KIND_PUT, STATUS_CORRUPT, TRAILER_BYTES } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { NOW } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { PageRequest } from './reading-world-test-kit.ts';
import { sealBlock } from './reference-block-test-kit.ts';
import type { ReferenceEntry, ReferenceRange } from './reference-entry-test-kit.ts';

const SEED = 20261128;
const LONGEST_KEY = 300;
const NEWEST = 2n ** 64n - 1n;
const VALUES = 40;

/** Entries of an interval, and how many bytes of values it has. */
interface LyingInterval {
  readonly entries: Uint8Array;
  readonly values: number;
}

/** An entry as it would be written; `tail` stands where optional fields and key do. */
interface WrittenEntry {
  readonly kindAndFlags?: number;
  readonly shared?: number | bigint;
  readonly unshared?: number | bigint;
  readonly valueLength?: number | bigint;
  readonly epoch?: bigint;
  readonly tail?: readonly number[];
}

/** A name, and the intervals of the block. */
type Lie = [string, ...LyingInterval[]];

const lies: Lie[] = [
  ['a key that ends behind the entries', interval([plain('a'), { unshared: 2, tail: [0x62] }])],
  ['a key that ends behind the memory', interval([plain('a'), { unshared: 0x7f, tail: [0x62] }])],
  ['a key as long as numbers go', interval([plain('a'), { unshared: 0xffffffff, tail: [0x62] }])],
  ['a key length of more than 32 bits', interval([plain('a'), { unshared: 0x1ffffffffn, tail: [0x62] }])],
  ['a key that shares more than there is', interval([plain('a'), { shared: 2, unshared: 1, tail: [0x62] }])],
  ['a key that shares bytes at a restart point', interval([{ shared: 1, unshared: 1, tail: [0x62] }, plain('c')])],
  ['a value that ends behind the block', interval([plain('a'), { unshared: 1, valueLength: VALUES, tail: [0x62] }])],
  ['a value as long as numbers go', interval([plain('a'), { unshared: 1, valueLength: 0xffffffff, tail: [0x62] }])],
  ['an unknown kind', interval([plain('a'), { kindAndFlags: 5, unshared: 1, tail: [0x62] }])],
  ['an unknown flag', interval([plain('a'), { kindAndFlags: 0x40, unshared: 1, tail: [0x62] }])],
  ['an expiry that ends behind the entries', interval([plain('a'), { kindAndFlags: 0x10, unshared: 0, tail: [0x80] }])],
  ['an extension that ends behind the entries', interval([plain('a'), { kindAndFlags: 0x20, unshared: 0, tail: [1] }])],
  [
    'an extension as long as numbers go',
    interval([plain('a'), { kindAndFlags: 0x20, unshared: 0, tail: [0xff, 0xff, 0xff, 0xff, 0xf, 0x62] }]),
  ],
  ['a header that ends behind the entries', { entries: concat(interval(letters(3).map(plain)).entries, [0, 0, 1]), values: 3 }],
  ['a header that is one byte', { entries: concat(interval(letters(3).map(plain)).entries, [0]), values: 3 }],
  ['an epoch without an end', { entries: concat(interval(letters(3).map(plain)).entries, [0, 0, 0, 0, ...filled(20)]), values: 3 }],
  [
    'values that wrap around',
    interval([plain('a'), { unshared: 1, valueLength: 0xffffffff, tail: [0x62] }, { unshared: 1, valueLength: 3, tail: [0x63] }]),
  ],
  [
    'a header that ends among the values',
    { entries: concat(interval([{ unshared: 1, valueLength: 40, tail: [0x61] }]).entries, [0, 0, 1]), values: 40 },
  ],
  ['a restart point whose key ends behind the memory', interval([plain('a'), plain('b')]), interval([{ unshared: 0x7f, tail: [0x63] }])],
  ['more entries than an interval has', interval(letters(40).map(plain))],
];

/** Lies that only those notice who decode the whole interval. */
const subtleLies: Lie[] = [
  ['a key longer than the longest', interval([plain('a'), { unshared: LONGEST_KEY + 1, tail: filled(LONGEST_KEY + 1) }])],
  ['values that no entry has', interval([plain('a'), plain('b')], VALUES)],
  ['longer keys than an interval has', interval(letters(16).map((last, index) => longKey(last, index > 0)))],
];

const pages = [request(false), request(true), request(false, { lower: bytesOf('') }), request(true, { upper: bytesOf('z') })];

describe('a block that lies', () => {
  it('is read when it does not', () => {
    const world = worldOf(interval(letters(16).map(plain)));
    expect(world.page(request(true)).entries).toHaveLength(16);
    expect(world.get(bytesOf('a'), NEWEST)?.epoch).toBe(1n);
  });

  it.each(lies)('is corrupt with %s', (_name, ...intervals) => {
    readOften(worldOf(...intervals), (world) => {
      for (const page of pages) expect(world.page(page).status).toBe(STATUS_CORRUPT);
      expect(() => world.get(bytesOf('z'), NEWEST)).toThrow(`status=${STATUS_CORRUPT}`);
    });
  });

  it.each(subtleLies)('is corrupt for scans with %s, and harmless for others', (_name, ...intervals) => {
    readOften(worldOf(...intervals), (world) => {
      const whole = pages.filter((page) => !page.upper && !page.lower);
      for (const page of pages.filter((one) => !whole.includes(one))) world.page(page);
      expect(whole.map((page) => world.page(page).status)).toEqual(whole.map(() => STATUS_CORRUPT));
      expect(world.get(bytesOf('z'), NEWEST)).toBeUndefined();
    });
  });
});

describe('a restart point that lies', () => {
  it('is compared only as far as the block reaches', () => {
    const intervals = [interval([plain('a'), plain('b')]), interval([{ unshared: 0x7f, tail: [0x63] }])];
    readOften(worldOf(...intervals), (world) => {
      expect(() => world.get(bytesOf('c'.repeat(50)), NEWEST)).toThrow(`status=${STATUS_CORRUPT}`);
    });
  });
});

/** Again and again, in other frames: one of them ends where the memory ends. */
function readOften(world: ReadingWorld, read: (world: ReadingWorld) => void): void {
  for (let round = 0; round < 8; round++) {
    read(world);
    expect(world.guarded.damage()).toBeUndefined();
    world.frames.evictSome(100);
  }
}

function request(reverse: boolean, range: ReferenceRange = {}): PageRequest {
  return { ...range, reverse, keysOnly: false, epoch: NEWEST, now: NOW, limit: 1000, pageBytes: 0x10000 };
}

/** A world with one SST of one block, which is replaced by the lying one, sealed as if it were true. */
function worldOf(...intervals: LyingInterval[]): ReadingWorld {
  const payload = payloadOf(intervals);
  const frame = payload.length - BLOCK_HEADER_BYTES - 8;
  const entry = (text: string, value: number): ReferenceEntry => {
    return { key: bytesOf(text), epoch: 1n, kind: KIND_PUT, value: new Uint8Array(value), expiry: 0n, extension: undefined };
  };
  // Two entries with 5 bytes of header and 1 of key each take as many bytes as the lie does.
  const header = frame - 12 >= 128 + 1 ? 13 : 12;
  const cut = { blockTarget: 100_000, partitionTarget: 400, lz4: false, shortSeparators: true, filter: false };
  const world = new ReadingWorld([{ kind: 'run', ssts: [[entry('a', 0), entry('z', frame - header)]] }], {
    ...cut,
    frames: 3,
    evictPercent: 0,
    firstHitWins: true,
    random: randomNumbers(SEED),
    pages: 8,
    longestKey: LONGEST_KEY,
  });
  const [sst] = world.ssts.values();
  expect(sst.data.length).toBe(payload.length + TRAILER_BYTES);
  sst.data.set(payload);
  sealBlock(sst.data, sst.id, 0);
  return world;
}

function payloadOf(intervals: readonly LyingInterval[]): Uint8Array<ArrayBuffer> {
  const start = BLOCK_HEADER_BYTES + intervals.length * 8;
  const values = intervals.reduce((sum, { entries }) => sum + entries.length, start);
  const payload = new ByteWriter();
  payload.u16(intervals.length);
  payload.u16(2);
  payload.u32(values);
  payload.u64(1n);
  let [at, value] = [start, values];
  for (const interval of intervals) {
    payload.u32(at);
    payload.u32(value);
    at += interval.entries.length;
    value += interval.values;
  }
  for (const { entries } of intervals) payload.bytes(entries);
  payload.bytes(new Uint8Array(value - values));
  return payload.finish();
}

/** Entries one behind the other, and values of so many bytes: by default of those that plain entries have. */
function interval(written: readonly WrittenEntry[], values = written.length): LyingInterval {
  const entries = new ByteWriter();
  for (const { kindAndFlags = KIND_PUT, shared = 0, unshared = 0, valueLength = 1, epoch = 0n, tail = [] } of written) {
    entries.u8(kindAndFlags);
    entries.varint(shared);
    entries.varint(unshared);
    entries.varint(valueLength);
    entries.varint(epoch);
    entries.bytes(Uint8Array.from(tail));
  }
  return { entries: entries.finish(), values };
}

/** A true entry with a value of one byte. */
function plain(key: string): WrittenEntry {
  return { unshared: key.length, tail: [...bytesOf(key)] };
}

/** Of the longest key's length: it shares its first byte with the one before. */
function longKey(last: string, isShared: boolean): WrittenEntry {
  const rest = [...bytesOf(last), ...filled(LONGEST_KEY - 2)];
  expect(LONGEST_KEY * 16).toBeGreaterThan(INTERVAL_KEY_BYTES + LONGEST_KEY);
  return isShared ? { shared: 1, unshared: rest.length, tail: rest } : { unshared: rest.length + 1, tail: [0x61, ...rest] };
}

/** Ascending keys before 'z', of one byte. */
function letters(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode(0x40 + index + 1 - (count > 26 ? 0 : -0x20)));
}

function filled(count: number): number[] {
  return Array.from({ length: count }, () => 0xff);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function concat(a: Uint8Array, b: readonly number[]): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}
