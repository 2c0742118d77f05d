// The promises of stores, logs and databases, kept by the R2 of workerd.

import type { LogStore } from '@varve/core';
import { r2Store } from '@varve/adapter-r2';
import { engineConformance, logStoreConformance, objectStoreConformance } from '@varve/store-conformance';
import { describe, it } from 'vitest';
import { bucket, Places } from './places.ts';

const testRunner = { describe, it };
const stores = new Places((prefix) => r2Store(bucket, { prefix }));
const logs = new Places<LogStore>((prefix) => r2Store(bucket, { prefix }).openLog());

objectStoreConformance({
  name: 'r2Store',
  open: stores.fresh,
  reopen: stores.again,
  sync: false,
  lock: false,
  manyObjects: 1100,
  largeObjectBytes: 17 * 2 ** 20,
  testRunner,
});

logStoreConformance({ name: 'the log of r2Store', open: logs.fresh, reopen: logs.again, sync: false, takes: true, testRunner });

engineConformance({ name: 'a database on r2Store', open: stores.fresh, reopen: stores.again, sync: false, testRunner });
