// Point lookup against a plain model: random views of memtables and runs, few frames, everything delivered piece by piece.

import { describe, expect, it } from 'vitest';
import { randomNumbers } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { KEY_SHAPES, dealEntries, entriesOf, randomEntries, randomEpoch, randomKey, randomKeys } from './reading-entries-test-kit.ts';
import type { KeyShape } from './reading-entries-test-kit.ts';
import { ReadingWorld } from './reading-world-test-kit.ts';
import type { WorldSettings } from './reading-world-test-kit.ts';
import { newestVisible } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

const SEED = 20261121;
const MAX_SOURCES = 5;

function settingsOf(random: RandomNumbers, shape: KeyShape, firstHitWins: boolean): WorldSettings {
  return {
    random,
    firstHitWins,
    pages: shape === 'long' ? 900 : 160,
    // A get starts again whenever something was loaded: all that it needs must fit, for a key of many versions quite a few blocks.
    frames: shape === 'long' ? 80 : 200,
    evictPercent: 0,
    blockTarget: 100 + random(3000),
    partitionTarget: 100 + random(2000),
    lz4: random(2) === 0,
    shortSeparators: random(2) === 0,
  };
}

describe(`viewGet (random seed ${SEED})`, () => {
  for (const [index, shape] of KEY_SHAPES.entries()) {
    for (const firstHitWins of [true, false]) {
      it(`finds what the model finds, for ${shape} keys, ${firstHitWins ? 'the first hit wins' : 'the largest epoch wins'}`, () => {
        const random = randomNumbers(SEED + index);
        for (let round = 0; round < (shape === 'long' ? 3 : 8); round++) compareOnce(random, shape, firstHitWins);
      });
    }
  }
});

function compareOnce(random: RandomNumbers, shape: KeyShape, firstHitWins: boolean): void {
  const keys = randomKeys(random, shape, shape === 'long' ? 40 : 1 + random(300));
  const entries = randomEntries(keys, { random, usual: 3, many: shape === 'long' ? 10 : 120, valueBytes: random(120) });
  const sources = dealEntries(entries, 1 + random(MAX_SOURCES), firstHitWins, random);
  const world = new ReadingWorld(sources, settingsOf(random, shape, firstHitWins));
  const model = entriesOf(sources);
  const lost = random(2) ? random(30) : 0;
  for (let probe = 0; probe < 400; probe++) {
    world.frames.evictSome(lost);
    const key = random(2) ? keys[random(keys.length)] : randomKey(random, shape);
    const epoch = random(4) ? randomEpoch(random) : 2n ** 64n - 1n;
    const found = world.get(key, epoch);
    expect(found, `key=${key} epoch=${epoch}`).toEqual(asHit(newestVisible(model, key, epoch)));
  }
  expect(world.guarded.damage()).toBeUndefined();
  expect(world.frames.untouched()).toBe(0);
}

function asHit(entry: ReferenceEntry | undefined): unknown {
  if (!entry) return undefined;
  const flags = (entry.expiry ? 1 : 0) | (entry.extension ? 2 : 0);
  return { kind: entry.kind | (flags << 8), epoch: entry.epoch, expiry: entry.expiry, value: entry.value };
}
