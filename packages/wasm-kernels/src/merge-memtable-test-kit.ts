// For tests: a memtable filled with given entries, one batch an entry.

import { ByteWriter } from './byte-writer-test-kit.ts';
import type { GuardedMemory } from './guarded-memory-test-kit.ts';
import { BATCH_HEADER_BYTES, FLAG_EXPIRY, FLAG_EXTENSION, MEMTABLE_HEADER_BYTES, MEMTABLE_TAIL } from './layout.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** Address of a memtable with these entries, in any order. */
export function createMemtable(guarded: GuardedMemory, entries: readonly ReferenceEntry[]): number {
  const batches = entries.map(encodeBatch);
  const { kernels, view, put } = guarded.memory;
  const bytes = 4096 + batches.reduce((sum, batch) => sum + batch.length, 0) + entries.length * 72;
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

/** The payload of a batch record of one entry. */
function encodeBatch(entry: ReferenceEntry): Uint8Array<ArrayBuffer> {
  const batch = new ByteWriter();
  batch.u64(entry.epoch);
  batch.u64(0n);
  batch.u32(1);
  batch.u32(0);
  batch.u32(1);
  batch.u32(0);
  batch.u32(entry.value.length);
  const flags = (entry.expiry ? FLAG_EXPIRY : 0) | (entry.extension ? FLAG_EXTENSION : 0);
  batch.u32(entry.key.length + entry.kind * 2 ** 20 + flags * 2 ** 24);
  batch.u32(BATCH_HEADER_BYTES);
  if (entry.expiry) batch.u64(entry.expiry);
  if (entry.extension) {
    batch.u32(entry.extension.length);
    batch.bytes(entry.extension);
  }
  batch.bytes(entry.key);
  batch.bytes(entry.value);
  batch.align(4);
  return batch.finish();
}
