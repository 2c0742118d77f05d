import { describe, expect, it } from 'vitest';
import { STATUS_DONE, STATUS_FILE_DONE, STATUS_FULL, STATUS_NEED_INPUT, STATUS_SLICE } from './layout.ts';
import { randomNumbers } from './memory-test-kit.ts';
import { runMerge } from './merge-job-test-kit.ts';
import { mergeModel } from './merge-model-test-kit.ts';
import { randomSettings, randomSources } from './merge-random-test-kit.ts';
import { epochShapes, keyShapes, valueShapes } from './merge-entries-test-kit.ts';
import type { EntryShape } from './merge-entries-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { checkedEntries, endsAtTarget } from './sst-rules-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';

const ROUNDS = 8;

describe('merge', () => {
  const seen = new Map<number, number>();
  Object.entries(keyShapes).forEach(([keyName, key], keyIndex) => {
    it.each(Object.entries(epochShapes))(`keeps what the model keeps, in files that keep the format: ${keyName} keys, %s epochs`, (epochName, epoch) => {
      for (let round = 0; round < ROUNDS; round++) {
        const seed = keyIndex * 10_000 + epochName.length * 100 + round;
        const values = Object.values(valueShapes);
        for (const [status, count] of expectModel(seed, { key, epoch, value: values[round % values.length], oddities: [0, 6, 16][round % 3] })) {
          seen.set(status, (seen.get(status) ?? 0) + count);
        }
      }
    });
  });

  it('met every status on the way', () => {
    const met = [STATUS_DONE, STATUS_FILE_DONE, STATUS_FULL, STATUS_NEED_INPUT, STATUS_SLICE].filter((status) => seen.get(status));
    expect(met).toHaveLength(5);
  });
});

/** Runs a random job; returns how often each status was met. */
function expectModel(seed: number, shape: EntryShape): ReadonlyMap<number, number> {
  const random = randomNumbers(seed);
  const settings = randomSettings(random);
  const { sources, entries } = randomSources(random, 1 + random(random(3) ? 5 : 20), shape);
  const message = `seed=${seed}`;
  const { status, files, statuses, readEntries } = runMerge(sources, settings);
  expect(status, message).toBe(STATUS_DONE);
  expect(readEntries, message).toBe(entries.reduce((sum, source) => sum + source.length, 0));
  expectEntries(
    files.flatMap((file) => checkedEntries(file, settings)),
    mergeModel(entries, settings),
    message,
  );
  for (const file of files.slice(0, -1)) expect(endsAtTarget(file, settings), message).toBe(true);
  for (let i = 1; i < files.length; i++) expect(compareKeys(files[i - 1].largest, files[i].smallest), message).toBeLessThan(0);
  expect(statuses.get(STATUS_FILE_DONE) ?? 0, message).toBe(Math.max(0, files.length - 1));
  return statuses;
}

function expectEntries(actual: readonly ReferenceEntry[], expected: readonly ReferenceEntry[], message: string): void {
  expect(actual.length, message).toBe(expected.length);
  actual.forEach((entry, i) => {
    if (text(entry) !== text(expected[i])) expect(text(entry), `${message} entry=${i}`).toBe(text(expected[i]));
  });
}

function text({ key, epoch, kind, value, expiry, extension }: ReferenceEntry): string {
  return [hex(key), epoch, kind, hex(value), expiry, extension && hex(extension)].join(' ');
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
