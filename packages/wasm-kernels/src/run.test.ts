// Runs: windows behind the bytes that all last keys share, and the search over them.

import { describe, expect, it } from 'vitest';
import { KIND_PUT, RUN_HEADER_BYTES, RUN_PREFIX, VIEW_HEADER_BYTES } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { KEY_SHAPES, randomKey, randomKeys } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';

const SEED = 20261125;

describe(`runBuild (random seed ${SEED})`, () => {
  it('notes what the last keys share', () => {
    const [world, run] = worldOf([['apple', 'apricot'], ['approach'], ['appz']].map((keys) => keys.map(put)));
    const { view } = world.guarded.memory;
    expect(view.getUint32(run + RUN_PREFIX, true)).toBe(2);
    expect(view.getBigUint64(run + RUN_HEADER_BYTES, true)).toBe(0x7269636f74000000n);
    expect(view.getBigUint64(run + RUN_HEADER_BYTES + 16, true)).toBe(0x70726f6163680000n);
    expect(view.getBigUint64(run + RUN_HEADER_BYTES + 32, true)).toBe(0x707a000000000000n);
  });

  it('finds the one SST that may hold a key, in runs of one key an SST', () => {
    for (const [index, shape] of KEY_SHAPES.entries()) {
      const random = randomNumbers(SEED + index);
      const keys = randomKeys(random, shape, shape === 'long' ? 20 : 100);
      const [world] = worldOf(keys.map((key) => [entryOf(key)]));
      for (const key of keys) expect(world.get(key, 1n)?.value).toEqual(key);
      for (let probe = 0; probe < 200; probe++) {
        const key = randomKey(random, shape);
        const isThere = keys.some((candidate) => compareKeys(candidate, key) === 0);
        expect(world.get(key, 1n)?.value).toEqual(isThere ? key : undefined);
      }
    }
  });

  it('reads nothing behind a key that is shorter than what its neighbours share', () => {
    const [world, run] = worldOf([[put('aaaaaaaaaaaa1')], [put('b')], [put('aaaaaaaaaaaa2')]]);
    expect(world.guarded.memory.view.getBigUint64(run + RUN_HEADER_BYTES + 16, true)).toBe(0n);
  });

  it('asks for nothing when a key lies behind the run', () => {
    const [world] = worldOf([[put('b')], [put('d')]]);
    expect(world.get(new TextEncoder().encode('e'), 1n)).toBeUndefined();
    expect(world.loads).toBe(0);
  });

  it('holds nothing when it has no SST', () => {
    const [world, run] = worldOf([]);
    expect(world.get(new Uint8Array(0), 1n)).toBeUndefined();
    expect(world.guarded.memory.view.getUint32(run + RUN_PREFIX, true)).toBe(0);
  });
});

/** A view of one run, and the run's address. */
function worldOf(ssts: readonly (readonly ReferenceEntry[])[]): [ReadingWorld, number] {
  const settings = { pages: 300, frames: 10, evictPercent: 0, blockTarget: 300, partitionTarget: 300, lz4: false, shortSeparators: true };
  const world = new ReadingWorld([{ kind: 'run', ssts }], { ...settings, firstHitWins: true, random: randomNumbers(SEED) });
  return [world, world.guarded.memory.view.getUint32(world.view + VIEW_HEADER_BYTES + 4, true)];
}

function put(text: string): ReferenceEntry {
  return entryOf(new TextEncoder().encode(text));
}

function entryOf(key: Uint8Array<ArrayBuffer>): ReferenceEntry {
  return { key, epoch: 1n, kind: KIND_PUT, value: key, expiry: 0n, extension: undefined };
}
