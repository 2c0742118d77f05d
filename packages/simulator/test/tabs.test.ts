// Lives of the tabs of a browser, of many seeds. `npm run sim -- --tabs` lives more of them; a failure tells its seed, and `npm run sim -- --tabs --seeds 1
// --from <seed> --trace` what happened.

import { describe, expect, it } from 'vitest';
import { generateTabs } from '../src/tabs/generate-tabs.ts';
import { liveTabs } from '../src/tabs/tab-life.ts';
import { isNode } from './runtimes.ts';

const GROUPS = isNode ? 5 : 1;
const SEEDS_A_GROUP = 20;
const TIMEOUT_MS = 120_000;

describe('tabs', () => {
  it.each(Array.from({ length: GROUPS }, (_, group) => 1 + group * SEEDS_A_GROUP))(
    'break no promise (20 seeds from %i on)',
    async (from) => {
      let [crashed, taken] = [0, 0];
      for (let seed = from; seed < from + SEEDS_A_GROUP; seed++) {
        const { crashes, engines } = await liveTabs(generateTabs(seed));
        if (crashes > 0) crashed++;
        taken += engines - 1;
      }
      expect(crashed).toBeGreaterThan(SEEDS_A_GROUP / 2);
      expect(taken).toBeGreaterThan(SEEDS_A_GROUP);
    },
    TIMEOUT_MS,
  );

  it.each([4, 8, 15, 16, 23])('live the same lives again (seed %i)', async (seed) => {
    const first = await liveTabs(generateTabs(seed));
    expect(await liveTabs(generateTabs(seed))).toEqual(first);
  });
});
