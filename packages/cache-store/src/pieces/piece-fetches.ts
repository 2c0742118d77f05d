// Pieces that are on their way from the remote store: whoever wants the same one waits for the same answer. They are kept after whoever waits was told.

import type { MaybePromise } from '@varve/core';
import type { Counters } from '../cache-stats.ts';
import { runsOf, type PieceRun } from './piece-range.ts';

/** A remote object of which pieces are missing. */
export interface FetchedObject {
  readonly name: string;
  readonly size: number;
  readInto(target: Uint8Array, offset: number): MaybePromise<void>;
}

/** Takes a piece that came. Its bytes are never changed. */
export type Keep = (name: string, index: number, bytes: Uint8Array, objectBytes: number) => void;

export class PieceFetches {
  readonly #pieceBytes: number;
  readonly #counters: Counters;
  readonly #objects = new Map<string, Map<number, Promise<Uint8Array>>>();

  constructor(pieceBytes: number, counters: Counters) {
    this.#pieceBytes = pieceBytes;
    this.#counters = counters;
  }

  /** Nothing is on its way. */
  get isIdle(): boolean {
    return this.#objects.size === 0;
  }

  /** The pieces of these indexes, which ascend; those that nobody has asked for are asked for, and handed to `keep` afterwards. */
  get(object: FetchedObject, indexes: readonly number[], keep: Keep): Promise<Uint8Array>[] {
    this.#counters.misses += indexes.length;
    let pending = this.#objects.get(object.name);
    if (pending === undefined) this.#objects.set(object.name, (pending = new Map()));
    for (const run of runsOf(
      indexes.filter((index) => !pending.has(index)),
      this.#pieceBytes,
    )) {
      this.#begin(object, run, pending, keep);
    }
    return indexes.map((index) => pending.get(index)!);
  }

  /** What is on its way of this object is not kept. */
  forget(name: string): void {
    this.#objects.delete(name);
  }

  #begin(object: FetchedObject, run: PieceRun, pending: Map<number, Promise<Uint8Array>>, keep: Keep): void {
    const answer = this.#ask(object, run);
    for (let index = run.first; index <= run.last; index++) {
      const from = (index - run.first) * this.#pieceBytes;
      const piece = answer.then((bytes) => bytes.subarray(from, from + this.#pieceBytes));
      pending.set(index, piece);
      const end = (bytes?: Uint8Array): void => {
        pending.delete(index);
        const isWanted = this.#objects.get(object.name) === pending;
        if (isWanted && pending.size === 0) this.#objects.delete(object.name);
        if (isWanted && bytes !== undefined) keep(object.name, index, bytes, object.size);
      };
      piece.then(end, () => end());
    }
  }

  async #ask({ size, readInto }: FetchedObject, { first, last }: PieceRun): Promise<Uint8Array> {
    const offset = first * this.#pieceBytes;
    const bytes = new Uint8Array(Math.min(size, (last + 1) * this.#pieceBytes) - offset);
    this.#counters.requests++;
    await readInto(bytes, offset);
    this.#counters.remoteBytes += bytes.length;
    return bytes;
  }
}
