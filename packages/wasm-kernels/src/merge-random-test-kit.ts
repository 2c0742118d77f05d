// For tests: random merge jobs of every shape: sources of all kinds, and buffers so small that every status is returned.

import type { RandomNumbers } from './memory-test-kit.ts';
import type { MergeSettings, MergeSource } from './merge-job-test-kit.ts';
import { randomEntries } from './merge-entries-test-kit.ts';
import type { EntryShape } from './merge-entries-test-kit.ts';
import { encodeSst } from './reference-encoder-test-kit.ts';
import type { EncodedSst } from './reference-encoder-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** Above the longest key and the largest entry of merge-entries-test-kit.ts. */
const LONGEST_KEY = 1500;
const LARGEST_ENTRY = 5000;
const LARGEST_SOURCE = 150;
const EXTRA_META = 4096;

/** Sources of a job, the youngest first, and what stands in them. */
export interface RandomSources {
  readonly sources: readonly MergeSource[];
  readonly entries: readonly (readonly ReferenceEntry[])[];
}

/** `count` sources; some are empty. */
export function randomSources(random: RandomNumbers, count: number, shape: EntryShape): RandomSources {
  const entries: ReferenceEntry[][] = [];
  const sources = Array.from({ length: count }, (_, index) => {
    const assigned = random(8) ? undefined : shape.epoch(random);
    const own = randomEntries(random, random(4) ? random(LARGEST_SOURCE) : random(3), shape);
    const alone = assigned === undefined ? own : firstVersions(own);
    entries.push(assigned === undefined ? own : alone.map((entry) => ({ ...entry, epoch: assigned })));
    return randomSource(random, alone, assigned, index);
  });
  return { sources, entries };
}

/** A job with room for everything, which tests change where they look. */
export const roomySettings: MergeSettings = {
  blockTarget: 4096,
  partitionTarget: 8192,
  fileTarget: 2 ** 30,
  lz4: false,
  readers: [],
  bottom: false,
  now: 0n,
  longestKey: LONGEST_KEY,
  outBytes: 1_000_000,
  metaBytes: 100_000,
  frames: 0,
  warmedLimit: 0,
  slice: 10_000,
};

/** Random settings of a job. */
export function randomSettings(random: RandomNumbers): MergeSettings {
  const blockTarget = [1, 40, 300, 1000, 4096][random(5)];
  const partitionTarget = [1, 300, 1000, 8192][random(4)];
  const readers = Array.from({ length: random(4) }, () => BigInt(random(random(2) ? 10 : 2 ** 30))).sort((a, b) => Number(a - b));
  return {
    blockTarget,
    partitionTarget,
    fileTarget: [1, 2000, 20_000, 2 ** 30][random(4)],
    lz4: random(2) === 1,
    readers,
    bottom: random(2) === 1,
    now: BigInt(random(200)),
    longestKey: LONGEST_KEY,
    outBytes: Math.max(blockTarget, LARGEST_ENTRY) + (random(2) ? random(200) : random(100_000)),
    metaBytes: partitionTarget + blockTarget + EXTRA_META + random(9000),
    frames: random(2) ? random(30) : 0,
    warmedLimit: random(2) ? 1 + random(50) : 0,
    slice: [1, 2, 7, 100, 10_000][random(5)],
  };
}

function randomSource(random: RandomNumbers, entries: readonly ReferenceEntry[], assigned: bigint | undefined, index: number): MergeSource {
  if (random(3) === 0) return { memtable: entries, assigned };
  const run: EncodedSst[] = [];
  for (let at = 0; at < entries.length;) {
    const end = at + 1 + random(entries.length);
    const id = { term: 1 + random(2), counter: 100 * index + run.length };
    const settings = {
      id,
      blockTarget: 1 + random(1000),
      partitionTarget: 1 + random(500),
      lz4: random(2) === 1,
      shortSeparators: random(2) === 1,
    };
    run.push(encodeSst(entries.slice(at, end), settings));
    at = end;
  }
  return { run, chunkBlocks: 1 + random(6), assigned };
}

/** What an ingested source has: one version a key. */
function firstVersions(entries: readonly ReferenceEntry[]): ReferenceEntry[] {
  return entries.filter((entry, i) => i === 0 || compareKeys(entries[i - 1].key, entry.key) !== 0);
}
