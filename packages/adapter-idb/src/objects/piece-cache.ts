// The pieces that were read last: a block is a small part of a piece, and its neighbours are often asked for next. Pieces never change, so nothing here
// is ever wrong.

/** Half a MiB for all readers of a store. */
const MOST_PIECES = 8;

export class PieceCache {
  /** Least recently used first. */
  readonly #pieces = new Map<string, ArrayBuffer>();

  get(id: string, index: number): ArrayBuffer | undefined {
    const key = `${id}/${index}`;
    const piece = this.#pieces.get(key);
    if (piece !== undefined) this.#renew(key, piece);
    return piece;
  }

  add(id: string, index: number, piece: ArrayBuffer): void {
    this.#renew(`${id}/${index}`, piece);
    if (this.#pieces.size > MOST_PIECES) this.#pieces.delete(this.#pieces.keys().next().value!);
  }

  clear(): void {
    this.#pieces.clear();
  }

  #renew(key: string, piece: ArrayBuffer): void {
    this.#pieces.delete(key);
    this.#pieces.set(key, piece);
  }
}
