// abstract-level's suite on a store that always answers later.

import { memoryStore } from '@varve/core';
import { StoreLevel, type OpenOptions } from '@varve/level';
import { it } from 'vitest';
import { LITTLE_MEMORY, runAbstractSuite } from './abstract-suite.ts';
import { ASSERTIONS, expectAll, SUITE_TIMEOUT_MS } from './expect-all.ts';

class SmallLevel extends StoreLevel {
  protected override async _open(options: OpenOptions): Promise<void> {
    await super._open({ ...options, ...LITTLE_MEMORY });
  }
}

it('passes the whole suite on a store that answers later', { timeout: SUITE_TIMEOUT_MS }, async () => {
  expectAll(await runAbstractSuite((options) => new SmallLevel(memoryStore({ sync: false }), options)), ASSERTIONS.lateInMemory);
});
