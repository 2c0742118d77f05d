// What caches of tests work on: a remote store that counts what is asked of it, and objects that are no database's.

import { memoryStore, type MemoryCall, type MemoryFault, type MemoryStore, type MemoryStoreOptions } from '@varve/core';
import type { RemoteHistory } from '../src/history/history.ts';

export const MIB = 2 ** 20;
export const KIB = 1024;

/** A remote store in memory, and the calls that reach it. */
export interface CountedStore {
  readonly store: MemoryStore;
  readonly calls: MemoryCall[];
  readonly orders: MemoryStoreOptions & { sync: false };
  /** Reads of SSTs. */
  sstReads(): string[];
}

/** `fate` decides what becomes of a call. */
export function countedStore(shared?: MemoryStore, fate?: (call: MemoryCall) => MemoryFault | undefined): CountedStore {
  const calls: MemoryCall[] = [];
  const orders: MemoryStoreOptions & { sync: false } = {
    sync: false,
    fault(call) {
      calls.push(call);
      return fate?.(call);
    },
  };
  const store = shared === undefined ? memoryStore(orders) : shared.share(orders);
  const sstReads = (): string[] =>
    calls
      .filter(({ operation, name }) => (operation === 'readInto' || operation === 'get') && name.startsWith('sst/'))
      .map(({ name }) => name);
  return { store, calls, orders, sstReads };
}

/** The history of objects that nobody has written a manifest for. */
export function fixedHistory(identity = 'kit'): RemoteHistory {
  return { identity, newest: undefined, observe() {}, continues: async () => true };
}

/** Bytes that tell where they came from. */
export function bytesOf(length: number, seed: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = Math.imul(i + Math.imul(seed, 40_503) + 1, 2_654_435_761) >>> 24;
  return bytes;
}
