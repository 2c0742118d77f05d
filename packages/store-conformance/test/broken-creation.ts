// Mistakes of creating, getting and naming objects.

import type { ObjectStore } from '@varve/core';
import { replace, type BrokenStore } from './broken-store.ts';

export const brokenCreation: readonly BrokenStore[] = [
  {
    mistake: 'putIfAbsent overwrites',
    caughtBy: 'putIfAbsent answers false where an object is, and leaves it alone',
    breakStore: (store) => ({
      async putIfAbsent(name, bytes) {
        const there = await store.has(name);
        await replace(store, name, bytes);
        return !there;
      },
    }),
  },
  {
    mistake: 'putIfAbsent looks first and writes later',
    caughtBy: 'one of many concurrent creators wins',
    breakStore: (store) => ({
      async putIfAbsent(name, bytes) {
        if (await store.has(name)) return false;
        await replace(store, name, bytes);
        return true;
      },
    }),
  },
  {
    mistake: 'putIfAbsent is atomic within one handle only',
    caughtBy: 'one of many creators on several handles wins',
    breakStore: (store) => {
      let turn: Promise<unknown> = Promise.resolve();
      const create = async (name: string, bytes: Uint8Array) => {
        if (await store.has(name)) return false;
        await replace(store, name, bytes);
        return true;
      };
      return {
        putIfAbsent(name, bytes) {
          const created = turn.then(() => create(name, bytes));
          turn = created;
          return created;
        },
      };
    },
  },
  {
    mistake: 'the losers of a race leave their bytes under another name',
    caughtBy: 'a lost race leaves nothing behind',
    breakStore: (store) => {
      let count = 0;
      return {
        async putIfAbsent(name, bytes) {
          await store.put(`${name}.tmp${count++}`, bytes);
          return store.putIfAbsent(name, bytes);
        },
      };
    },
  },
  {
    mistake: 'put keeps the bytes it was given instead of a copy',
    caughtBy: 'bytes that were passed in may change afterwards',
    breakStore: (store) =>
      keeping(
        store,
        (bytes) => bytes,
        (bytes) => bytes.slice(),
      ),
  },
  {
    mistake: 'get hands out the bytes that it keeps',
    caughtBy: 'bytes that were handed out belong to the caller',
    breakStore: (store) =>
      keeping(
        store,
        (bytes) => bytes.slice(),
        (bytes) => bytes,
      ),
  },
  {
    mistake: 'get hands out a view of a shared buffer',
    caughtBy: 'bytes that were handed out belong to the caller',
    breakStore: (store) => {
      const scratch = new Uint8Array(8 * 2 ** 20);
      return {
        async get(name) {
          const bytes = await store.get(name);
          if (bytes === undefined) return undefined;
          scratch.set(bytes);
          return scratch.subarray(0, bytes.length);
        },
      };
    },
  },
  {
    mistake: 'get hands out pieces of a pool',
    caughtBy: 'bytes handed out have a buffer of their own',
    breakStore: (store) => ({
      async get(name) {
        const bytes = await store.get(name);
        if (bytes === undefined) return undefined;
        const pooled = new Uint8Array(bytes.length + 8192).subarray(8192);
        pooled.set(bytes);
        return pooled;
      },
    }),
  },
  {
    mistake: 'bytes in WebAssembly memory are read after the call has returned',
    caughtBy: 'bytes may lie in WebAssembly memory, which may grow meanwhile',
    breakStore: (store) => ({
      async put(name, bytes) {
        await Promise.resolve();
        await store.put(name, bytes);
      },
    }),
  },
  {
    mistake: 'an empty object counts as missing',
    caughtBy: 'an object may be empty',
    breakStore: (store) => ({
      async get(name) {
        const bytes = await store.get(name);
        return bytes?.length ? bytes : undefined;
      },
    }),
  },
  {
    mistake: 'large objects are cut off',
    caughtBy: 'a large object comes back whole',
    breakStore: (store) => ({ put: (name, bytes) => store.put(name, bytes.subarray(0, 2 ** 20)) }),
  },
  {
    mistake: 'has is always true',
    caughtBy: 'an object that was never put is not there',
    breakStore: () => ({ has: () => true }),
  },
  {
    mistake: 'names lose what is not a letter or digit',
    caughtBy: 'names that differ in one allowed character are different objects',
    breakStore: (store) => ({
      get: (name) => store.get(name.replaceAll('.', '-')),
      put: (name, bytes) => replace(store, name.replaceAll('.', '-'), bytes),
    }),
  },
  {
    mistake: 'a folder counts as an object',
    caughtBy: 'a folder of objects is not an object',
    breakStore: (store) => ({ has: async (name) => (await store.has(name)) || (await store.list(`${name}/`)).length > 0 }),
  },
  {
    mistake: 'putIfAbsent answers what was there before',
    caughtBy: 'putIfAbsent creates an object where there is none',
    breakStore: (store) => ({ putIfAbsent: async (name, bytes) => !(await store.putIfAbsent(name, bytes)) }),
  },
  {
    mistake: 'the second half of a large object is written by whoever comes last',
    caughtBy: 'the winner of large creations is whole',
    breakStore: (store) => ({
      async putIfAbsent(name, bytes) {
        const created = await store.putIfAbsent(name, bytes);
        if (created || bytes.length < 1000) return created;
        const mixed = (await store.get(name)) ?? bytes;
        mixed.set(bytes.subarray(bytes.length >> 1), bytes.length >> 1);
        await replace(store, name, mixed);
        return false;
      },
    }),
  },
  {
    mistake: 'names are remembered after their objects are deleted',
    caughtBy: 'a name that was deleted is free',
    breakStore: (store) => {
      const used = new Set<string>();
      return {
        put(name, bytes) {
          used.add(name);
          return store.put(name, bytes);
        },
        putIfAbsent: async (name, bytes) => !used.has(name) && store.putIfAbsent(name, bytes),
      };
    },
  },
  {
    mistake: 'put loses the last byte',
    caughtBy: 'an object is there after put, with exactly its bytes',
    breakStore: (store) => ({ put: (name, bytes) => store.put(name, bytes.subarray(0, -1)) }),
  },
];

/** A store that keeps what `kept` makes of bytes, and hands out what `handed` makes of them. */
function keeping(
  store: ObjectStore,
  kept: (bytes: Uint8Array) => Uint8Array,
  handed: (bytes: Uint8Array) => Uint8Array,
): Partial<ObjectStore> {
  const objects = new Map<string, Uint8Array>();
  return {
    async put(name, bytes) {
      objects.set(name, kept(bytes));
      await store.put(name, bytes);
    },
    async get(name) {
      const bytes = objects.get(name);
      return bytes ? handed(bytes) : store.get(name);
    },
  };
}
