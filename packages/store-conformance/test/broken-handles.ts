// Mistakes of the store as a whole: lock, closing, durability, what it says of itself.

import { memoryStore } from '@varve/core';
import type { BrokenStore } from './broken-store.ts';

export const brokenHandles: readonly BrokenStore[] = [
  {
    mistake: 'what was got once is got from memory',
    caughtBy: 'what was put in the place of another object is what everybody gets from then on',
    breakStore(store) {
      const known = new Map<string, Uint8Array>();
      return {
        async get(name) {
          const bytes = known.get(name) ?? (await store.get(name));
          if (bytes !== undefined) known.set(name, bytes);
          return bytes?.slice();
        },
      };
    },
  },
  {
    mistake: 'an object stays when another is put in its place',
    caughtBy: 'what was put in the place of another object is what everybody gets from then on',
    breakStore: (store) => ({ replace: async (name, bytes) => void (await store.putIfAbsent(name, bytes)) }),
  },
  {
    mistake: 'the lock is given to everybody',
    caughtBy: 'the lock is refused while it is held, and free after its release',
    breakStore: () => ({ lock: () => () => {} }),
  },
  {
    mistake: 'the lock holds within one handle only',
    caughtBy: 'the lock is refused to another handle',
    breakStore: () => {
      const { lock } = memoryStore();
      return lock ? { lock } : {};
    },
  },
  {
    mistake: 'the lock is looked at first and taken later',
    caughtBy: 'one of many who ask for the lock at once gets it',
    breakStore: (store) => {
      let held = false;
      return {
        async lock(options) {
          if (held && !options?.takeOver) return undefined;
          await Promise.resolve();
          held = true;
          return () => {
            held = false;
          };
        },
        put: (name, bytes) => store.put(name, bytes),
      };
    },
  },
  {
    mistake: 'whoever releases the lock frees it for all',
    caughtBy: 'the lock can be taken over, after which its old holder releases nothing',
    breakStore: () => {
      let held = false;
      return {
        lock(options) {
          if (held && !options?.takeOver) return undefined;
          held = true;
          return () => {
            held = false;
          };
        },
      };
    },
  },
  {
    mistake: 'a store that was closed is of no use any more',
    caughtBy: 'a store may be closed twice, and used again',
    breakStore: (store) => {
      let closed = false;
      return {
        close: () => {
          closed = true;
        },
        async get(name) {
          if (closed) throw new Error('database connection is closing');
          return store.get(name);
        },
      };
    },
  },
  {
    mistake: 'capabilities are made up',
    caughtBy: 'capabilities are useful numbers',
    breakStore: () => ({ capabilities: { kind: 'My Store', blockSizeBytes: 0, largestObjectBytes: Number.NaN } }),
  },
  {
    mistake: 'objects are kept in the handle',
    caughtBy: 'objects are there for the next handle',
    breakStore: () => memoryStore({ sync: false }),
  },
  {
    mistake: 'an acknowledged object was only handed to the system',
    caughtBy: 'acknowledged objects survive a power cut, unfinished ones leave nothing',
    breakStore: (store) => {
      const unsynced = memoryStore({ sync: false });
      return {
        put: (name, bytes) => unsynced.put(name, bytes),
        get: async (name) => (await unsynced.get(name)) ?? store.get(name),
      };
    },
  },
];
