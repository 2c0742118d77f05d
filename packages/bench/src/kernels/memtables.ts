// The memtable: inserting batches, finding keys.

import { MEMTABLE_HEADER_BYTES } from '@varve/wasm-kernels';
import type { Workload } from '../workload/workload.ts';
import { Arena } from './arena.ts';
import { type Batch, batchBytes, writeBatches, writeStoredKey } from './batches.ts';
import { millionsPerSecond, type Measurement } from './measurement.ts';

const NODE_BYTES_AN_ENTRY = 40;

/** A memtable with entries `first`, `first + step`, ...; its batches are written, not yet inserted. */
export interface Table {
  readonly address: number;
  readonly bytes: number;
  readonly batches: readonly Batch[];
}

export function layTable(arena: Arena, workload: Workload, first: number, step: number, count: number): Table {
  const bytes = Math.ceil((MEMTABLE_HEADER_BYTES + batchBytes(count) + count * NODE_BYTES_AN_ENTRY + 65536) / 64) * 64;
  const address = arena.take(bytes);
  const batches = writeBatches(arena, address + MEMTABLE_HEADER_BYTES, workload, first, step, count);
  return { address, bytes, batches };
}

/** Makes the table anew out of its batches. The tree is built below everything that the batches take. */
export function insertAll(arena: Arena, { address, bytes, batches }: Table): void {
  arena.kernels.memtableInit(address, bytes);
  for (const batch of batches) {
    if (arena.kernels.memtableInsert(address, batch.address, batch.length) < 0) throw new Error('a batch was refused');
  }
}

export function memtables(workload: Workload): Measurement[] {
  return [50_000, workload.count].flatMap((count) => {
    const arena = new Arena(96);
    const table = layTable(arena, workload, 0, 1, count);
    const inserts = millionsPerSecond(`memtable insert, ${count} entries`, count, () => insertAll(arena, table));
    return [inserts, finding(arena, table, workload, count)];
  });
}

function finding(arena: Arena, { address }: Table, workload: Workload, count: number): Measurement {
  const keyBytes = 32;
  const keys = arena.take(count * keyBytes);
  const { keys: wanted } = workload.readings(count, 7);
  const length = wanted.reduce((_, key, i) => writeStoredKey(arena, keys + i * keyBytes, key), 0);
  const { kernels } = arena;
  const all = count === workload.count;
  return millionsPerSecond(`memtable get, ${count} entries`, count, () => {
    for (let i = 0; i < count; i++) {
      const entry = kernels.memtableGet(address, keys + i * keyBytes, length, 0xffffffff, 0xffffffff);
      if (all && entry === 0) throw new Error('a key was not found');
    }
  });
}
