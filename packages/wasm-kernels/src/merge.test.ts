import { describe, expect, it } from 'vitest';
import { STATUS_DONE, STATUS_FILE_DONE, STATUS_FULL, STATUS_NEED_INPUT, STATUS_SLICE } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { epochShapes, keyShapes, valueShapes } from './merge-entries-test-kit.ts';
import type { EntryShape } from './merge-entries-test-kit.ts';
import { runMerge } from './merge-job-test-kit.ts';
import { mergeModel } from './merge-model-test-kit.ts';
import { randomSettings, randomSources } from './merge-random-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checkedEntries, endsAtTarget } from './sst-rules-test-kit.ts';

const ROUNDS = 6;
const STATUSES = [STATUS_DONE, STATUS_FILE_DONE, STATUS_FULL, STATUS_NEED_INPUT, STATUS_SLICE];
const shapes = Object.keys(keyShapes).flatMap((key) => Object.keys(epochShapes).map((epoch) => [key, epoch]));

describe('merge', () => {
  const met = new Set<number>();

  it.each(shapes)('keeps what the model keeps, in files that keep the format: %s keys, %s epochs', (keys, epochs) => {
    for (let round = 0; round < ROUNDS; round++) {
      const seed = 1000 * shapes.findIndex(([key, epoch]) => key === keys && epoch === epochs) + round;
      const value = Object.values(valueShapes)[round % Object.keys(valueShapes).length];
      const shape = { key: keyShapes[keys], epoch: epochShapes[epochs], value, oddities: [0, 6, 16][round % 3] };
      const { actual, expected, statuses } = mergeBoth(seed, shape);
      expect(actual, `seed=${seed}`).toEqual(expected);
      for (const status of statuses) met.add(status);
    }
  });

  it('met every status on the way', () => {
    expect(STATUSES.filter((status) => !met.has(status))).toEqual([]);
  });
});

interface Comparison {
  readonly actual: readonly string[];
  readonly expected: readonly string[];
  readonly statuses: Iterable<number>;
}

/** Runs a random job, checks what it says about itself, and gives what it wrote and what it should have written, as text. */
function mergeBoth(seed: number, shape: EntryShape): Comparison {
  const random = randomNumbers(seed);
  const settings = randomSettings(random);
  const { sources, entries } = randomSources(random, 1 + random(random(3) ? 5 : 20), shape);
  const { status, files, statuses, readEntries } = runMerge(sources, settings);
  expect(status, `seed=${seed}`).toBe(STATUS_DONE);
  expect(readEntries, `seed=${seed}`).toBe(entries.reduce((sum, source) => sum + source.length, 0));
  expect(statuses.get(STATUS_FILE_DONE) ?? 0, `seed=${seed}`).toBe(Math.max(0, files.length - 1));
  const merged = files.flatMap((file) => checkedEntries(file, settings));
  for (const file of files.slice(0, -1)) expect(endsAtTarget(file, settings), `seed=${seed}`).toBe(true);
  for (let i = 1; i < files.length; i++) expect(compareKeys(files[i - 1].largest, files[i].smallest), `seed=${seed}`).toBeLessThan(0);
  return { actual: merged.map(textOf), expected: mergeModel(entries, settings).map(textOf), statuses: statuses.keys() };
}

function textOf({ key, epoch, kind, value, expiry, extension }: ReferenceEntry): string {
  return `${hexOf(key)}@${epoch} kind=${kind} value=${hexOf(value)} expiry=${expiry} extension=${extension ? hexOf(extension) : 'none'}`;
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
