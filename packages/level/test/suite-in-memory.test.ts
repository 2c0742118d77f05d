// abstract-level's suite on databases in memory.

import { MemoryLevel, type OpenOptions } from '@varve/level';
import { it } from 'vitest';
import { LITTLE_MEMORY, runAbstractSuite } from './abstract-suite.ts';
import { ASSERTIONS, expectAll, SUITE_TIMEOUT_MS } from './expect-all.ts';

class SmallLevel extends MemoryLevel {
  protected override async _open(options: OpenOptions): Promise<void> {
    await super._open({ ...options, ...LITTLE_MEMORY });
  }
}

it('passes the whole suite in memory', { timeout: SUITE_TIMEOUT_MS }, async () => {
  expectAll(await runAbstractSuite((options) => new SmallLevel(options)), ASSERTIONS.inMemory);
});
