// What reads ask for: no more partitions and blocks than the key or the range needs.

import { describe, expect, it } from 'vitest';
import { KIND_PUT, STATUS_DONE, STATUS_FULL } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { NOW } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { PageRequest, WorldSettings, WorldSource } from './reading-world-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

const SEED = 20261129;
const NEWEST = 2n ** 64n - 1n;
const PARTITION_AND_BLOCK = 2;

describe('a get', () => {
  it('asks for one partition and one block, whichever of many versions it seeks', () => {
    const versions = Array.from({ length: 500 }, (_, index) => entryOf('key', BigInt(1000 - index)));
    const world = worldOf([{ kind: 'run', ssts: [[entryOf('a', 1n), ...versions, entryOf('z', 1n)]] }]);
    expect(blocksOf(world)).toBeGreaterThan(20);
    for (const { epoch } of versions) {
      expect(loadsOf(world, () => expect(world.get(bytesOf('key'), epoch)?.epoch).toBe(epoch))).toBe(PARTITION_AND_BLOCK);
    }
    expect(loadsOf(world, () => expect(world.get(bytesOf('key'), 100n)).toBeUndefined())).toBe(PARTITION_AND_BLOCK);
  });

  it('asks for no block of a partition whose filter does not know the key', () => {
    const world = worldOf([{ kind: 'run', ssts: [numbers(0, 400)] }]);
    let loads = 0;
    for (let number = 0; number < 400; number++) loads += loadsOf(world, () => world.get(bytesOf(`${keyOf(number)}x`), NEWEST));
    // One partition each, behind the last key none; a block now and then where the filter errs.
    expect(loads).toBeLessThan(400 * 1.05);
  });

  it('takes a partition without a filter to hold any key', () => {
    const world = worldOf([{ kind: 'run', ssts: [numbers(0, 100)] }], { filter: false });
    for (let number = 0; number < 100; number++) {
      expect(world.get(bytesOf(keyOf(number)), NEWEST)?.epoch).toBe(1n);
      world.frames.evictSome(100);
    }
  });

  it('asks nothing of older sources once the first hit wins', () => {
    const run: WorldSource = { kind: 'run', ssts: [numbers(0, 100)] };
    const world = worldOf([run, run, run]);
    expect(loadsOf(world, () => world.get(bytesOf(keyOf(50)), NEWEST))).toBe(PARTITION_AND_BLOCK);
  });
});

describe('a scan', () => {
  it('asks for no block behind its range, in either direction', () => {
    const entries = numbers(0, 600);
    const world = worldOf([{ kind: 'run', ssts: [entries] }]);
    const [sst] = world.ssts.values();
    for (const reverse of [false, true]) {
      for (const { keys } of sst.blocks) {
        const loads = loadsOf(world, () => {
          const range = { lower: keys[0].slice(), upper: keys.at(-1)!.slice(), upperClosed: true };
          const page = world.page({ ...requestOf(reverse), ...range });
          expect(page.entries.map(({ key }) => key).sort(compareKeys)).toEqual(keys);
        });
        // The block behind may begin in a closed range, as far as the separator tells.
        expect(loads).toBeLessThanOrEqual(2 * PARTITION_AND_BLOCK);
        const [, second] = keys;
        const inside = { lower: second.slice(), upper: keys.at(-1)!.slice() };
        expect(loadsOf(world, () => world.page({ ...requestOf(reverse), ...inside }))).toBe(PARTITION_AND_BLOCK);
      }
    }
  });

  it('asks for nothing in an empty range', () => {
    const world = worldOf([{ kind: 'run', ssts: [numbers(0, 100)] }]);
    for (const reverse of [false, true]) {
      const ranges = [
        { lower: bytesOf(keyOf(50)), upper: bytesOf(keyOf(50)) },
        { lower: bytesOf(keyOf(51)), upper: bytesOf(keyOf(50)), upperClosed: true },
        { lower: bytesOf(keyOf(50)), upper: bytesOf(keyOf(50)), upperClosed: true, lowerOpen: true },
      ];
      for (const range of ranges) expect(loadsOf(world, () => world.page({ ...requestOf(reverse), ...range }))).toBe(0);
    }
  });

  it('asks for nothing when its limit is 0', () => {
    const world = worldOf([{ kind: 'run', ssts: [numbers(0, 100)] }]);
    expect(loadsOf(world, () => expect(world.page({ ...requestOf(false), limit: 0 }).status).toBe(STATUS_FULL))).toBe(0);
  });

  it('asks for the blocks of a limit only', () => {
    const world = worldOf([{ kind: 'run', ssts: [numbers(0, 600)] }]);
    const lower = bytesOf(keyOf(300));
    expect(loadsOf(world, () => world.page({ ...requestOf(false), lower, limit: 1 }))).toBe(PARTITION_AND_BLOCK);
  });

  it('lets go of what a source used once the source has no more', () => {
    const early: WorldSource = { kind: 'run', ssts: [numbers(0, 100)] };
    const late: WorldSource = { kind: 'run', ssts: [numbers(100, 200)] };
    for (const reverse of [false, true]) {
      const world = worldOf([early, late]);
      const pins: number[] = [];
      expect(world.page(requestOf(reverse), () => void pins.push(world.frames.pins())).status).toBe(STATUS_DONE);
      // The last thing missing is a block: its partition is all that is in use.
      expect(pins.at(-1)).toBe(1);
      expect(Math.max(...pins)).toBeGreaterThan(PARTITION_AND_BLOCK);
    }
  });
});

/** How many partitions and blocks a read asks for when none is resident. */
function loadsOf(world: ReadingWorld, read: () => unknown): number {
  world.frames.evictSome(100);
  const before = world.loads;
  read();
  return world.loads - before;
}

function blocksOf(world: ReadingWorld): number {
  return [...world.ssts.values()].reduce((sum, sst) => sum + sst.blocks.length, 0);
}

function worldOf(sources: readonly WorldSource[], more: Partial<WorldSettings> = {}): ReadingWorld {
  const settings = { pages: 64, frames: 30, evictPercent: 0, blockTarget: 300, partitionTarget: 500, lz4: false, shortSeparators: true };
  return new ReadingWorld(sources, { ...settings, firstHitWins: true, random: randomNumbers(SEED), ...more });
}

function requestOf(reverse: boolean): PageRequest {
  return { reverse, keysOnly: false, epoch: NEWEST, now: NOW, limit: 1000, pageBytes: 0x10000 };
}

function numbers(from: number, to: number): ReferenceEntry[] {
  return Array.from({ length: to - from }, (_, index) => entryOf(keyOf(from + index), 1n));
}

function keyOf(number: number): string {
  return String(number).padStart(8, '0');
}

function entryOf(key: string, epoch: bigint): ReferenceEntry {
  return { key: bytesOf(key), epoch, kind: KIND_PUT, value: new Uint8Array(10), expiry: 0n, extension: undefined };
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
