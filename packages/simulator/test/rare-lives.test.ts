// What random lives meet too rarely, scripted.

import { describe, expect, it } from 'vitest';
import { live } from '../src/sim/live.ts';
import { RARE_LIVES, type RareLife } from '../src/sim/rare-lives.ts';
import { isNode } from './runtimes.ts';

const LIVES = isNode ? 24 : 2;
const TIMEOUT_MS = 120_000;

describe('rare lives', () => {
  it.each(Object.keys(RARE_LIVES) as RareLife[])(
    'break no promise (%s)',
    async (kind) => {
      for (let seed = 1; seed <= LIVES; seed++) await expect(live(RARE_LIVES[kind](seed))).resolves.toBeDefined();
    },
    TIMEOUT_MS,
  );
});
