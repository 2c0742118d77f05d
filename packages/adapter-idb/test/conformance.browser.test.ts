// The promises of stores and logs, kept by the real thing, on the main thread.

import type { ObjectStore, LogStore } from '@varve/core';
import { logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { describe, it } from 'vitest';
import { idbStore } from '../src/idb-store.ts';
import { freshName, removeDatabasesAfterAll } from './databases-test-kit.ts';

removeDatabasesAfterAll();

/** Which database a store or log works on, for further handles on it. */
const places = new WeakMap<ObjectStore | LogStore, string>();

function storeAt(name: string): ObjectStore {
  const store = idbStore(name);
  places.set(store, name);
  return store;
}

function logAt(name: string): LogStore {
  const log = idbStore(name).openLog();
  places.set(log, name);
  return log;
}

objectStoreConformance({
  name: 'idbStore',
  open: () => storeAt(freshName()),
  reopen: (store) => storeAt(places.get(store)!),
  sync: false,
  lock: true,
  testRunner: { describe, it },
});

logStoreConformance({
  name: 'the log of idbStore',
  open: () => logAt(freshName()),
  reopen: (log) => logAt(places.get(log)!),
  sync: false,
  testRunner: { describe, it },
});
