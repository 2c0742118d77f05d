// The promises of stores, logs and databases, kept by the storage of Durable Objects.

import { doLog, doStore } from '@varve/adapter-do';
import { engineConformance, logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { inObjects, storage } from './places.ts';

const testRunner = inObjects;

const openStore = () => doStore(storage());
const openLog = () => doLog(storage());
const openOwnLog = () => doStore(storage()).openLog();

objectStoreConformance({
  name: 'doStore',
  open: openStore,
  reopen: openStore,
  sync: true,
  lock: false,
  manyObjects: 1100,
  largeObjectBytes: 5 * 2 ** 20 + 1,
  testRunner,
});

logStoreConformance({ name: 'doLog', open: openLog, reopen: openLog, sync: false, claims: true, testRunner });

logStoreConformance({ name: 'the log of doStore', open: openOwnLog, reopen: openOwnLog, sync: true, claims: true, testRunner });

engineConformance({ name: 'a database on doStore', open: openStore, reopen: openStore, sync: true, testRunner });
