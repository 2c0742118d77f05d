// An object that is uploaded, and kept at the same time. Its pieces may be written to the local store before the object exists, but nobody finds them
// before it does; those of an upload that fails are dropped.

import type { MaybePromise, ObjectWriter } from '@varve/core';
import type { KeptPiece } from '../local/piece-index.ts';
import type { LocalPieces } from '../local/local-pieces.ts';

export class KeptWriter implements ObjectWriter {
  readonly #name: string;
  readonly #remote: ObjectWriter;
  readonly #local: LocalPieces;
  readonly #pieceBytes: number;
  #piece: Uint8Array;
  /** Bytes that were appended. */
  #position = 0;
  #staged: KeptPiece[] = [];

  constructor(name: string, remote: ObjectWriter, local: LocalPieces, pieceBytes: number) {
    this.#name = name;
    this.#remote = remote;
    this.#local = local;
    this.#pieceBytes = pieceBytes;
    this.#piece = new Uint8Array(pieceBytes);
  }

  /** The bytes may lie in WebAssembly memory, which may grow as soon as anybody waits: they are copied in the call. */
  append(bytes: Uint8Array, position: number): MaybePromise<void> {
    // The same bytes once more are no others.
    if (position === this.#position) this.#collect(bytes);
    return this.#remote.append(bytes, position);
  }

  async finish(): Promise<void> {
    await this.#remote.finish();
    this.#stage(this.#piece.slice(0, this.#position % this.#pieceBytes));
    this.#local.forget(this.#name);
    this.#local.show(this.#staged, this.#position);
    this.#staged = [];
    this.#local.rest();
  }

  abort(): MaybePromise<void> {
    this.#local.drop(this.#staged);
    this.#staged = [];
    return this.#remote.abort();
  }

  #collect(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const at = this.#position % this.#pieceBytes;
      const count = Math.min(bytes.length - from, this.#pieceBytes - at);
      this.#piece.set(bytes.subarray(from, from + count), at);
      this.#position += count;
      from += count;
      if (at + count === this.#pieceBytes) this.#stage(this.#piece.slice());
    }
  }

  #stage(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const index = Math.ceil(this.#position / this.#pieceBytes) - 1;
    const piece = this.#local.stage(this.#name, index, bytes);
    if (piece !== undefined) this.#staged.push(piece);
  }
}
