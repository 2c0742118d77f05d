// Log batches in linear memory, as the engine writes them, made of the workload that every peer gets.

import {
  BATCH_COUNT,
  BATCH_EPOCH,
  BATCH_HEADER_BYTES,
  BATCH_TERM,
  ENTRY_BACK,
  ENTRY_HEADER_BYTES,
  ENTRY_KEY_WORD,
} from '@varve/wasm-kernels';
import { ENTRY_BYTES, type Workload } from '../workload/workload.ts';
import type { Arena } from './arena.ts';

const BATCH = 1000;
/** Key space 0, one byte, stands before the key. */
const SPACE_BYTES = 1;
const STORED_ENTRY_BYTES = Math.ceil((ENTRY_HEADER_BYTES + SPACE_BYTES + ENTRY_BYTES) / 4) * 4;

/** A batch at `address`, `length` bytes of payload. */
export interface Batch {
  readonly address: number;
  readonly length: number;
}

/** Bytes that `count` entries take in batches of 1000. */
export function batchBytes(count: number): number {
  return count * STORED_ENTRY_BYTES + Math.ceil(count / BATCH) * BATCH_HEADER_BYTES;
}

/** Writes entries `first`, `first + step`, ... (`count` of them) from `address` on. Epochs count up from 1. */
export function writeBatches(arena: Arena, address: number, workload: Workload, first: number, step: number, count: number): Batch[] {
  const batches: Batch[] = [];
  let at = address;
  for (let done = 0; done < count; done += BATCH) {
    const here = Math.min(BATCH, count - done);
    const start = at;
    arena.view.setBigUint64(start + BATCH_EPOCH, BigInt(batches.length + 1), true);
    arena.set(start + BATCH_TERM, 1);
    arena.set(start + BATCH_COUNT, here);
    at += BATCH_HEADER_BYTES;
    for (let i = 0; i < here; i++) at = writeEntry(arena, at, start, workload, first + (done + i) * step);
    batches.push({ address: start, length: at - start });
  }
  return batches;
}

/** Writes a stored key and returns its length. */
export function writeStoredKey(arena: Arena, at: number, key: string): number {
  arena.bytes[at] = 0;
  for (let i = 0; i < key.length; i++) arena.bytes[at + SPACE_BYTES + i] = key.charCodeAt(i);
  return SPACE_BYTES + key.length;
}

function writeEntry(arena: Arena, at: number, batch: number, workload: Workload, index: number): number {
  const value = workload.value(index);
  const keyAt = at + ENTRY_HEADER_BYTES;
  const keyLength = writeStoredKey(arena, keyAt, workload.key(index));
  arena.bytes.set(value, keyAt + keyLength);
  arena.set(at, value.length);
  arena.set(at + ENTRY_KEY_WORD, keyLength); // kind 0 is put
  arena.set(at + ENTRY_BACK, at - batch);
  return at + STORED_ENTRY_BYTES;
}
