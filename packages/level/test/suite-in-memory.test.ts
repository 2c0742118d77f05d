// abstract-level's suite on databases in memory. It leaves out what rests on `permanence`: three tests of iterators, each twice.

import { MemoryLevel, type OpenOptions } from '@varve/level';
import { it } from 'vitest';
import { expectAll, LITTLE_MEMORY, runAbstractSuite, SUITE_TIMEOUT_MS } from './abstract-suite.ts';

class SmallLevel extends MemoryLevel {
  protected override async _open(options: OpenOptions): Promise<void> {
    await super._open({ ...options, ...LITTLE_MEMORY });
  }
}

it('passes the whole suite in memory', { timeout: SUITE_TIMEOUT_MS }, async () => {
  expectAll(await runAbstractSuite((options) => new SmallLevel(options)), 5162);
});
