// For tests: a memtable that is read, and may grow meanwhile. Each entry is a batch of its own.

import type { GuardedMemory } from './guarded-memory-test-kit.ts';
import { MEMTABLE_FLOOR, MEMTABLE_HEADER_BYTES, MEMTABLE_TAIL } from './layout.ts';
import { encodeBatch } from './memtable-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** Tree nodes for an entry, at worst, and for an empty tree. */
const NODE_BYTES_AN_ENTRY = 72;
const NODE_BYTES = 4096;

/** A memtable with these entries, in any order, and room for so many bytes of further ones. */
export class ReadingMemtable {
  readonly address: number;
  readonly #guarded: GuardedMemory;
  #tail: number;

  constructor(guarded: GuardedMemory, entries: readonly ReferenceEntry[], spareBytes: number) {
    const batches = entries.reduce((sum, entry) => sum + batchOf(entry).length + 8, 0);
    const bytes = Math.ceil((NODE_BYTES + batches + entries.length * NODE_BYTES_AN_ENTRY + spareBytes) / 64) * 64;
    this.#guarded = guarded;
    this.address = guarded.take(bytes);
    this.#tail = this.address + MEMTABLE_HEADER_BYTES;
    guarded.memory.kernels.memtableInit(this.address, bytes);
    for (const entry of entries) {
      if (!this.insert(entry)) throw new Error('the memtable is too small');
    }
  }

  /** False when the memtable is full. */
  insert(entry: ReferenceEntry): boolean {
    const { kernels, view, put } = this.#guarded.memory;
    const batch = batchOf(entry);
    const room = kernels.memtableRoom(this.address, 1);
    if (this.#tail + batch.length + room > view.getUint32(this.address + MEMTABLE_FLOOR, true)) return false;
    put(this.#tail, batch);
    view.setUint32(this.address + MEMTABLE_TAIL, this.#tail + batch.length, true);
    if (kernels.memtableInsert(this.address, this.#tail, batch.length) !== 1) throw new Error('the memtable refuses an entry');
    this.#tail += Math.ceil(batch.length / 8) * 8;
    return true;
  }
}

function batchOf(entry: ReferenceEntry): Uint8Array<ArrayBuffer> {
  return encodeBatch(entry.epoch, [entry]).bytes;
}
