// The soak in short: the program itself is tried, with a small database. The long one: `npm run soak`.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeProcesses } from '../store-process-test-kit.ts';
import type { SoakSettings } from './soak-messages.ts';
import { reportLines } from './soak-text.ts';
import { soak } from './soak.ts';

const { folder, start } = storeProcesses(new URL('soak-program.ts', import.meta.url));

const settings: SoakSettings = {
  directory: join(folder, 'database'),
  seed: 20261121,
  liveBytes: 6 * 2 ** 20,
  memoryBudgetBytes: 16 * 2 ** 20,
  milliseconds: Number.MAX_SAFE_INTEGER,
  shifts: 6,
  stepsPerShift: 120,
  // Few samples are not judged for growth, nor should the few seconds be that this takes on a slow machine.
  sampleEveryMs: 200,
};

describe('a database under mixed load', () => {
  it('is read rightly, keeps to its limits, and leaves nothing behind that nobody needs', async () => {
    const report = await soak(settings, (args) => start(args, { exposesGc: true }));
    expect(report.failures).toEqual([]);
    expect(report.samples.length).toBeGreaterThan(3);
    expect(report.rests).toHaveLength(5);
    expect(Object.keys(report.end.counts)).toEqual(
      expect.arrayContaining(['put', 'batch', 'update', 'get', 'scan', 'visitor', 'takeSnapshot']),
    );
    expect(reportLines(report).join('\n')).toContain('0 files left over');
  }, 120_000);
});
