// Interrupted scans: what they pin, what they give back, and memtables that grow in between.

import { describe, expect, it } from 'vitest';
import { KIND_PUT, STATUS_DONE } from './layout.ts';
import { randomBytes, randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { NOW, dealEntries, entriesOf, randomEntries, randomKey, randomKeys } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { PageRequest, WorldSource } from './reading-world-test-kit.ts';
import { compareEntries, scanVisible } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

const SEED = 20261126;
const MAX_SOURCES = 5;
const EPOCH = 150n;

describe(`an interrupted scan (random seed ${SEED})`, () => {
  it('pins at most one partition and one block a source, and every pin is given back', () => {
    const random = randomNumbers(SEED);
    let mostPins = 0;
    for (let round = 0; round < 10; round++) {
      const sources = randomSources(random);
      const world = createWorld(sources, random);
      const runs = sources.filter((source) => source.kind === 'run').length;
      const request = requestOf(random);
      const page = world.page(request, () => {
        expect(world.frames.pins()).toBeLessThanOrEqual(2 * runs);
        expect(world.frames.partitionsArePinned()).toBe(true);
        mostPins = Math.max(mostPins, world.frames.pins());
        world.frames.evictSome(100, world.neededSlot);
      });
      expect(page.status).toBe(STATUS_DONE);
      expect(world.frames.pins()).toBe(0);
      expect(page.entries.map(({ key }) => key)).toEqual(expectedKeys(sources, request));
    }
    expect(mostPins).toBeGreaterThan(2);
  });

  it('gives its pins back when it is given up, and a second time gives nothing back', () => {
    const random = randomNumbers(SEED + 1);
    let interrupted = 0;
    for (let round = 0; round < 60; round++) {
      const world = createWorld(randomSources(random), random, 20);
      const request = requestOf(random);
      // Each attempt comes a step further, since what it asked for is loaded; in the end there are too few frames for all.
      for (let attempt = 0; attempt < 30 && world.interruptedPage(request); attempt++) {
        interrupted++;
        expect(world.frames.pins()).toBe(0);
      }
    }
    expect(interrupted).toBeGreaterThan(200);
  });

  it('is not disturbed by entries that a memtable takes in between, in either direction', () => {
    const random = randomNumbers(SEED + 2);
    let inserted = 0;
    for (let round = 0; round < 30; round++) {
      const sources = [memtableOf(random), ...randomSources(random), memtableOf(random)];
      const world = createWorld(sources, random);
      const request = requestOf(random);
      const page = world.page(request, () => {
        for (let count = random(12); count > 0; count--) {
          if (world.insert(random(2) ? 0 : sources.length - 1, newerEntry(random))) inserted++;
        }
      });
      expect(page.status).toBe(STATUS_DONE);
      expect(page.entries.map(({ key }) => key)).toEqual(expectedKeys(sources, request));
      expect(world.guarded.damage()).toBeUndefined();
    }
    expect(inserted).toBeGreaterThan(500);
  });
});

function createWorld(sources: readonly WorldSource[], random: RandomNumbers, pages = 80): ReadingWorld {
  return new ReadingWorld(sources, {
    random,
    pages,
    firstHitWins: false,
    frames: 2 * (MAX_SOURCES + 2) + 1,
    evictPercent: 0,
    blockTarget: 400,
    partitionTarget: 400,
    lz4: false,
    shortSeparators: true,
    memtableSpare: 0x10000,
  });
}

function randomSources(random: RandomNumbers): WorldSource[] {
  const entries = randomEntries(randomKeys(random, 'decimal', 150), { random, usual: 3, many: 10, valueBytes: 30 });
  return dealEntries(entries, 1 + random(MAX_SOURCES), false, random);
}

function memtableOf(random: RandomNumbers): WorldSource {
  const entries = randomEntries(randomKeys(random, 'decimal', 60), { random, usual: 3, many: 10, valueBytes: 30 });
  return { kind: 'memtable', entries };
}

function requestOf(random: RandomNumbers): PageRequest {
  return { reverse: random(2) === 0, keysOnly: false, epoch: EPOCH, now: NOW, limit: 0xffffffff, pageBytes: 0x20000 };
}

/** An entry that the scan's epoch does not see. */
function newerEntry(random: RandomNumbers): ReferenceEntry {
  const epoch = EPOCH + 1n + BigInt(random(1000));
  return {
    key: randomKey(random, 'decimal'),
    epoch,
    kind: KIND_PUT,
    value: randomBytes(random, random(30)),
    expiry: 0n,
    extension: undefined,
  };
}

function expectedKeys(sources: readonly WorldSource[], request: PageRequest): Uint8Array[] {
  const keys = scanVisible(entriesOf(sources).sort(compareEntries), request, request.epoch, request.now).map(({ key }) => key);
  return request.reverse ? keys.reverse() : keys;
}
