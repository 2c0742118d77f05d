// The store in memory passes the kits: through both halves, through the asynchronous half alone, and when every call takes its time.

import { memoryStore, type LogStore, type MemoryStore, type MemoryStoreOptions, type ObjectStore } from '@varve/core';
import { describe, it } from 'vitest';
import { engineConformance, logStoreConformance, objectStoreConformance } from './index.ts';

const testRunner = { describe, it };
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

const VARIANTS: Record<string, MemoryStoreOptions> = {
  'memory store': {},
  'memory store, asynchronous': { sync: false },
  'memory store, slow': { delay: turn },
  'memory store, asynchronous and slow': { sync: false, delay: turn },
};

for (const [name, options] of Object.entries(VARIANTS)) {
  objectStoreConformance({
    name,
    open: () => memoryStore(options),
    reopen: (store) => memory(store).share(options),
    powerCut: (store) => memory(store).crash(options),
    sync: options.sync !== false,
    lock: true,
    manyObjects: 200,
    largeObjectBytes: 2 ** 20,
    testRunner,
  });

  const stores = new WeakMap<LogStore, MemoryStore>();
  const logOf = (store: MemoryStore): LogStore => {
    const log = store.openLog();
    stores.set(log, store);
    return log;
  };
  const storeOf = (log: LogStore) => memory(stores.get(log));
  logStoreConformance({
    name: `log of the ${name}`,
    open: () => logOf(memoryStore(options)),
    reopen: (log) => logOf(storeOf(log).share(options)),
    powerCut: (log) => logOf(storeOf(log).crash(options)),
    sync: options.sync !== false,
    testRunner,
  });
}

for (const sync of [true, false]) {
  engineConformance({
    name: sync ? 'a database in memory' : 'a database in memory that answers later',
    open: () => memoryStore({ sync }),
    reopen: (store) => memory(store).share({ sync }),
    sync,
    testRunner,
  });
}

function memory(store: ObjectStore | undefined): MemoryStore {
  return store as MemoryStore;
}
