// The log over objects passes the kit on stores in memory: those that answer at once, and those where every call takes its time.

import { memoryStore, type LogStore, type MemoryStore, type MemoryStoreOptions } from '@varve/core';
import { objectLog } from '@varve/core/object-log';
import { describe, it } from 'vitest';
import { logStoreConformance } from './index.ts';

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

const VARIANTS: Record<string, MemoryStoreOptions> = {
  'a memory store': {},
  'an asynchronous memory store': { sync: false },
  'a slow memory store': { sync: false, delay: turn },
};

for (const [name, options] of Object.entries(VARIANTS)) {
  const stores = new WeakMap<LogStore, MemoryStore>();
  const logOn = (store: MemoryStore): LogStore => {
    const log = objectLog(store);
    stores.set(log, store);
    return log;
  };
  logStoreConformance({
    name: `a log of objects in ${name}`,
    open: () => logOn(memoryStore(options)),
    reopen: (log) => logOn(stores.get(log)!.share(options)),
    powerCut: (log) => logOn(stores.get(log)!.crash(options)),
    sync: false,
    takes: true,
    testRunner: { describe, it },
  });
}
