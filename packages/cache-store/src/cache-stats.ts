// What the cache did since the handle was made.

/** Figures of one handle. Pieces are what the cache keeps and asks for: `pieceBytes` of an object each, less at its end. */
export interface CacheStats {
  /** Pieces that reads found here. */
  readonly hits: number;
  /** Pieces that reads had to wait for. */
  readonly misses: number;
  /** Reads that were sent to the remote store, and the bytes of SSTs that came from it. */
  readonly requests: number;
  readonly remoteBytes: number;
  /** Bytes of pieces that were found here. */
  readonly localBytes: number;
  /** Bytes of the local store that pieces take now, and how many objects there hold them. */
  readonly keptBytes: number;
  readonly keptObjects: number;
  /** Pieces that were not kept, because writing them took too long or failed. */
  readonly skipped: number;
}

/** The same while it is counted. */
export class Counters {
  hits = 0;
  misses = 0;
  requests = 0;
  remoteBytes = 0;
  localBytes = 0;
  keptBytes = 0;
  keptObjects = 0;
  skipped = 0;

  /** As they are now. */
  snapshot(): CacheStats {
    const { hits, misses, requests, remoteBytes, localBytes, keptBytes, keptObjects, skipped } = this;
    return { hits, misses, requests, remoteBytes, localBytes, keptBytes, keptObjects, skipped };
  }
}
