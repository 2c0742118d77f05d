// Reads of the objects of a log in one look: so many at once, each once, and not much more of them in memory than was asked for.

import type { AsyncOperations } from '../store/object-store.ts';
import type { LogPiece } from '../wal/object-tail.ts';

const PARALLEL_READS = 16;
/** Together; a single one may be larger. */
const PARALLEL_BYTES = 2 ** 20;

export class PieceReads {
  readonly #store: AsyncOperations;
  readonly #begun = new Map<string, Promise<Uint8Array | undefined>>();

  constructor(store: AsyncOperations) {
    this.#store = store;
  }

  /** Begins to read the first of these, and as many of those that follow as may be read at once. */
  begin(pieces: readonly LogPiece[]): void {
    let bytes = 0;
    for (const { name, size } of pieces.slice(0, PARALLEL_READS)) {
      bytes += size;
      if (this.#begun.has(name) || (bytes > size && bytes > PARALLEL_BYTES)) return;
      const reading = (async () => this.#store.get(name))();
      // Whoever takes it hears of it; not all are taken.
      reading.catch(() => undefined);
      this.#begun.set(name, reading);
    }
  }

  /** The bytes of a piece, undefined when it is gone. Those that follow it in `all` are read meanwhile. */
  peek(piece: LogPiece, all: readonly LogPiece[]): Promise<Uint8Array | undefined> {
    if (!this.#begun.has(piece.name)) this.begin(all.slice(all.indexOf(piece)));
    return this.#begun.get(piece.name)!;
  }

  /** The same for the last time. */
  async take(piece: LogPiece, all: readonly LogPiece[]): Promise<Uint8Array | undefined> {
    const bytes = await this.peek(piece, all);
    this.#begun.delete(piece.name);
    return bytes;
  }
}
