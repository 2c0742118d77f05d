// The storm in short. The long one: `npm run storm`.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { storeProcesses } from './store-process-test-kit.ts';
import { storm } from './storm.ts';

const { folder, start } = storeProcesses(new URL('storm-program.ts', import.meta.url));

describe('a writer that is killed', () => {
  it('leaves a prefix of its writes, with all that was acknowledged, ten times over', async () => {
    const place = join(folder, 'storm');
    mkdirSync(place);
    const report = await storm({ folder: place, seed: 20261121, kills: 10, killsPerDirectory: 5, mostAcknowledgements: 4000, start });
    expect(report).toMatchObject({ kills: 10, directories: 2 });
    expect(report.acknowledged).toBeGreaterThan(1000);
    expect(report.flushes).toBeGreaterThan(2);
  }, 120_000);
});
