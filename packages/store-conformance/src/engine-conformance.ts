// The kit for whole databases: an engine on the store, from its first write to what the next program finds. A store that passes the kits of stores and logs
// passes this one; it shows in a minute whether both do together what a database needs, in the runtime at hand.

import { register, type Check, type TestRunner } from './check.ts';
import { engineChecksOf, type EngineUnderTest } from './engine/engine-subject.ts';
import { reopenPromises } from './engine/reopen-promises.ts';
import { scanPromises } from './engine/scan-promises.ts';
import { syncPromises } from './engine/sync-promises.ts';
import { upkeepPromises } from './engine/upkeep-promises.ts';
import { writePromises } from './engine/write-promises.ts';

const THEMES = { write: writePromises, scan: scanPromises, upkeep: upkeepPromises, reopen: reopenPromises, synchronous: syncPromises };

/** The store, and the test runner that is to run its checks. */
export interface EngineConformanceOptions extends EngineUnderTest {
  /** Title of the group of tests. */
  readonly name: string;
  readonly testRunner: TestRunner;
}

/**
 * Registers all checks of a database on a store with a test runner.
 * @example
 * import { describe, it } from 'node:test';
 * import { memoryStore } from '@varve/core';
 * import { engineConformance } from '@varve/store-conformance';
 *
 * engineConformance({ name: 'memory', open: () => memoryStore(), sync: true, testRunner: { describe, it } });
 */
export function engineConformance(options: EngineConformanceOptions): void {
  register(options.name, engineChecks(options), options.testRunner);
}

/** The same checks, to be run by hand. */
export function engineChecks(options: EngineUnderTest): Check[] {
  return Object.entries(THEMES).flatMap(([theme, promises]) => engineChecksOf(theme, promises, options));
}
