// The storm of takeovers in short, with processes in all three runtimes. The long one: `npm run storm:takeover`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RUNTIMES } from '../runtimes.ts';
import { storeProcesses } from '../store-process-test-kit.ts';
import { takeoverStorm } from './takeover-storm.ts';

const { folder, start } = storeProcesses(new URL('takeover-program.ts', import.meta.url));

describe('a writer that is stopped while one of any runtime takes over', () => {
  it('is fenced when it goes on, and what either was told is there, in random rounds', async () => {
    const place = join(folder, 'takeovers');
    mkdirSync(place);
    const report = await takeoverStorm({
      folder: place,
      seed: 20261121,
      rounds: 5,
      roundsPerDirectory: 3,
      mostAcknowledgements: 800,
      runtimes: RUNTIMES,
      start,
    });
    expect(report).toMatchObject({ rounds: 5, directories: 2 });
    expect(report.stops).toBeGreaterThanOrEqual(5);
    expect(report.acknowledged).toBeGreaterThan(500);
    expect(report.fencedWrites).toBeGreaterThan(0);
    expect(report.betweenRuntimes).toBeGreaterThan(0);
  }, 120_000);
});
