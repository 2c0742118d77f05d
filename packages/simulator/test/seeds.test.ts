// Lives of many seeds. `npm run sim` lives more of them; a failure tells its seed, and `npm run sim -- --seeds 1 --from <seed> --trace` what happened.

import { describe, expect, it } from 'vitest';
import { generate } from '../src/sim/generate.ts';
import { live } from '../src/sim/live.ts';
import { isNode } from './runtimes.ts';

const GROUPS = isNode ? 20 : 1;
const SEEDS_A_GROUP = 100;
/** Lives with somebody who only reads. */
const FOLLOWED = isNode ? 100 : 10;
/** Lives with clones, with machines that are cut off, and with both. */
const CLONED = isNode ? 50 : 5;
/** Shorter lives than those of the program: more seeds in the same time. */
const STEPS = 400;
const TIMEOUT_MS = 120_000;

describe('lives of a database', () => {
  it.each(Array.from({ length: GROUPS }, (_, group) => 1 + group * SEEDS_A_GROUP))(
    'break no promise (100 seeds from %i on)',
    async (from) => {
      let crashed = 0;
      for (let seed = from; seed < from + SEEDS_A_GROUP; seed++) if ((await live(generate(seed, STEPS))).crashes > 0) crashed++;
      expect(crashed).toBeGreaterThan(SEEDS_A_GROUP / 2);
    },
    TIMEOUT_MS,
  );

  it.each(['manifest', 'log'] as const)(
    `break no promise to somebody who reads beside them, and follows the %s (${FOLLOWED} seeds)`,
    async (followed) => {
      let events = 0;
      for (let seed = 1; seed <= FOLLOWED; seed++) events += (await live(generate(seed, STEPS, { followed }))).events;
      expect(events).toBeGreaterThan(FOLLOWED * STEPS);
    },
    TIMEOUT_MS,
  );

  it(
    `break no promise when compactors merge for them (${FOLLOWED} seeds)`,
    async () => {
      let merged = 0;
      for (let seed = 1; seed <= FOLLOWED; seed++) merged += (await live(generate(seed, STEPS, { merged: true }))).merged;
      expect(merged).toBeGreaterThan(FOLLOWED / 4);
    },
    TIMEOUT_MS,
  );

  it.each([
    { beside: { cloned: true }, clones: CLONED, overtaken: 0 },
    { beside: { partitioned: true }, clones: 0, overtaken: CLONED / 2 },
    { beside: { cloned: true, partitioned: true }, clones: CLONED, overtaken: CLONED / 2 },
  ])(
    `break no promise with clones and on machines that are cut off ($beside, ${CLONED} seeds)`,
    async ({ beside, clones, overtaken }) => {
      const sum = { cloned: 0, fenced: 0 };
      for (let seed = 1; seed <= CLONED; seed++) {
        const { cloned, fenced } = await live(generate(seed, STEPS, beside));
        sum.cloned += cloned;
        sum.fenced += fenced;
      }
      expect(sum.cloned).toBeGreaterThanOrEqual(clones);
      expect(sum.fenced).toBeGreaterThanOrEqual(overtaken);
    },
    TIMEOUT_MS,
  );

  it.each([3, 4])('are the same again with clones and on machines that are cut off (seed %i)', async (seed) => {
    const script = generate(seed, STEPS, { cloned: true, partitioned: true });
    const first = await live(script, { digestsBytes: true });
    expect(await live(script, { digestsBytes: true })).toEqual(first);
  });

  it.each([3, 5, 7, 11, 13])('are the same when they are lived again, down to the bytes that are left (seed %i)', async (seed) => {
    const first = await live(generate(seed), { digestsBytes: true });
    expect(await live(generate(seed), { digestsBytes: true })).toEqual(first);
  });
});
