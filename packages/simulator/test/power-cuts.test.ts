// The power is cut before and after every call that a script makes to the disk, in each of the ways that a cut can go.

import { describe, expect, it } from 'vitest';
import { CUT_MODES } from '../src/disk/disk.ts';
import { cutEverywhere, scriptWith } from '../src/sim/power-cuts.ts';
import { live } from '../src/sim/live.ts';
import { isNode } from './runtimes.ts';

const TIMEOUT_MS = 240_000;
/** Elsewhere one call of so many. */
const STRIDE = isNode ? 1 : 40;
/** Where stores answer later, or both ways, each call is cut in one of the ways: all of them are for the store that answers now, and for who has time. */
const STRIDE_OF_OTHERS = process.env['VARVE_LONG'] === undefined ? STRIDE * CUT_MODES.length : STRIDE;
const MANNERS = ['now', 'both', 'later'] as const;

describe('a power cut before and after each call to the disk', () => {
  it.each(MANNERS.flatMap((manner) => CUT_MODES.map((mode) => ({ manner, mode }))))(
    'loses nothing that was promised (calls answered $manner, unsynced bytes $mode)',
    async ({ manner, mode }) => {
      const stride = manner === 'now' ? STRIDE : STRIDE_OF_OTHERS;
      const lives = await cutEverywhere(manner, mode, CUT_MODES.indexOf(mode) % stride, stride);
      expect(lives).toBeGreaterThan(700 / stride);
    },
    TIMEOUT_MS,
  );

  it('is one in the middle of each kind of call', async () => {
    const calls = await Promise.all(MANNERS.map(async (manner) => (await live(scriptWith(manner))).calls));
    for (const kinds of calls) {
      for (const kind of [
        'putIfAbsent',
        'append',
        'finish',
        'delete',
        'log.create',
        'log.append',
        'log.sync',
        'log.makeDurable',
        'log.truncate',
      ]) {
        expect(kinds[kind], kind).toBeGreaterThan(0);
      }
    }
  });
});
