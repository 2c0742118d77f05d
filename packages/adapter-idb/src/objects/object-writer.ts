// An object that is being written by piece. Whole pieces go into the database as they come, together with a mark that tells whose they are; the head,
// which makes an object of them, comes with the last piece and takes the mark away. So pieces without a head always have a mark, by which they are
// found and removed should nobody finish them.

import { StorageError, type ObjectWriter } from '@varve/core';
import type { Connection } from '../connection/connection.ts';
import { keysOf, type ObjectHead } from '../connection/schema.ts';
import { newNonce } from '../nonce.ts';
import { isThereAlready } from './object-records.ts';
import { PieceBuffer } from './piece-buffer.ts';
import type { UnfinishedObjects } from './unfinished-objects.ts';

export class PieceWriter implements ObjectWriter {
  readonly #name: string;
  readonly #connection: Connection;
  readonly #unfinished: UnfinishedObjects;
  readonly #id = newNonce();
  readonly #buffer = new PieceBuffer();
  #size = 0;
  /** Pieces that are in the database, or may be. */
  #written = 0;
  #state: 'open' | 'finished' | 'failed' | 'aborted' = 'open';

  constructor(name: string, connection: Connection, unfinished: UnfinishedObjects) {
    this.#name = name;
    this.#connection = connection;
    this.#unfinished = unfinished;
  }

  append(bytes: Uint8Array): void | Promise<void> {
    this.#checkOpen();
    this.#size += bytes.length;
    const pieces = this.#buffer.add(bytes);
    if (pieces.length > 0) return this.#orNothing(() => this.#write(pieces));
  }

  async finish(): Promise<void> {
    this.#checkOpen();
    await this.#orNothing(() => this.#finish());
    this.#state = 'finished';
  }

  async abort(): Promise<void> {
    if (this.#state === 'finished' || this.#state === 'aborted') return;
    // What was never begun has left nothing.
    if (this.#written > 0 || this.#state === 'failed') await this.#unfinished.remove(this.#id, this.#name);
    this.#state = 'aborted';
  }

  async #write(pieces: readonly ArrayBuffer[]): Promise<void> {
    const first = this.#written;
    this.#written += pieces.length;
    await this.#connection.write(['pieces', 'unfinished'], 'relaxed', this.#name, async (transaction) => {
      const mark = this.#unfinished.markOf(this.#id, this.#name);
      const store = transaction.objectStore('pieces');
      await Promise.all([
        transaction.objectStore('unfinished').put(mark),
        ...pieces.map((piece, i) => store.put(piece, [this.#id, first + i])),
      ]);
    });
  }

  async #finish(): Promise<void> {
    const head: ObjectHead = { name: this.#name, size: this.#size, id: this.#id };
    const [rest] = this.#buffer.rest();
    const written = this.#written;
    await this.#connection.write(['objects', 'pieces', 'unfinished'], 'strict', this.#name, async (transaction) => {
      const objects = transaction.objectStore('objects');
      const pieces = transaction.objectStore('pieces');
      const [there, found] = await Promise.all([objects.get(this.#name), written > 0 ? pieces.count(keysOf(this.#id, 0, written)) : 0]);
      // A first try has done it, and its answer was lost.
      if (there?.id === this.#id) return;
      if (there !== undefined) throw isThereAlready(this.#name);
      if (found !== written) throw removedMeanwhile(this.#name);
      await Promise.all([
        objects.add(head),
        rest === undefined ? undefined : pieces.put(rest, [this.#id, written]),
        transaction.objectStore('unfinished').delete(this.#id),
      ]);
    });
  }

  /** Work that fails for want of room leaves nothing of the object; what cannot be removed either is found by its mark later. */
  async #orNothing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#state = 'failed';
      if (error instanceof StorageError && error.code === 'QUOTA') await this.abort().catch(() => undefined);
      throw error;
    }
  }

  #checkOpen(): void {
    if (this.#state !== 'open') throw new StorageError('CLOSED', 'object writer was finished or aborted', { object: this.#name });
  }
}

/** Another writer took over and has cleared up, or the database was deleted. */
function removedMeanwhile(object: string): StorageError {
  return new StorageError('UNAVAILABLE', 'the object was removed by another while it was written', { object });
}
