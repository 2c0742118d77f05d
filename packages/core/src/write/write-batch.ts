// A write batch: entries encoded as they are added, in a buffer of the batch's own, in exactly the form that goes to the log. Writing it copies the
// buffer into the arena once (a batch may be built slowly, and several at a time, while other writes go on). The buffer grows by doubling.

import { BATCH_HEADER_BYTES } from '@varve/wasm-kernels';
import type { Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { BatchBuffers } from './batch-buffers.ts';
import { maxDeleteBytes, maxPutBytes, writeDelete, writePut, type Target } from './entry.ts';

const EMPTY = new Uint8Array(0);

/** What a batch expects of a key: its newest version is of this epoch, or there is none. */
export interface Check {
  /** Stored key. */
  readonly key: Uint8Array;
  readonly epoch: Epoch | undefined;
}

export class WriteBatch implements Target {
  bytes: Uint8Array;
  u32: Uint32Array;
  /** Bytes in use: a batch header (filled when it is written), then the entries. */
  length = BATCH_HEADER_BYTES;
  count = 0;
  /** The largest entry's bytes. */
  largestEntry = 0;
  readonly checks: Check[] = [];
  readonly #buffers: BatchBuffers;

  constructor(buffers: BatchBuffers) {
    this.#buffers = buffers;
    this.bytes = buffers.take();
    this.u32 = new Uint32Array(this.bytes.buffer);
  }

  put<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI): void {
    this.#reserve(maxPutBytes(space, key, value));
    this.#added(writePut(this, this.length, this.length, space, key, value));
  }

  delete<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI): void {
    this.#reserve(maxDeleteBytes(space, key));
    this.#added(writeDelete(this, this.length, this.length, space, key));
  }

  check<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI, epoch: Epoch | undefined): void {
    const stored = new Uint8Array(space.maxKeyBytes(key));
    this.checks.push({ key: stored.subarray(0, space.writeKey(key, stored, 0)), epoch });
  }

  /** The batch was written and is never used again: its buffer serves the next one. */
  recycle(): void {
    this.#buffers.give(this.bytes);
    this.bytes = EMPTY;
  }

  /** Forgets everything; the buffer is kept. */
  clear(): void {
    this.length = BATCH_HEADER_BYTES;
    this.count = 0;
    this.largestEntry = 0;
    this.checks.length = 0;
  }

  #added(end: number): void {
    if (end - this.length > this.largestEntry) this.largestEntry = end - this.length;
    this.length = end;
    this.count++;
  }

  #reserve(byteLength: number): void {
    const needed = this.length + byteLength;
    if (needed <= this.bytes.length) return;
    const { limitBytes } = this.#buffers;
    if (needed > limitBytes * 4) {
      throw new RangeError(`batch is too large: split it, or open the database with a larger memoryBudgetBytes most=${limitBytes}`);
    }
    const grown = new Uint8Array(Math.max(needed + 8, this.bytes.length * 2) & ~7);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.u32 = new Uint32Array(grown.buffer);
  }
}
