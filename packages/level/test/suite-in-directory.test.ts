// abstract-level's suite on databases in directories.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Level, type OpenOptions } from '@varve/level';
import { afterAll, it } from 'vitest';
import { LITTLE_MEMORY, runAbstractSuite } from './abstract-suite.ts';
import { ASSERTIONS, expectAll, SUITE_TIMEOUT_MS } from './expect-all.ts';

class SmallLevel extends Level {
  protected override async _open(options: OpenOptions): Promise<void> {
    await super._open({ ...options, ...LITTLE_MEMORY });
  }
}

const folder = mkdtempSync(join(tmpdir(), 'varve-level-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('passes the whole suite in a directory', { timeout: SUITE_TIMEOUT_MS }, async () => {
  let count = 0;
  expectAll(await runAbstractSuite((options) => new SmallLevel(join(folder, String(count++)), options)), ASSERTIONS.lasting);
});
