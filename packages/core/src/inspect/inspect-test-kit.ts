// For tests: a small database in memory with entries that are known, and the same with one object damaged.

import { open } from '../db/open-database.ts';
import { utf8 } from '../format/utf8-codec.ts';
import { memoryStore, type SyncMemoryStore } from '../store/memory-store.ts';
import type { ObjectStore } from '../store/object-store.ts';

export const ENTRIES = 300;

export const keyOf = (i: number): string => `key-${String(i).padStart(5, '0')}`;
export const valueOf = (i: number): string => `value ${i} ${'x'.repeat(i % 50)}`;

/** One SST (of key space 1), and a log that holds later writes of key space 0; nothing is open on it. */
export async function sampleDatabase(): Promise<SyncMemoryStore> {
  const store = memoryStore();
  const db = await open(store.share(), { keys: utf8, values: utf8, blockSizeBytes: 1024 });
  const words = db.keyspace('words', { keys: utf8, values: utf8 });
  await words.putMany(Array.from({ length: ENTRIES }, (_, i) => [keyOf(i), valueOf(i)] as const));
  await db.flush();
  await db.put('later', 'value');
  await db.delete('gone');
  await db.close();
  return store;
}

/** The store with the bytes of one object changed. */
export function damaged(store: SyncMemoryStore, object: string, change: (bytes: Uint8Array) => Uint8Array): ObjectStore {
  const bytes = change(store.sync.get(object)!);
  return {
    ...store.share(),
    get: (name) => (name === object ? bytes.slice() : store.sync.get(name)),
    list: (prefix, startAfter) =>
      store.sync.list(prefix, startAfter).map((info) => (info.name === object ? { ...info, size: bytes.length } : info)),
    openObject(name, size) {
      if (name !== object) return store.sync.openObject(name, size);
      return { readInto: (target, offset) => target.set(bytes.subarray(offset, offset + target.length)), close() {} };
    },
  };
}

/** The same bytes with one bit turned over. */
export function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] ^= 1 << bit;
  return copy;
}
