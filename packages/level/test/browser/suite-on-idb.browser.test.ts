// abstract-level's suite on databases in IndexedDB, on a page.

import './node-globals.ts';
import { idbStore } from '@varve/adapter-idb';
import { afterAll, it } from 'vitest';
import { LONG_PATIENCE_MS, runAbstractSuite } from '../abstract-suite.ts';
import { ASSERTIONS, expectAll, LONG_SUITE_TIMEOUT_MS } from '../expect-all.ts';
import { SmallLevel } from './small-level.ts';

const names: string[] = [];

function freshName(): string {
  const name = `level-${crypto.randomUUID()}`;
  names.push(name);
  return name;
}

afterAll(() => {
  // Not waited for: the browser's profile goes anyway.
  for (const name of names) indexedDB.deleteDatabase(name);
});

it('passes the whole suite in IndexedDB', { timeout: LONG_SUITE_TIMEOUT_MS }, async () => {
  expectAll(await runAbstractSuite((options) => new SmallLevel(idbStore(freshName()), options), LONG_PATIENCE_MS), ASSERTIONS.late);
});
