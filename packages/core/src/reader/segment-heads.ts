// Heads of the segments that count, each read once: who began it, where the one before ended, and the fence of a term.

import { StorageError } from '../base/errors.ts';
import { segmentName } from '../format/object-names.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { LogPiece } from '../wal/object-tail.ts';
import { SegmentFormat } from '../wal/segment-format.ts';
import { SegmentReader } from '../wal/segment-reader.ts';
import type { FollowHost } from './follow.ts';
import type { PieceReads } from './piece-reads.ts';
import type { SegmentHead } from './segment-limits.ts';

/** A fence of thousands of segments fits. */
const HEAD_BYTES = 65536;

export class SegmentHeads {
  readonly #host: FollowHost;
  readonly #reader: SegmentReader;
  readonly #heads = new Map<number, SegmentHead>();

  constructor(host: FollowHost) {
    this.#host = host;
    this.#reader = new SegmentReader(host.heap, host.kernels, new SegmentFormat(host.heap, host.kernels));
  }

  /** Those that count and those that do not, ascending: one that was begun early may get its head late. */
  get known(): SegmentHead[] {
    return [...this.#heads.values()].sort((a, b) => a.header.segment - b.header.segment);
  }

  has(segment: number): boolean {
    return this.#heads.has(segment);
  }

  of(segment: number): SegmentHead {
    return this.#heads.get(segment)!;
  }

  keepFrom(position: number): void {
    for (const segment of this.#heads.keys()) if (segment < position) this.#heads.delete(segment);
  }

  /** Reads those that are new among the pieces. False: one is gone since they were listed. */
  async read(pieces: readonly LogPiece[], reads: PieceReads, state: ManifestState): Promise<boolean> {
    const begun = pieces.filter(({ position, segment }) => position === 0 && !this.#heads.has(segment));
    for (const piece of begun) {
      const bytes = await reads.peek(piece, begun);
      if (bytes === undefined) return false;
      const head = this.#decode(piece.segment, bytes.subarray(0, HEAD_BYTES), state);
      if (head !== undefined) this.#heads.set(piece.segment, head);
    }
    return true;
  }

  #decode(segment: number, bytes: Uint8Array, { database, log, term }: ManifestState): SegmentHead | undefined {
    const { heap } = this.#host;
    const at = heap.allocate(bytes.length, 'the head of a log segment');
    try {
      heap.bytes.set(bytes, at);
      const header = this.#reader.header(at, bytes.length, segment, { database, log: log.uuid });
      if (header === undefined) return undefined;
      if (header.term > term) throw ofTheFuture(segment);
      return { header, fence: this.#reader.scan(at, bytes.length, header.seed, () => undefined).fence };
    } finally {
      heap.release(at);
    }
  }
}

/** Its term was claimed before it was begun, and the manifests were asked for later. */
function ofTheFuture(segment: number): StorageError {
  const message = 'log is of a later term than the manifests: restore the newest of them, it is missing';
  return new StorageError('CORRUPTION', message, { object: segmentName(segment) });
}
