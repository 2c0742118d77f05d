// Reading an object by piece: the pieces that a range lies in, in one request, and none where the last ones read hold it.

import { StorageError, type ObjectReader } from '@varve/core';
import type { Connection } from '../connection/connection.ts';
import { keysOf, PIECE_BYTES, type ObjectHead } from '../connection/schema.ts';
import { missingPieces } from './object-records.ts';
import type { PieceCache } from './piece-cache.ts';

export class PieceReader implements ObjectReader {
  readonly #head: ObjectHead;
  readonly #connection: Connection;
  readonly #cache: PieceCache;
  #closed = false;

  constructor(head: ObjectHead, connection: Connection, cache: PieceCache) {
    this.#head = head;
    this.#connection = connection;
    this.#cache = cache;
  }

  readInto(target: Uint8Array, offset: number): void | Promise<void> {
    const { name, size, id } = this.#head;
    if (this.#closed) throw new StorageError('CLOSED', 'object reader is closed', { object: name });
    const end = offset + target.length;
    if (end > size) throw new StorageError('CORRUPTION', `object is too short wanted=${end} found=${size}`, { object: name, offset });
    const last = Math.ceil(end / PIECE_BYTES) - 1;
    for (let index = Math.floor(offset / PIECE_BYTES); index <= last; index++) {
      const piece = this.#cache.get(id, index);
      if (piece === undefined) return this.#fetch(target, offset, index, last);
      copyPiece(piece, index, target, offset);
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #fetch(target: Uint8Array, offset: number, first: number, last: number): Promise<void> {
    const { name, id } = this.#head;
    const range = keysOf(id, first, last + 1);
    const pieces = await this.#connection.read(['pieces'], name, (transaction) => transaction.objectStore('pieces').getAll(range));
    if (pieces.length !== last - first + 1) throw missingPieces(name, offset);
    for (const [i, piece] of pieces.entries()) copyPiece(piece, first + i, target, offset);
    this.#cache.add(id, last, pieces.at(-1)!);
  }
}

/** Copies the part of a piece that lies in the target, which begins at `offset` of the object. */
function copyPiece(piece: ArrayBuffer, index: number, target: Uint8Array, offset: number): void {
  const at = index * PIECE_BYTES - offset;
  const from = Math.max(0, -at);
  const length = Math.min(piece.byteLength, target.length - at) - from;
  target.set(new Uint8Array(piece, from, length), at + from);
}
