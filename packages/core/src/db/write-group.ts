// Many operations as a row of batches: what `putMany` and `clear` write with.

import { abortable } from '../base/abort.ts';
import type { Durability } from '../write/durability.ts';
import type { WriteBatch } from '../write/write-batch.ts';
import type { Engine } from './engine.ts';

/** A batch gathers so much. */
const BATCH_ENTRIES = 1000;
const BATCH_BYTES = 256 * 1024;

/** Gathers operations into batches and writes them one after the other. */
export class WriteGroup {
  readonly #engine: Engine;
  readonly #durability: Durability;
  readonly #signal: AbortSignal | undefined;
  /** Throws when the key space was dropped meanwhile. */
  readonly #check: () => unknown;
  #batch: WriteBatch;
  #count = 0;

  constructor(engine: Engine, durability: Durability, signal: AbortSignal | undefined, check: () => unknown) {
    this.#engine = engine;
    this.#durability = durability;
    this.#signal = signal;
    this.#check = check;
    this.#batch = engine.newBatch();
  }

  /** A promise only where a batch is full: never await an entry. */
  add(fill: (batch: WriteBatch) => void): Promise<void> | undefined {
    fill(this.#batch);
    this.#count++;
    return this.#batch.count >= BATCH_ENTRIES || this.#batch.length >= BATCH_BYTES ? this.#write() : undefined;
  }

  async finish(): Promise<number> {
    if (this.#batch.count > 0) await this.#write();
    return this.#count;
  }

  async #write(): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#engine.assertOpen();
    this.#check();
    await abortable(this.#engine.writer.write(this.#batch, this.#durability), this.#signal);
    this.#batch.clear();
  }
}
