// The same operations under other circumstances give the same answers: whatever the sizes, the compression, the durability and the store.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore } from '@varve/adapter-fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryPlace, type Place } from '../src/lives/database.ts';
import { ordersOf, runUnder, STEP_KINDS, type Circumstances, type StoreManner } from '../src/lives/run.ts';
import { Draw } from '../src/world/draw.ts';
import { isNode } from './runtimes.ts';

const SETS = isNode ? 60 : 8;
const SEEDS = [1, 2] as const;
const STEPS = 120;
const MEBIBYTE = 2 ** 20;

const digests = new Map<number, string>();
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'varve-metamorphic-'));
  const plain: Omit<Circumstances, 'place'> = { name: 'plain', settings: {}, sync: true, losesWrites: false };
  for (const seed of SEEDS) digests.set(seed, await runUnder(seed, STEPS, { ...plain, place: memoryPlace({}) }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the same operations', () => {
  it('are of many kinds', () => expect(STEP_KINDS).toBeGreaterThanOrEqual(30));

  it.each(Array.from({ length: SETS }, (_, i) => i + 1))('have the same answers under other circumstances (set %i)', async (set) => {
    for (const seed of SEEDS) {
      const circumstances = drawCircumstances(set, seed);
      expect(await runUnder(seed, STEPS, circumstances), circumstances.name).toBe(digests.get(seed));
    }
  });
});

function drawCircumstances(set: number, seed: number): Circumstances {
  const draw = new Draw(set);
  const store = (['directory', 'sync', 'async', 'late'] as const)[set % 4];
  const settings = {
    memoryBudgetBytes: draw.pick([4, 5, 8, 16, 64]) * MEBIBYTE,
    blockSizeBytes: draw.pick([512, 1000, 4096, 6144, 32_768]),
    // A disk takes its time for each file.
    sstSizeBytes: draw.pick(store === 'directory' ? [256, 1024, 8192] : [4, 16, 100, 1024, 8192]) * 1024,
    compression: draw.pick(['lz4', 'none'] as const),
    durability: draw.pick(['memory', 'buffered', 'synced'] as const),
  };
  const sync = store === 'directory' || store === 'sync';
  const name = `seed=${seed} set=${set} ${store} ${JSON.stringify(settings)}`;
  return { name, settings, sync, losesWrites: false, place: placeOf(store, `${set}-${seed}`, draw) };
}

function placeOf(store: StoreManner | 'directory', name: string, draw: Draw): Place {
  if (store !== 'directory') return memoryPlace(ordersOf(store, draw));
  const here: Place = { store: () => fsStore(join(folder, name)), crash: () => here };
  return here;
}
