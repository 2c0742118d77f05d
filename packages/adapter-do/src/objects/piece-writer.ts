// An object that is being written: whole pieces go to their rows as they come, which nobody sees before the object's own row is there.

import { StorageError, type ObjectWriter, type SyncWriterOperations } from '@varve/core';
import type { Tables } from '../tables.ts';
import { insertPieces, PIECE_BYTES } from './pieces.ts';

export class PieceWriter implements SyncWriterOperations, ObjectWriter {
  readonly sync: SyncWriterOperations = this;
  readonly #tables: Tables;
  readonly #name: string;
  /** Bytes behind the last whole piece. */
  readonly #rest = new Uint8Array(PIECE_BYTES);
  #length = 0;
  #state: 'open' | 'finished' | 'aborted' = 'open';

  constructor(tables: Tables, name: string) {
    this.#tables = tables;
    this.#name = name;
    // Who died while it wrote an object of this name has left some.
    tables.run('DELETE FROM varve_pieces WHERE name = ?', name);
  }

  append(bytes: Uint8Array, position: number): void {
    // A call that is repeated was done when it returned.
    if (position + bytes.length <= this.#length) return;
    if (this.#state !== 'open') throw new StorageError('CLOSED', 'object writer was finished or aborted', { object: this.#name });
    for (let from = 0; from < bytes.length;) {
      const filled = this.#length % PIECE_BYTES;
      const count = Math.min(bytes.length - from, PIECE_BYTES - filled);
      this.#rest.set(bytes.subarray(from, from + count), filled);
      this.#length += count;
      from += count;
      if (this.#length % PIECE_BYTES === 0) insertPieces(this.#tables, this.#name, this.#rest, this.#length - PIECE_BYTES);
    }
  }

  finish(): void {
    if (this.#state === 'finished') return;
    if (this.#state === 'aborted') throw new StorageError('CLOSED', 'object writer was aborted', { object: this.#name });
    const filled = this.#length % PIECE_BYTES;
    this.#tables.atomically(() => {
      insertPieces(this.#tables, this.#name, this.#rest.subarray(0, filled), this.#length - filled);
      this.#mustBeWhole();
      this.#tables.run('INSERT OR REPLACE INTO varve_objects VALUES (?, ?)', this.#name, this.#length);
    });
    this.#state = 'finished';
  }

  /** Another handle may have taken them for abandoned. */
  #mustBeWhole(): void {
    const [row] = this.#tables.all('SELECT coalesce(sum(length(bytes)), 0) FROM varve_pieces WHERE name = ?', this.#name);
    if (row?.[0] === this.#length) return;
    throw new StorageError('UNAVAILABLE', 'another has taken the database over, and what was written so far away', { object: this.#name });
  }

  abort(): void {
    if (this.#state !== 'open') return;
    this.#state = 'aborted';
    this.#tables.run('DELETE FROM varve_pieces WHERE name = ?', this.#name);
  }
}
