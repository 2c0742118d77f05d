// An object store with one deliberate mistake, the kind that adapters make, and the check that has to notice it.

import { memoryStore, type AsyncOperations, type MemoryStore, type ObjectReader, type ObjectStore, type ObjectWriter } from '@varve/core';

/** A mistake: what it replaces in a store in memory. `handle` counts the handles on one place. */
export interface BrokenStore {
  readonly mistake: string;
  /** Title of a check that fails. */
  readonly caughtBy: string;
  /** Kept by the synchronous store too; default: the asynchronous one. */
  readonly sync?: boolean;
  breakStore(store: MemoryStore): Partial<ObjectStore>;
}

/** A store with a mistake. */
export function brokenStore(broken: BrokenStore, store: MemoryStore): ObjectStore {
  return { ...store, ...broken.breakStore(store) };
}

/** The store in memory that a mistake is built into. */
export function soundStore({ sync = false }: Pick<BrokenStore, 'sync'>): MemoryStore {
  return sync ? memoryStore() : memoryStore({ sync: false });
}

/** Puts an object, whether its name is taken or not. */
export async function replace(store: AsyncOperations, name: string, bytes: Uint8Array): Promise<void> {
  await store.delete([name]);
  await store.put(name, bytes);
}

/** A store whose readers have a mistake. */
export function withReader(
  store: ObjectStore,
  change: (reader: ObjectReader, name: string) => Partial<ObjectReader>,
): Partial<ObjectStore> {
  return {
    async openObject(name, size) {
      const reader = await store.openObject(name, size);
      return { ...reader, ...change(reader, name) };
    },
  };
}

/** A store whose writers have a mistake. */
export function withWriter(
  store: ObjectStore,
  change: (writer: ObjectWriter, name: string) => Partial<ObjectWriter>,
): Partial<ObjectStore> {
  return {
    async createObject(name, sizeHint) {
      const writer = await store.createObject(name, sizeHint);
      return { ...writer, ...change(writer, name) };
    },
  };
}
