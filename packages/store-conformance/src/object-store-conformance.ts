// The kit for object stores: every promise of ObjectStore, checked against the real thing.

import { register, type Check, type TestRunner } from './check.ts';
import { bytesPromises } from './objects/bytes-promises.ts';
import { createPromises } from './objects/create-promises.ts';
import { deletePromises } from './objects/delete-promises.ts';
import { durabilityPromises } from './objects/durability-promises.ts';
import { halfPromises } from './objects/half-promises.ts';
import { handlePromises } from './objects/handle-promises.ts';
import { listPromises } from './objects/list-promises.ts';
import { namePromises } from './objects/name-promises.ts';
import { objectChecks, type ObjectStoreUnderTest } from './objects/object-subject.ts';
import { rangePromises } from './objects/range-promises.ts';
import { writerPromises } from './objects/writer-promises.ts';

const THEMES = {
  create: createPromises,
  bytes: bytesPromises,
  names: namePromises,
  ranges: rangePromises,
  list: listPromises,
  delete: deletePromises,
  writer: writerPromises,
  halves: halfPromises,
  durability: durabilityPromises,
  handle: handlePromises,
};

/** The store, and the test runner that is to run its checks. */
export interface ObjectStoreConformanceOptions extends ObjectStoreUnderTest {
  /** Title of the group of tests. */
  readonly name: string;
  readonly testRunner: TestRunner;
}

/**
 * Registers all checks of an object store with a test runner.
 * @example
 * import { describe, it } from 'node:test';
 * import { memoryStore } from '@varve/core';
 * import { objectStoreConformance } from '@varve/store-conformance';
 *
 * objectStoreConformance({ name: 'memory', open: () => memoryStore(), sync: true, lock: true, testRunner: { describe, it } });
 */
export function objectStoreConformance(options: ObjectStoreConformanceOptions): void {
  register(options.name, objectStoreChecks(options), options.testRunner);
}

/** The same checks, to be run by hand. */
export function objectStoreChecks(options: ObjectStoreUnderTest): Check[] {
  return Object.entries(THEMES).flatMap(([theme, promises]) => objectChecks(theme, promises, options));
}
