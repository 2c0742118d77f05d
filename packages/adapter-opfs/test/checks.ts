// The conformance kit against the real thing: each check in a folder of its own.

import type { LogStore, ObjectStore } from '@varve/core';
import { opfsStore, type OpfsStore } from '@varve/adapter-opfs';
import { logStoreChecks, objectStoreChecks, type Check } from '@varve/store-conformance';

const storeOf = new WeakMap<LogStore, OpfsStore>();

export function freshFolder(): string {
  return `varve-test/${crypto.randomUUID()}`;
}

/** A store whose files are open, so that its synchronous half may be used. */
async function openStore(): Promise<ObjectStore> {
  const store = opfsStore(freshFolder());
  await store.list('');
  return store;
}

async function openLog(): Promise<LogStore> {
  return logOf((await openStore()) as OpfsStore);
}

function logOf(store: OpfsStore): LogStore {
  const log = store.openLog();
  storeOf.set(log, store);
  return log;
}

export const checks: readonly Check[] = [
  ...objectStoreChecks({ open: openStore, sync: true, lock: true }),
  ...logStoreChecks({ open: openLog, reopen: (log) => logOf(storeOf.get(log)!), sync: true }),
];
