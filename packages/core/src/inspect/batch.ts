// The payload of a batch record of the log (docs/FORMAT.md): its header, then the entries.

import { BATCH_CLIENT_BYTES, BATCH_FLAG_CLIENT, FLAG_EXPIRY, FLAG_EXTENSION } from '@varve/wasm-kernels';
import { BytesCursor } from './bytes-cursor.ts';
import { inspectedEntry, type InspectedEntry } from './entry.ts';

/** A batch as the log holds it. */
export interface InspectedBatch {
  readonly epoch: bigint;
  /** When it was written, ms since 1970. */
  readonly wallMs: number;
  readonly term: number;
  /** Bytes of the segment that were known to be synced then. */
  readonly synced: number;
  readonly entries: readonly InspectedEntry[];
}

const ENTRY_ALIGNMENT = 4;

/** Reads a whole payload. */
export function readBatch(payload: Uint8Array): InspectedBatch {
  const cursor = new BytesCursor('a batch of the log', payload, 0, payload.length);
  const epoch = cursor.u64();
  const wallMs = Number(cursor.u64());
  const term = cursor.u32();
  const synced = cursor.u32();
  const count = cursor.u32();
  const flags = cursor.u32();
  if ((flags & BATCH_FLAG_CLIENT) !== 0) cursor.take(BATCH_CLIENT_BYTES);
  const entries: InspectedEntry[] = [];
  for (let i = 0; i < count; i++) entries.push(readEntry(cursor, epoch));
  return { epoch, wallMs, term, synced, entries };
}

function readEntry(cursor: BytesCursor, epoch: bigint): InspectedEntry {
  const start = cursor.at;
  const valueLength = cursor.u32();
  const word = cursor.u32();
  if (cursor.u32() !== start) throw cursor.damage('has an entry that points to another batch');
  const flags = word >>> 24;
  const expiry = (flags & FLAG_EXPIRY) === 0 ? undefined : cursor.u64();
  if ((flags & FLAG_EXTENSION) !== 0) cursor.take(cursor.u32());
  const key = cursor.take(word & 0xfffff);
  const value = cursor.take(valueLength);
  cursor.align(ENTRY_ALIGNMENT, 0);
  return inspectedEntry((word >>> 20) & 15, key, { value, epoch, expiry });
}
