// An object that is read by piece: of each piece only the bytes that are wanted leave SQLite.

import { StorageError, type ObjectReader } from '@varve/core';
import type { SqlValue } from '../storage.ts';
import type { Tables } from '../tables.ts';
import { PIECE_BYTES } from './pieces.ts';
import { sizeOfObject } from './whole-objects.ts';

export class PieceReader implements ObjectReader {
  readonly #tables: Tables;
  readonly #name: string;
  #closed = false;

  constructor(tables: Tables, name: string) {
    this.#tables = tables;
    this.#name = name;
    if (sizeOfObject(tables, name) === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object: name });
  }

  readInto(target: Uint8Array, offset: number): void {
    if (this.#closed) throw new StorageError('CLOSED', 'object reader is closed', { object: this.#name });
    let found = 0;
    const take = ([start, bytes]: SqlValue[]): void => {
      const at = Math.max(start as number, offset);
      if (at !== offset + found) return;
      const wanted = new Uint8Array(bytes as ArrayBuffer).subarray(0, target.length - found);
      target.set(wanted, found);
      found += wanted.length;
    };
    // Of the first piece what lies before the offset stays in SQLite.
    const query =
      'SELECT start, substr(bytes, max(?1 - start, 0) + 1, ?2) FROM varve_pieces WHERE name = ?3 AND start >= ?4 AND start < ?5 ORDER BY start';
    const first = Math.floor(offset / PIECE_BYTES) * PIECE_BYTES;
    this.#tables.each(take, query, offset, target.length, this.#name, first, offset + target.length);
    if (found === target.length) return;
    const words = `object is too short wanted=${target.length} found=${found}`;
    throw new StorageError('CORRUPTION', words, { object: this.#name, offset });
  }

  close(): void {
    this.#closed = true;
  }
}
