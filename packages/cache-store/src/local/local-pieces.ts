// The pieces that are kept in the local store: which there are, and what waits in memory until there is enough for a bundle. Nothing here fails for a
// reader: what cannot be read, written or deleted is told as a warning, and is not kept.

import type { ObjectStore } from '@varve/core';
import { pieceChecksum } from './bundle-format.ts';
import { BundleShelf, type LocalParts, type ShelfOwner } from './bundle-shelf.ts';
import { loadBundles, type FoundBundle } from './load-bundles.ts';
import { PieceIndex, type KeptPiece } from './piece-index.ts';

/** Bytes that wait for the local store, in memory; what comes when there are more is not kept. */
const MOST_WAITING_BYTES = 8 * 2 ** 20;
/** When nothing else is under way, a bundle is written from this part on. */
const SMALL_BUNDLE = 1 / 8;

export class LocalPieces implements ShelfOwner {
  readonly #parts: LocalParts;
  readonly #index = new PieceIndex();
  readonly #shelf: BundleShelf;
  /** Pieces for the next bundle, and their bytes. */
  #filling: KeptPiece[] = [];
  #fillingBytes = 0;
  /** Bytes of pieces in bundles that are being written, or will be. */
  #waitingBytes = 0;
  #closing: Promise<void> | undefined;

  private constructor(parts: LocalParts) {
    this.#parts = parts;
    this.#shelf = new BundleShelf(parts, this);
  }

  /** Finds what is there. Throws what the local or the remote store does. */
  static async open(parts: LocalParts, remote: ObjectStore): Promise<LocalPieces> {
    const found = await loadBundles(parts.local);
    const isOurs = await areOurs(parts, found, remote);
    const pieces = new LocalPieces(parts);
    for (const bundle of found) pieces.#take(bundle, isOurs);
    // The budget may have been larger.
    pieces.#shelf.trim();
    return pieces;
  }

  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  /** The piece, when it is kept. */
  find(name: string, index: number): KeptPiece | undefined {
    return this.#index.find(name, index);
  }

  /** How long the object is, when that is known; else 0. */
  objectBytes(name: string): number {
    return this.#index.objectBytes(name);
  }

  /** Its bytes, which nobody may change; undefined when they cannot be had: then it is not kept any more. */
  async read(piece: KeptPiece): Promise<Uint8Array | undefined> {
    piece.touched = true;
    if (piece.bytes !== undefined) return piece.bytes;
    const { bundle } = piece;
    const bytes = await this.#shelf.read(piece);
    if (bytes === undefined && bundle?.leaving === false) this.drop([piece]);
    return bytes;
  }

  /** A piece that reads do not find yet: see `show`. Undefined when there is no room for it now. `bytes` are never changed again. */
  stage(name: string, index: number, bytes: Uint8Array): KeptPiece | undefined {
    if (this.isClosing || this.#shelf.hasFailed || this.#waitingBytes >= MOST_WAITING_BYTES) {
      this.#parts.counters.skipped++;
      return undefined;
    }
    const checksum = pieceChecksum(this.#parts.identity, name, index, bytes);
    const place = { bundle: undefined, position: 0, bytes, touched: false, gone: false };
    const piece: KeptPiece = { name, index, length: bytes.length, checksum, ...place };
    this.keepAgain([piece]);
    if (this.#fillingBytes >= this.#parts.plan.bundleBytes) this.#write();
    return piece;
  }

  /** Reads find these from now on. */
  show(pieces: readonly KeptPiece[], objectBytes: number): void {
    for (const piece of pieces) {
      if (piece.gone) continue;
      const older = this.#index.add(piece, objectBytes);
      if (older !== undefined) this.drop([older]);
    }
  }

  /** Keeps a piece. */
  add(name: string, index: number, bytes: Uint8Array, objectBytes: number): void {
    const piece = this.#index.find(name, index) === undefined ? this.stage(name, index, bytes) : undefined;
    if (piece !== undefined) this.show([piece], objectBytes);
  }

  keepAgain(pieces: readonly KeptPiece[]): void {
    for (const piece of pieces) {
      this.#filling.push(piece);
      this.#fillingBytes += piece.length;
    }
  }

  /** Nobody wants these any more. A bundle goes with its last piece. */
  drop(pieces: readonly KeptPiece[]): void {
    for (const piece of pieces) {
      piece.gone = true;
      piece.bytes = undefined;
      this.#index.remove(piece);
      const { bundle } = piece;
      if (bundle?.pieces.delete(piece) && bundle.pieces.size === 0) this.#shelf.remove(bundle);
    }
    if (this.#filling.some(({ gone }) => gone)) {
      this.#filling = this.#filling.filter(({ gone }) => !gone);
      this.#fillingBytes = this.#filling.reduce((sum, { length }) => sum + length, 0);
    }
  }

  /** The object was deleted. */
  forget(name: string): void {
    this.drop(this.#index.piecesOf(name));
  }

  /** Nothing is on its way: what waits is written, unless it is very little. */
  rest(): void {
    if (this.#fillingBytes >= this.#parts.plan.bundleBytes * SMALL_BUNDLE) this.#write();
  }

  /** Writes what waits, and waits for what is written. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    // Pieces that are kept again when a bundle goes come last.
    for (let turn = 0; turn < 2; turn++) {
      this.#write();
      await this.#shelf.settled();
    }
    this.#shelf.close();
    await this.#parts.unlock();
  }

  /** What waits becomes a bundle. */
  #write(): void {
    const pieces = this.#filling;
    const bytes = this.#fillingBytes;
    this.#filling = [];
    this.#fillingBytes = 0;
    this.#waitingBytes += bytes;
    this.#shelf.write(pieces, () => {
      this.#waitingBytes -= bytes;
    });
  }

  /** Pieces of another history, of another size, and what cannot be read go. */
  #take({ name, size, directory, start }: FoundBundle, isOurs: boolean): void {
    const { identity, plan } = this.#parts;
    const bundle = this.#shelf.add(name, size);
    const isUsable = isOurs && directory?.identity === identity && directory.pieceBytes === plan.pieceBytes;
    let position = start;
    for (const [object, objectBytes, index, length, checksum] of isUsable ? directory.pieces : []) {
      const place = { bundle, position, bytes: undefined, touched: false, gone: false };
      const piece: KeptPiece = { name: object, index, length, checksum, ...place };
      bundle.pieces.add(piece);
      this.show([piece], objectBytes);
      position += length;
    }
    if (bundle.pieces.size === 0) this.#shelf.remove(bundle);
  }
}

/** Are bundles of this identity of the history that the remote store holds now? The newest manifest that they know tells. */
async function areOurs({ history, identity }: LocalParts, found: readonly FoundBundle[], remote: ObjectStore): Promise<boolean> {
  const marks = found.flatMap(({ directory }) => (directory?.identity === identity && directory.mark ? [directory.mark] : []));
  const newest = marks.reduce((a, b) => (b.number >= a.number ? b : a), marks[0] ?? { number: 0, nonce: '' });
  return newest.number === 0 || history.continues(newest, remote);
}
