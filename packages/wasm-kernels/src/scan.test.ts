// Scans against a plain model: random views of memtables and runs, both directions, all bounds, limits and page sizes; what is missing is delivered
// piece by piece while frames that are not pinned get lost.

import { describe, expect, it } from 'vitest';
import { STATUS_DONE, STATUS_FULL, STATUS_TOO_LARGE } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { KEY_SHAPES, NOW, dealEntries, entriesOf, randomEntries, randomEpoch, randomKey, randomKeys } from './reading-entries-test-kit.ts';
import type { KeyShape } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { PageRequest, WorldPage } from './reading-world-test-kit.ts';
import { compareKeys, scanVisible } from './reference-entry-test-kit.ts';
import type { ReferenceEntry, ReferenceRange } from './reference-entry-test-kit.ts';

const SEED = 20261122;
const NEWEST = 2n ** 64n - 1n;
const MAX_SOURCES = 6;

interface Fixture {
  readonly world: ReadingWorld;
  readonly model: readonly ReferenceEntry[];
  readonly keys: readonly Uint8Array<ArrayBuffer>[];
}

describe(`scanPage (random seed ${SEED})`, () => {
  for (const [index, shape] of KEY_SHAPES.entries()) {
    for (const reverse of [false, true]) {
      it(`gives what the model gives, ${reverse ? 'backward' : 'forward'} over ${shape} keys`, () => {
        const random = randomNumbers(SEED + index);
        for (let round = 0; round < (shape === 'long' ? 3 : 10); round++) compareScans(random, shape, reverse);
      });
    }
  }
});

function compareScans(random: RandomNumbers, shape: KeyShape, reverse: boolean): void {
  const { world, model, keys } = createFixture(random, shape);
  for (let scan = 0; scan < 30; scan++) {
    const range = randomRange(random, shape, keys);
    const epoch = random(3) ? randomEpoch(random) : NEWEST;
    const request = {
      ...range,
      reverse,
      epoch,
      now: NOW,
      keysOnly: random(4) === 0,
      limit: randomLimit(random),
      pageBytes: randomPageBytes(random),
    };
    const expected = scanVisible(model, range, epoch, NOW);
    if (reverse) expected.reverse();
    expectScan(world, request, expected, random);
    expect(world.frames.pins()).toBe(0);
  }
  expect(world.guarded.damage()).toBeUndefined();
}

function createFixture(random: RandomNumbers, shape: KeyShape): Fixture {
  const keys = randomKeys(random, shape, shape === 'long' ? 40 : 1 + random(300));
  const entries = randomEntries(keys, { random, usual: 3, many: shape === 'long' ? 10 : 120, valueBytes: random(120) });
  const sources = dealEntries(entries, 1 + random(MAX_SOURCES), false, random);
  const world = new ReadingWorld(sources, {
    random,
    firstHitWins: false,
    pages: shape === 'long' ? 600 : 160,
    // Each source holds one partition and one block at most while another is loaded.
    frames: 2 * MAX_SOURCES + 1 + random(3),
    evictPercent: random(2) ? random(100) : 0,
    blockTarget: 100 + random(3000),
    partitionTarget: 100 + random(2000),
    lz4: random(2) === 0,
    shortSeparators: random(2) === 0,
  });
  return { world, model: entriesOf(sources), keys };
}

/** Fetches the range page by page: the last key of a page is the open bound of the next. */
function expectScan(world: ReadingWorld, first: PageRequest, expected: readonly ReferenceEntry[], random: RandomNumbers): void {
  const message = `seed=${SEED} request=${describeRequest(first)}`;
  let request = first;
  for (let done = 0; ;) {
    const page = world.page(request);
    expect(page.entries.length, message).toBeLessThanOrEqual(request.limit);
    for (const { key, value } of page.entries) {
      const entry = expected.at(done++);
      expect(entry && compareKeys(entry.key, key), message).toBe(0);
      expect(value, message).toEqual(request.keysOnly ? new Uint8Array(0) : entry!.value);
    }
    expect(world.frames.pins(), message).toBe(0);
    if (page.status === STATUS_DONE) {
      expect(done, message).toBe(expected.length);
      return;
    }
    expectFull(page, request, expected.at(done), message);
    request = nextRequest(request, page);
    world.frames.evictSome(random(2) ? random(100) : 0);
  }
}

/** A page is full for a reason: its limit, or an entry that does not fit. */
function expectFull(page: WorldPage, request: PageRequest, next: ReferenceEntry | undefined, message: string): void {
  const bytes = next ? pageBytesOf(next, request.keysOnly) : 0;
  if (page.status === STATUS_TOO_LARGE) {
    expect(page.entries.length, message).toBe(0);
    expect(page.used, message).toBe(bytes);
    expect(page.used, message).toBeGreaterThan(request.pageBytes);
  } else {
    expect(page.status, message).toBe(STATUS_FULL);
    expect(page.entries.length, message).toBeGreaterThan(0);
    if (page.entries.length < request.limit) expect(page.used + bytes, message).toBeGreaterThan(request.pageBytes);
  }
}

function nextRequest(request: PageRequest, page: WorldPage): PageRequest {
  const last = page.entries.at(-1);
  if (!last) return { ...request, pageBytes: page.used };
  return request.reverse ? { ...request, upper: last.key, upperClosed: false } : { ...request, lower: last.key, lowerOpen: true };
}

function pageBytesOf(entry: ReferenceEntry, keysOnly: boolean): number {
  return Math.ceil((8 + entry.key.length + (keysOnly ? 0 : entry.value.length)) / 4) * 4;
}

function randomRange(random: RandomNumbers, shape: KeyShape, keys: readonly Uint8Array<ArrayBuffer>[]): ReferenceRange {
  const bound = () => (random(2) ? keys[random(keys.length)] : randomKey(random, shape));
  return {
    lower: random(3) ? bound() : undefined,
    lowerOpen: random(2) === 0,
    upper: random(3) ? bound() : undefined,
    upperClosed: random(2) === 0,
  };
}

function randomLimit(random: RandomNumbers): number {
  return random(2) ? 0xffffffff : 1 + random(30);
}

function randomPageBytes(random: RandomNumbers): number {
  return random(2) ? 0x20000 : random(2) ? 8 + random(400) : 1000 + random(4000);
}

function describeRequest(request: PageRequest): string {
  return JSON.stringify(request, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
}
