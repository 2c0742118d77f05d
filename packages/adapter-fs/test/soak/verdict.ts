// What a soak may take, and whether it kept to it. Two kinds of limits: what must not grow, with a tolerance that says what comes and goes by itself, and
// what must not be exceeded at any moment.

import { trendOf, type Trend } from './flatness.ts';
import type { SoakEnd, SoakRest, SoakSample, SoakSettings } from './soak-messages.ts';

/** Everything that a soak has told. */
export interface SoakRecord {
  readonly settings: SoakSettings;
  readonly samples: readonly SoakSample[];
  readonly rests: readonly SoakRest[];
  readonly end: SoakEnd;
}

/** One thing that was judged. */
export interface Judged {
  readonly name: string;
  readonly unit: 'bytes' | 'ms' | 'times' | 'count';
  readonly trend: Trend;
  /** What it may gain over the second half of the run. */
  readonly tolerance: number;
  /** What it may be at most; undefined: not limited, or by another measure. */
  readonly limit: number | undefined;
  readonly ok: boolean;
}

interface Measure {
  readonly name: string;
  readonly unit: Judged['unit'];
  readonly of: (sample: SoakSample) => number | undefined;
  /** Shares of what it is in the middle of the run, and an amount: the larger one is tolerated. */
  readonly share: number;
  readonly amount: number;
  readonly limit?: number;
}

const MIB = 2 ** 20;
/** Handles that a runtime has open itself, and those of the log, the lock and objects that are being written. */
const OTHER_HANDLES = 64;
/** Objects that stay open at most (packages/core/src/sst/catalog.ts). */
const OPEN_OBJECTS = 1000;
/** What a runtime may open late and keep, such as the end of a pipe that is not collected yet. */
const REST_HANDLES = 4;
/** Runs of L0 at which writers wait, and what L1 holds, in memtables. */
const LEVEL0_RUNS = 24;
const LEVEL1_MEMTABLES = 8;
/** Segments of the log, each as long as a memtable: those that are flushed or recovered, the one that is written, two that wait to be written over. */
const SEGMENTS = 6;
const SEGMENTS_AT_REST = 3;

/**
 * Bytes in files that a database with these bytes may take at any moment: deeper levels hold each key once, and a merge writes all of what it reads once more
 * before that goes; above stand L1, L0 and the log, which hold what is written again and again.
 */
function mostStoredBytes({ liveBytes, heldBytes }: Pick<SoakSample, 'liveBytes' | 'heldBytes'>, memtableBytes: number): number {
  return 2.25 * (liveBytes + heldBytes) + (LEVEL0_RUNS + 2 * LEVEL1_MEMTABLES + SEGMENTS) * memtableBytes;
}

/** After a compaction of everything there is one version of each key, packed or not, and what belongs to blocks and partitions; and the log. */
function mostCompactedBytes(liveBytes: number, memtableBytes: number): number {
  return 1.1 * liveBytes + SEGMENTS_AT_REST * memtableBytes;
}

/** Judges a soak. */
export function judge(record: SoakRecord): { readonly judged: readonly Judged[]; readonly failures: readonly string[] } {
  const judged = measuresOf(record.settings).flatMap((measure) => judgeMeasure(measure, record.samples));
  const failures = judged.filter(({ ok }) => !ok).map(describeFailure);
  return { judged, failures: [...failures, ...handleFailures(record.rests), ...endFailures(record)] };
}

function measuresOf({ memoryBudgetBytes }: SoakSettings): readonly Measure[] {
  const memtableBytes = memoryBudgetBytes / 8;
  return [
    // Whether the linear memory of a handle that was closed is still resident is the collector's and the allocator's matter: one comes and goes.
    { name: 'resident memory', unit: 'bytes', of: (sample) => sample.residentBytes, share: 0.1, amount: memoryBudgetBytes },
    { name: 'heap after collection', unit: 'bytes', of: (sample) => sample.heapBytes, share: 0.1, amount: 2 * MIB },
    { name: 'external memory', unit: 'bytes', of: (sample) => sample.externalBytes, share: 0.1, amount: memoryBudgetBytes / 2 },
    // SSTs and what of them is open come and go with each merge.
    { name: 'open handles', unit: 'count', of: (sample) => sample.handles, share: 0.25, amount: 24, limit: OPEN_OBJECTS + OTHER_HANDLES },
    { name: 'files', unit: 'count', of: (sample) => sample.files, share: 0.25, amount: 24 },
    {
      name: 'stored, of live bytes',
      unit: 'times',
      of: (sample) => sample.storedBytes / (sample.liveBytes + sample.heldBytes),
      share: 0.2,
      amount: 0.25,
    },
    {
      name: 'stored, of what it may be',
      unit: 'times',
      of: (sample) => sample.storedBytes / mostStoredBytes(sample, memtableBytes),
      share: 0.2,
      amount: 0.25,
      limit: 1,
    },
    // Of a machine that others use as well: what is to be seen is a queue that gets longer and longer.
    { name: 'event loop delay, p99', unit: 'ms', of: (sample) => sample.delayMs, share: 0.5, amount: 100 },
  ];
}

function judgeMeasure({ name, unit, of, share, amount, limit }: Measure, samples: readonly SoakSample[]): Judged[] {
  const measured = samples.flatMap((sample) => {
    const value = of(sample);
    return value === undefined ? [] : [{ atMs: sample.atMs, value }];
  });
  if (measured.length === 0) return [];
  const trend = trendOf(measured);
  const tolerance = Math.max(amount, share * trend.middle);
  const ok = (trend.growth ?? 0) <= tolerance && trend.highest <= (limit ?? Infinity);
  return [{ name, unit, trend, tolerance, limit, ok }];
}

function describeFailure({ name, trend: { growth, highest }, tolerance, limit }: Judged): string {
  const isGrowth = growth !== undefined && growth > tolerance;
  if (isGrowth) return `${name} grew by ${growth.toFixed(2)} over the second half, tolerated are ${tolerance.toFixed(2)}`;
  return `${name} reached ${highest.toFixed(2)}, the limit is ${limit?.toFixed(2)}`;
}

/** Whoever has closed everything holds as many handles as after the first time. */
function handleFailures(rests: readonly SoakRest[]): string[] {
  const first = rests.find(({ handles }) => handles !== undefined)?.handles ?? 0;
  const wrong = rests.filter(({ handles }) => (handles ?? 0) > first + REST_HANDLES).at(-1);
  return wrong === undefined ? [] : [`${wrong.handles} handles were open after closing in shift ${wrong.shift}, ${first} after the first`];
}

function endFailures({ end, settings }: SoakRecord): string[] {
  const most = mostCompactedBytes(end.liveBytes, settings.memoryBudgetBytes / 8);
  return [
    ...end.leftovers.map((name) => `a file is left that nobody needs: ${name}`),
    ...(end.storedBytes > most ? [`${end.storedBytes} bytes are stored after a compaction, at most ${most.toFixed(0)} are needed`] : []),
  ];
}
