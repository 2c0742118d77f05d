// Whether a soak notices what it is there for: made-up records, each with one thing that grows or is too much.

import { seededRandom } from '@varve/core';
import { describe, expect, it } from 'vitest';
import type { SoakSample } from './soak-messages.ts';
import { judge, type SoakRecord } from './verdict.ts';

const MIB = 2 ** 20;
const SAMPLES = 200;
const MINUTES = 10;

const settings = {
  directory: '',
  seed: 1,
  liveBytes: 150 * MIB,
  memoryBudgetBytes: 32 * MIB,
  milliseconds: MINUTES * 60_000,
  shifts: 1000,
  stepsPerShift: 1000,
  sampleEveryMs: 3000,
};

/** A soak that went as it should, but for what `change` makes of sample `i`. */
function recordOf(change: (i: number) => Partial<SoakSample> = () => ({})): SoakRecord {
  const random = seededRandom(20261121);
  const about = (value: number, share: number): number => value * (1 + share * ((random.uint32() / 2 ** 32) * 2 - 1));
  const samples = Array.from({ length: SAMPLES }, (_, i) => ({
    atMs: 3000 * i,
    shift: Math.floor(i / 4),
    operations: 1000 * i,
    writtenBytes: 1e7 * i,
    liveBytes: about(150 * MIB, 0.01),
    heldBytes: about(10 * MIB, 0.9),
    residentBytes: about(220 * MIB, 0.15),
    heapBytes: about(14 * MIB, 0.03),
    externalBytes: about(40 * MIB, 0.3),
    handles: Math.round(about(90, 0.2)),
    files: Math.round(about(140, 0.2)),
    storedBytes: about(210 * MIB, 0.25),
    delayMs: about(12, 0.5),
    longestDelayMs: about(80, 0.5),
    snapshots: 2,
    ...change(i),
  }));
  const rests = Array.from({ length: SAMPLES / 4 }, (_, shift) => ({ atMs: 12_000 * shift, shift, handles: 22 + (random.uint32() % 2) }));
  return { settings, samples, rests, end: { liveBytes: 150 * MIB, storedBytes: 120 * MIB, leftovers: [], counts: {} } };
}

const failuresOf = (record: SoakRecord): readonly string[] => judge(record).failures;

describe('a soak', () => {
  it('in which nothing grows is passed', () => {
    expect(failuresOf(recordOf())).toEqual([]);
  });

  it.each<[string, (i: number) => Partial<SoakSample>]>([
    ['resident memory', (i) => ({ residentBytes: (200 + 0.5 * i) * MIB })],
    ['heap after collection', (i) => ({ heapBytes: (14 + 0.03 * i) * MIB })],
    ['external memory', (i) => ({ externalBytes: (40 + 0.2 * i) * MIB })],
    ['open handles', (i) => ({ handles: 90 + Math.floor(i / 3) })],
    ['files', (i) => ({ files: 140 + Math.floor(i / 2) })],
    ['stored, of live bytes', (i) => ({ storedBytes: (180 + i) * MIB })],
    ['event loop delay, p99', (i) => ({ delayMs: 10 + 2 * i })],
  ])('notices that %s grows', (name, change) => {
    expect(failuresOf(recordOf(change))).toEqual([expect.stringContaining(`${name} grew by`)]);
  });

  it('notices that the linear memory of one handle in ten is never given back', () => {
    const leaked = (i: number): Partial<SoakSample> => ({ residentBytes: 220 * MIB + Math.floor(i / 40) * 32 * MIB });
    expect(failuresOf(recordOf(leaked))).toEqual([expect.stringContaining('resident memory grew by')]);
  });

  it('notices one moment in which too much is stored, or too many handles are open', () => {
    const once = (i: number): Partial<SoakSample> => (i === 77 ? { storedBytes: 700 * MIB, handles: 1100 } : {});
    expect(failuresOf(recordOf(once))).toEqual([
      expect.stringContaining('open handles reached 1100'),
      expect.stringContaining('stored, of what it may be reached'),
    ]);
  });

  it('notices handles that stay open when everything is closed', () => {
    const record = recordOf();
    const rests = record.rests.map((rest, i) => ({ ...rest, handles: 22 + Math.floor(i / 9) }));
    expect(failuresOf({ ...record, rests })).toEqual([expect.stringContaining('handles were open after closing')]);
  });

  it('notices files that are left over, and what a compaction does not take away', () => {
    const record = recordOf();
    const end = { ...record.end, storedBytes: 180 * MIB, leftovers: ['sst/x.sst (idle)'] };
    expect(failuresOf({ ...record, end })).toEqual([
      'a file is left that nobody needs: sst/x.sst (idle)',
      expect.stringContaining('bytes are stored after a compaction'),
    ]);
  });

  it('that is short is judged by limits alone', () => {
    const record = recordOf((i) => ({ heapBytes: i * MIB }));
    expect(failuresOf({ ...record, samples: record.samples.slice(0, 10) })).toEqual([]);
  });

  it('says nothing of handles where nobody counts them', () => {
    const { judged } = judge(recordOf(() => ({ handles: undefined })));
    expect(judged.some(({ name }) => name === 'open handles')).toBe(false);
  });
});
