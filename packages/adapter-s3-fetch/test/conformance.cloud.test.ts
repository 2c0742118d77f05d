// The promises of stores and logs, kept by a real S3.

import type { LogStore, ObjectStore } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { beforeAll, describe, it } from 'vitest';
import { Bucket, storeAt } from './cloud-test-kit.ts';

let bucket: Bucket;
beforeAll(async () => {
  bucket = await Bucket.create('conformance');
});

const places = new WeakMap<ObjectStore | LogStore, string>();

function openStore(address: string): ObjectStore {
  const store = storeAt(address);
  places.set(store, address);
  return store;
}

function openLog(address: string): LogStore {
  const log = storeAt(address).openLog();
  places.set(log, address);
  return log;
}

objectStoreConformance({
  name: 's3Store on Ceph',
  open: () => openStore(bucket.freshPlace()),
  reopen: (store) => openStore(places.get(store)!),
  sync: false,
  lock: false,
  manyObjects: 1100,
  largeObjectBytes: 20 * 2 ** 20,
  testRunner: { describe, it },
});

logStoreConformance({
  name: 'the log of s3Store on Ceph',
  open: () => openLog(bucket.freshPlace()),
  reopen: (log) => openLog(places.get(log)!),
  sync: false,
  takes: true,
  testRunner: { describe, it },
});
