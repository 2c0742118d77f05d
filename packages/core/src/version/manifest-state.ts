// Everything the manifests say, as one immutable value: the database at a moment.

import type { ObjectId } from '../format/object-names.ts';
import type { Version } from './version.ts';

/** A key space: its id is never reused, its codecs never change. */
export interface KeySpaceInfo {
  readonly id: number;
  readonly name: string;
  readonly keys: string;
  readonly values: string;
}

/** An SST that went out of use. */
export interface RetiredSst {
  readonly id: ObjectId;
  /** Of the first manifest that does not name it. */
  readonly number: number;
  /** When that was, ms. */
  readonly at: number;
}

/** A database that this one was cloned from: SSTs of its terms are its own, and no SST of the clone has such a term. */
export interface Ancestor {
  readonly database: string;
  /** The last of its terms that the clone knows. */
  readonly term: number;
  /** Where it lies, in words of whoever made the clone. */
  readonly address?: string | undefined;
}

/** The beginning of a term. Two histories of a database, of which one is a copy, may have the same term; they do not have the same nonce. */
export interface Claim {
  readonly term: number;
  /** Of the manifest that claimed it. */
  readonly nonce: string;
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
  /** Of this term, and of those that SSTs are from. Versions before this one did not note them. */
  readonly claims: readonly Claim[];
  /** Nearest first. */
  readonly ancestors: readonly Ancestor[];
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
  /** What went out of use in this manifest or one before it may be gone (docs/PROTOCOL.md, rule 12). */
  readonly floor: number;
  /** What went out of use above the floor: it is still there. */
  readonly retired: readonly RetiredSst[];
  /** Wall time that the database has reached, ms: it never runs backwards. */
  readonly now: number;
  readonly keySpaces: readonly KeySpaceInfo[];
  readonly nextKeySpace: number;
  readonly version: Version;
}
