// For tests: a memtable filled with given entries, one batch an entry.

import type { GuardedMemory } from './guarded-memory-test-kit.ts';
import { MEMTABLE_HEADER_BYTES, MEMTABLE_TAIL } from './layout.ts';
import { encodeBatch, regionBytes } from './memtable-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** Address of a memtable with these entries, in any order. */
export function createMemtable(guarded: GuardedMemory, entries: readonly ReferenceEntry[]): number {
  const batches = entries.map((entry) => encodeBatch(entry.epoch, [entry]).bytes);
  const { kernels, view, put } = guarded.memory;
  const bytes = batches.reduce((sum, batch) => sum + batch.length, regionBytes(entries.length, 0));
  const memtable = guarded.take(Math.ceil(bytes / 64) * 64);
  kernels.memtableInit(memtable, Math.ceil(bytes / 64) * 64);
  let at = memtable + MEMTABLE_HEADER_BYTES;
  for (const batch of batches) {
    put(at, batch);
    view.setUint32(memtable + MEMTABLE_TAIL, at + batch.length, true);
    if (kernels.memtableInsert(memtable, at, batch.length) !== 1) throw new Error('the memtable refuses an entry');
    at += Math.ceil(batch.length / 8) * 8;
  }
  return memtable;
}
