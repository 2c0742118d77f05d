// A test for each planted bug.

import { expect, it } from 'vitest';
import { isNode } from '../runtimes.ts';
import type { CaughtBy, PlantedBug } from './bug.ts';
import { catchBug } from './plant.ts';

const TIMEOUT_MS = 240_000;

export const isByTest = (caughtBy: CaughtBy): boolean => typeof caughtBy === 'object' && 'test' in caughtBy;

/** One process each, one after the other. Sources are replaced by means of Node, and what they break is the same everywhere. */
export function noticeEach(bugs: readonly PlantedBug[]): void {
  it.each(isNode ? bugs : [])(
    'are noticed ($name)',
    async (bug) => {
      expect(await catchBug(bug)).toBeDefined();
    },
    TIMEOUT_MS,
  );
}
