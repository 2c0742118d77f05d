// The kit for logs: every promise of LogStore, checked against the real thing.

import { register, type Check, type TestRunner } from './check.ts';
import { appendPromises } from './logs/append-promises.ts';
import { claimPromises } from './logs/claim-promises.ts';
import { logChecks, type LogStoreUnderTest } from './logs/log-subject.ts';
import { segmentPromises } from './logs/segment-promises.ts';
import { syncPromises } from './logs/sync-promises.ts';
import { takingPromises } from './logs/taking-promises.ts';
import { truncatePromises } from './logs/truncate-promises.ts';

const THEMES = {
  segments: segmentPromises,
  append: appendPromises,
  sync: syncPromises,
  truncate: truncatePromises,
  claims: claimPromises,
  taking: takingPromises,
};

/** The log, and the test runner that is to run its checks. */
export interface LogStoreConformanceOptions extends LogStoreUnderTest {
  /** Title of the group of tests. */
  readonly name: string;
  readonly testRunner: TestRunner;
}

/**
 * Registers all checks of a log with a test runner.
 * @example
 * import { describe, it } from 'node:test';
 * import { memoryStore } from '@varve/core';
 * import { logStoreConformance } from '@varve/store-conformance';
 *
 * logStoreConformance({ name: 'memory', open: () => memoryStore().openLog(), sync: true, testRunner: { describe, it } });
 */
export function logStoreConformance(options: LogStoreConformanceOptions): void {
  register(options.name, logStoreChecks(options), options.testRunner);
}

/** The same checks, to be run by hand. */
export function logStoreChecks(options: LogStoreUnderTest): Check[] {
  return Object.entries(THEMES).flatMap(([theme, promises]) => logChecks(theme, promises, options));
}
