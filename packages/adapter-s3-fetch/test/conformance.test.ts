// The promises of stores and logs, on an S3 in this process. On a real one: conformance.cloud.test.ts.

import type { LogStore, ObjectStore } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { FakeS3 } from './fake-s3.ts';
import { storeOn } from '../src/s3-store.ts';
import { CREDENTIALS, LITTLE_PATIENCE } from './stores-test-kit.ts';

let fake: FakeS3;
beforeAll(async () => {
  fake = await FakeS3.start();
  fake.pageSize = 100;
});
afterAll(() => fake.stop());

let places = 0;
const placeOf = new WeakMap<ObjectStore | LogStore, string>();

function storeAt(place: string): ObjectStore {
  const store = storeOn(fake.address(place), CREDENTIALS, LITTLE_PATIENCE);
  placeOf.set(store, place);
  return store;
}

function logAt(place: string): LogStore {
  const log = storeOn(fake.address(place), CREDENTIALS, LITTLE_PATIENCE).openLog();
  placeOf.set(log, place);
  return log;
}

objectStoreConformance({
  name: 's3Store',
  open: () => storeAt(`store-${++places}`),
  reopen: (store) => storeAt(placeOf.get(store)!),
  sync: false,
  lock: false,
  manyObjects: 250,
  largeObjectBytes: 17 * 2 ** 20,
  testRunner: { describe, it },
});

logStoreConformance({
  name: 'the log of s3Store',
  open: () => logAt(`log-${++places}`),
  reopen: (log) => logAt(placeOf.get(log)!),
  sync: false,
  takes: true,
  testRunner: { describe, it },
});
