// A remote object opened for reading: what of it is kept is read here, the rest from the remote store, by whole pieces.

import { isPromise, StorageError, type MaybePromise, type ObjectReader } from '@varve/core';
import type { CacheTier } from '../cache-tier.ts';
import type { LocalPieces } from '../local/local-pieces.ts';
import { copyPiece, piecesOf } from './piece-range.ts';

export class CachedObject implements ObjectReader {
  readonly #tier: CacheTier;
  readonly name: string;
  readonly size: number;
  #remote: MaybePromise<ObjectReader> | undefined;
  #closed = false;

  constructor(tier: CacheTier, name: string, size: number) {
    this.#tier = tier;
    this.name = name;
    this.size = size;
  }

  async readInto(target: Uint8Array, offset: number): Promise<void> {
    if (this.#closed) throw new StorageError('CLOSED', 'object reader is closed', { object: this.name });
    if (target.length === 0) return;
    // Beyond the end the remote store says what is wrong.
    const local = offset + target.length <= this.size ? await this.#tier.pieces() : undefined;
    if (local === undefined) return this.#readRemote(target, offset);
    const { first, last } = piecesOf(offset, target.length, this.#tier.plan.pieceBytes);
    let pieces: Uint8Array[];
    try {
      pieces = await this.#gather(local, first, last);
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'CORRUPTION') throw error;
      // The object is gone, or shorter than it was said to be: what was asked for may be there, else it is named.
      return this.#readRemote(target, offset);
    }
    pieces.forEach((bytes, i) => copyPiece(target, offset, bytes, (first + i) * this.#tier.plan.pieceBytes));
  }

  async close(): Promise<void> {
    this.#closed = true;
    const remote = this.#remote;
    this.#remote = undefined;
    await (await remote)?.close();
  }

  async #readRemote(target: Uint8Array, offset: number): Promise<void> {
    const { counters } = this.#tier;
    counters.requests++;
    await (await this.#openRemote()).readInto(target, offset);
    counters.remoteBytes += target.length;
  }

  /** Pieces `first` to `last`. */
  async #gather(local: LocalPieces, first: number, last: number): Promise<Uint8Array[]> {
    const { counters } = this.#tier;
    const missing: number[] = [];
    const found: { readonly index: number; readonly bytes: Promise<Uint8Array | undefined> }[] = [];
    for (let index = first; index <= last; index++) {
      const piece = local.find(this.name, index);
      if (piece === undefined) missing.push(index);
      else found.push({ index, bytes: local.read(piece) });
    }
    const pieces: Uint8Array[] = [];
    const fetched = this.#fetch(local, missing, pieces, first);
    const damaged: number[] = [];
    for (const { index, bytes } of found) {
      const kept = await bytes;
      if (kept === undefined) damaged.push(index);
      else {
        pieces[index - first] = kept;
        counters.hits++;
        counters.localBytes += kept.length;
      }
    }
    await fetched;
    await this.#fetch(local, damaged, pieces, first);
    return pieces;
  }

  #fetch(local: LocalPieces, indexes: readonly number[], into: Uint8Array[], first: number): Promise<void> | undefined {
    if (indexes.length === 0) return undefined;
    const readInto = async (target: Uint8Array, offset: number): Promise<void> => (await this.#openRemote()).readInto(target, offset);
    const fetches = this.#tier.fetch(local, { name: this.name, size: this.size, readInto }, indexes);
    const arrived = Promise.all(fetches).then((pieces) => {
      pieces.forEach((bytes, i) => (into[indexes[i] - first] = bytes));
    });
    // Whoever waits for it is told.
    arrived.catch(() => undefined);
    return arrived;
  }

  /** One that could not be opened is opened again by whoever comes next. */
  async #openRemote(): Promise<ObjectReader> {
    try {
      this.#remote ??= this.#tier.remote.openObject(this.name, this.size);
      return isPromise(this.#remote) ? await this.#remote : this.#remote;
    } catch (error) {
      this.#remote = undefined;
      throw error;
    }
  }
}
