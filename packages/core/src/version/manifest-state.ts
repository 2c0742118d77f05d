// Everything the manifests say, as one immutable value: the database at a moment.

import type { Version } from './version.ts';

/** A key space: its id is never reused, its codecs never change. */
export interface KeySpaceInfo {
  readonly id: number;
  readonly name: string;
  readonly keys: string;
  readonly values: string;
}

export interface ManifestState {
  /** Number of the newest manifest object. */
  readonly number: number;
  /** Generation of the writer that made it. */
  readonly term: number;
  readonly nonce: string;
  readonly parentNonce: string;
  /** Identity of the database: 32 hex digits. */
  readonly database: string;
  /** Kind '': a copy that nobody has opened yet. Whoever does begins a log of theirs. */
  readonly log: { readonly kind: string; readonly uuid: string };
  /** First log segment that still counts. */
  readonly logPosition: number;
  /** Everything up to here is in SSTs. 0: nothing is, or an older version wrote it and did not say. */
  readonly flushedEpoch: bigint;
  /** Versions below may have been merged away. */
  readonly safeEpoch: bigint;
  /** Unreferenced objects of this term with a smaller counter are garbage. */
  readonly pendingFrom: number;
  readonly nextObject: number;
  /** Wall time that the database has reached, ms: it never runs backwards. */
  readonly now: number;
  readonly keySpaces: readonly KeySpaceInfo[];
  readonly nextKeySpace: number;
  readonly version: Version;
}
