// Pieces of a log over objects that are read before somebody asks for them: while segments are taken from their writer, which takes as long as a request, so
// that the recovery behind it waits for none. A piece never changes. Nothing depends on them: what is not here is read when it is asked for.

import type { AsyncOperations } from '../store/object-store.ts';
import { inParts } from './in-parts.ts';
import type { Piece, StoredSegment } from './object-segment-names.ts';

/** In all: a log that holds more is read when there is memory to read it into. */
const MOST_BYTES = 2 ** 20;
const MOST_PIECES = 512;
/** Requests that are under way at once. */
const PARALLEL = 64;

export class EarlyPieces {
  readonly #store: Pick<AsyncOperations, 'get'>;
  readonly #bytes = new Map<string, Uint8Array>();
  #isWanted = false;

  constructor(store: Pick<AsyncOperations, 'get'>) {
    this.#store = store;
  }

  /** Reads pieces of these segments, those at their heads first. Never fails. */
  async fetch(segments: readonly StoredSegment[]): Promise<void> {
    let room = MOST_BYTES;
    const pieces = segments.flatMap((segment) => segment.pieces).sort((a, b) => a.position - b.position);
    const chosen = pieces.slice(0, MOST_PIECES).filter(({ size }) => (room -= size) >= 0);
    this.#isWanted = true;
    for (const some of inParts(chosen, PARALLEL)) {
      // Whoever waits for an answer in vain does so once.
      const answers = await Promise.allSettled(some.map((piece) => this.#fetch(piece)));
      if (!this.#isWanted || answers.some(({ status }) => status === 'rejected')) return;
    }
  }

  async #fetch({ name, size }: Piece): Promise<void> {
    const bytes = await this.#store.get(name);
    if (this.#isWanted && bytes?.length === size) this.#bytes.set(name, bytes);
  }

  get(name: string): Uint8Array | undefined {
    return this.#bytes.get(name);
  }

  /** Nobody is going to ask for them any more: no further requests go out. */
  clear(): void {
    this.#isWanted = false;
    this.#bytes.clear();
  }
}
