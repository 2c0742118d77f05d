// The door to a log: numbered segments of bytes that grow at their end. What stands in the bytes is core's matter (docs/FORMAT.md);
// a LogStore only keeps them. Safety against a second writer is core's matter too, except for two things: two writers never create the
// same segment (`create` has one winner), and a segment's storage is used again only when nobody else can still write to it.
//
// After `append` has returned the bytes survive a crash of the process; after `sync` has returned (or its promise is fulfilled) they survive a power cut.
// A segment that was read may end in zeros or in remains of a recycled file: core tells them from records by checksum.

import type { MaybePromise } from '../base/maybe-promise.ts';

/** One segment and how many bytes it holds at most (a preallocated or recycled one may hold more than was written). */
export interface SegmentInfo {
  readonly number: number;
  readonly size: number;
  /** Somebody has taken it from whoever created it (`takeSegments`), and that stays so. Only `segments` of a log that can tell says it. */
  readonly isTaken?: boolean | undefined;
}

/** The segment that is being written. Offsets are the caller's: writes go on where the last one ended. */
export interface LogSegment {
  /**
   * Hands bytes to the system at `position`. `bytes` may lie in WebAssembly memory and is read before the call returns or its promise settles.
   * Appends do not overlap and follow each other without gaps; the last one may be repeated (same bytes, same position), as after a failure.
   * After `QUOTA` none of the bytes are there.
   */
  append(bytes: Uint8Array, position: number): MaybePromise<void>;
  /**
   * Everything appended before this call survives a power cut once the promise is fulfilled. Several may be under way. After one has failed
   * every later one fails: what the system had not written then, it may have forgotten.
   */
  sync(): Promise<void>;
  /** The same, done when it returns. Present where the store is synchronous. */
  syncNow?(): void;
  /**
   * True when another has taken this segment (`takeSegments`), or it is gone. Asked after each append, it is the look of docs/PROTOCOL.md, rule 4. Present where
   * segments can be taken.
   */
  readonly isTaken?: (() => Promise<boolean>) | undefined;
  /** Releases what the segment holds, without syncing; waits for syncs that are under way. Idempotent. */
  close(): MaybePromise<void>;
}

/** A log of numbered segments. */
export interface LogStore {
  /** Recorded in the manifest: a database is never opened with a log of another kind. */
  readonly kind: string;
  /** True: nothing but `sync`, `makeDurable`, `truncate` and `close` returns a promise, and appended bytes are handed to the system in the call itself. */
  readonly sync: boolean;
  /** Durability of a write that does not name one. */
  readonly defaultDurability: 'buffered' | 'synced';
  /**
   * Present where the log itself can tell that another writer has it: then nobody asks the store after each append. Who opens the database calls it with the
   * term that the manifest gave, before it reads a segment. The largest term stays, whoever comes late or claims twice, as long as the log does. All handles
   * see it when this returns, and whoever reads after it finds everything that was appended before it.
   */
  claim?(term: number): void;
  /**
   * True when a writer of a larger term has claimed the log, through any handle. A larger term than any that was claimed is not overtaken: a writer goes on
   * under the next one without a claim. Answers at once, so that nothing comes between an append and this. Goes with `claim`.
   */
  isOvertaken?(term: number): boolean;
  /**
   * Present where segments can be taken from whoever writes them: then nobody asks the store for manifests after each append. Who opens the database calls it
   * when its manifest is there, before it reads a segment. Takes all segments from number `from` on, those that are begun meanwhile included, and returns what
   * `segments` does then: after that `isTaken` is true for whoever had them, and whoever reads finds everything that was appended before. `check` is awaited
   * after segments were found and before they are taken, and throws where somebody else has the database by now: of a later writer no segment was found by
   * then. `seen` is what `segments` returned before the manifests were read that this writer goes on from: none of that is a later writer's, so it is taken
   * without a check, and what is marked as taken there is left as it is.
   */
  readonly takeSegments?:
    | ((from: number, check: () => MaybePromise<unknown>, seen?: readonly SegmentInfo[]) => Promise<SegmentInfo[]>)
    | undefined;
  /** All segments, ascending by number. */
  segments(): MaybePromise<SegmentInfo[]>;
  /** The bytes of a segment, or undefined when it is not there. Reads at most `into.length` bytes into `into` and returns how many. */
  read(segment: number, into: Uint8Array): MaybePromise<number | undefined>;
  /**
   * Creates a segment for writing, or returns undefined when its number is taken. `sizeBytes`: how long it will get at most; a store may preallocate.
   * The creation itself is durable once the first sync of the segment is.
   */
  create(segment: number, sizeBytes: number): MaybePromise<LogSegment | undefined>;
  /**
   * Makes these segments, and everything that stands in them by now, survive a power cut: an earlier writer may not have synced them. A missing one
   * is `CORRUPTION`.
   */
  makeDurable(segments: readonly number[]): Promise<void>;
  /** The same, done when it returns. Present where the store is synchronous. */
  readonly makeDurableNow?: ((segments: readonly number[]) => void) | undefined;
  /** Removes (or keeps for recycling) every segment with a number below `before`. */
  truncate(before: number): MaybePromise<void>;
  /** Releases what the log holds, open segments included. Idempotent. */
  close(): MaybePromise<void>;
}
