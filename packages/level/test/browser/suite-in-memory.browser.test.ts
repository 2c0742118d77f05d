// abstract-level's suite in a browser, on databases in memory.

import './node-globals.ts';
import { memoryStore } from '@varve/core';
import { it } from 'vitest';
import { runAbstractSuite } from '../abstract-suite.ts';
import { ASSERTIONS, expectAll, SUITE_TIMEOUT_MS } from '../expect-all.ts';
import { SmallLevel } from './small-level.ts';

it('passes the whole suite in memory', { timeout: SUITE_TIMEOUT_MS }, async () => {
  expectAll(await runAbstractSuite((options) => new SmallLevel(memoryStore(), options)), ASSERTIONS.inMemory);
});
