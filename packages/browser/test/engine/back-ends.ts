// The places that an engine can have in a browser, fresh ones for each check, and how they are removed. Nothing of a test runner here: workers use it too.

import { memoryStore, type MemoryStore, type ObjectStore } from '@varve/core';
import { idbStore } from '@varve/adapter-idb';
import { opfsStore } from '@varve/adapter-opfs';

export type BackEndName = 'memory' | 'idb' | 'opfs';

/** A kind of place. */
export interface BackEnd {
  /** A store over a fresh, empty place. */
  open(): ObjectStore;
  /** Another handle on a store's place, where there can be two. */
  reopen?(store: ObjectStore): ObjectStore;
  readonly sync: boolean;
  /** Removes every place that was made. */
  remove(): Promise<void>;
}

const FOLDER = 'varve-engine-test';

function memory(): BackEnd {
  return { open: () => memoryStore(), reopen: (store) => (store as MemoryStore).share(), sync: true, remove: async () => undefined };
}

function idb(): BackEnd {
  const names = new Map<ObjectStore, string>();
  const at = (name: string): ObjectStore => {
    const store = idbStore(name);
    names.set(store, name);
    return store;
  };
  return {
    open: () => at(`engine-test-${crypto.randomUUID()}`),
    reopen: (store) => at(names.get(store)!),
    sync: false,
    async remove() {
      await Promise.all([...new Set(names.values())].map(deleteDatabase));
      names.clear();
    },
  };
}

/** Whoever has the files open is alone with them: there is no second handle. */
function opfs(): BackEnd {
  const folder = `${FOLDER}/${crypto.randomUUID()}`;
  let count = 0;
  return {
    open: () => opfsStore(`${folder}/${count++}`),
    sync: true,
    async remove() {
      const root = await navigator.storage.getDirectory();
      const parent = await root.getDirectoryHandle(FOLDER, { create: true });
      // Nothing was made where no database could be opened.
      await parent.removeEntry(folder.slice(FOLDER.length + 1), { recursive: true }).catch(() => undefined);
    },
  };
}

export function backEnd(name: BackEndName): BackEnd {
  return { memory, idb, opfs }[name]();
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error ?? new Error('the database was not deleted'));
  });
}
