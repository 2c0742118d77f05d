// What a run of abstract-level's suite has to come to.

import { expect } from 'vitest';
import type { SuiteResult } from './abstract-suite.ts';

/** Longer than the suite waits for itself. */
export const SUITE_TIMEOUT_MS = 300_000;

/** The same where a browser makes a thousand databases. */
export const LONG_SUITE_TIMEOUT_MS = 1_200_000;

/** Assertions that there are on a store: fewer mean that the suite has left something out. */
export const ASSERTIONS = {
  /** That answers at once, and lasts. */
  lasting: 5168,
  /** Without what rests on `permanence`: three tests of iterators, each twice. */
  inMemory: 5162,
  /** That always answers later and lasts: without `getSync`. */
  late: 4708,
  /** The same in memory. */
  lateInMemory: 4702,
} as const;

/** Nothing has failed or was skipped, and nothing was left out. */
export function expectAll({ passed, failed, skipped }: SuiteResult, least: number): void {
  expect(failed).toEqual([]);
  expect(skipped).toEqual([]);
  expect(passed).toBeGreaterThanOrEqual(least);
}
