// The door to a place that keeps immutable, named objects: a directory, a bucket, OPFS, IndexedDB, memory.
// An adapter implements ObjectStore; the conformance kit (@varve/store-conformance) proves that it keeps what is promised here.
//
// What every store guarantees once a call has returned (or its promise is fulfilled):
// - an object is there whole or not at all; a reader never sees half of one, not even after a power cut;
// - it survives a power cut (unless the store is memory);
// - putIfAbsent has exactly one winner, however many call it at once, from however many processes;
// - list sees every object whose creation had returned before list was called, and nothing that is still being written.
// A call that throws or rejects may or may not have taken place, except with QUOTA: then nothing is left.
// Names are relative paths of `[a-z0-9./-]` without empty, `.` or `..` parts, at most 255 bytes; no name is a folder of another.
// Bytes passed in are read before the call's promise settles and must not change until then. Where they lie in WebAssembly memory, that may grow
// meanwhile (which detaches the view): a store hands them to the system, or copies them, in the call itself. Bytes handed out belong to
// the caller, in a buffer of their own.

import type { MaybePromise } from '../base/maybe-promise.ts';
import type { LogStore } from './log-store.ts';
import type { RequestStats } from './request-stats.ts';

/** An object opened for reading by piece. */
export interface ObjectReader {
  /**
   * Reads exactly `target.length` bytes at `offset` into `target`. Fewer bytes in the object are `CORRUPTION`, which names object and offset.
   * `target` may lie in WebAssembly memory, which must not grow until a promise has settled. Several reads may be under way.
   */
  readInto(target: Uint8Array, offset: number): MaybePromise<void>;
  /** Releases what the reader holds. Idempotent. */
  close(): MaybePromise<void>;
}

/** An object that is being written piece by piece; it exists for readers once `finish` has returned. */
export interface ObjectWriter extends WriterOperations<true> {
  /**
   * Present where the store is synchronous: the same object, each call done when it returns. A caller in a hurry may repeat here, with the same
   * arguments, a call whose promise is still pending; both then have the same effect as one. Bytes must not change until the promise settles,
   * even so: the first call may still be reading them.
   */
  readonly sync?: SyncWriterOperations | undefined;
}

interface WriterOperations<Async extends boolean> {
  /** Writes the next bytes, at `position` (where the last call ended); calls do not overlap. `bytes` may lie in WebAssembly memory. */
  append(bytes: Uint8Array, position: number): Result<Async, void>;
  /** Makes the object durable under its name. */
  finish(): Result<Async, void>;
  /** Gives up: leaves nothing behind. Also after a failed append or finish. Idempotent. */
  abort(): Result<Async, void>;
}

/** Operations of a writer, each done when it returns. */
export type SyncWriterOperations = Plain<WriterOperations<false>>;

/** Operations of a store, each done now or when its promise is fulfilled. */
interface Operations<Async extends boolean> {
  /** Writes an object of which the name was never used before. */
  put(name: string, bytes: Uint8Array): Result<Async, void>;
  /** Writes an object unless one of that name is there. True: it was written by this call. */
  putIfAbsent(name: string, bytes: Uint8Array): Result<Async, boolean>;
  /** The whole object, or undefined. */
  get(name: string): Result<Async, Uint8Array | undefined>;
  /** True when an object of that name is there. */
  has(name: string): Result<Async, boolean>;
  /** Opens an object of known size. A missing object is `CORRUPTION`, here or at the first read. */
  openObject(name: string, size: number): Result<Async, ObjectReader>;
  /** Starts an object of which the name was never used before. `sizeHint`: about how many bytes will come. */
  createObject(name: string, sizeHint: number): Result<Async, ObjectWriter>;
  /** Objects whose names begin with `prefix` (any characters), ascending by the bytes of the name, only names after `startAfter`. */
  list(prefix: string, startAfter?: string): Result<Async, ObjectInfo[]>;
  /** Deletes objects; missing ones are no error. */
  delete(names: readonly string[]): Result<Async, void>;
}

type Result<Async extends boolean, T> = Async extends true ? MaybePromise<T> : T;

/** The same members, compared one by one: without it TypeScript compares the two halves by `Async` alone and never lets one stand for the other. */
type Plain<T> = { [Member in keyof T]: T[Member] };

/** A name and its size in bytes. */
export interface ObjectInfo {
  readonly name: string;
  readonly size: number;
}

/** What a store can do, for the engine's choices. */
export interface StoreCapabilities {
  /** Shown in messages and recorded for humans: `memory`, `fs`, ... */
  readonly kind: string;
  /** Data block size, before compression, that suits this store. */
  readonly blockSizeBytes: number;
  /** Largest object the store takes. */
  readonly largestObjectBytes: number;
}

/** Operations that are done now or when their promise is fulfilled: what every store has. */
export type AsyncOperations = Plain<Operations<true>>;

/** Operations that return their results at once; the readers they hand out do as well. They may be used where {@link AsyncOperations} are wanted. */
export type SyncOperations = Plain<Operations<false>>;

/** How to ask for the courtesy lock. */
export interface LockOptions {
  /** Take the lock from whoever holds it. Their release then changes nothing. */
  readonly takeOver?: boolean;
}

/** A place that keeps immutable, named objects. */
export interface ObjectStore extends AsyncOperations {
  readonly capabilities: StoreCapabilities;
  /** Present where the store can answer at once: it opens the synchronous half of the API. Same objects, same guarantees. */
  readonly sync?: SyncOperations | undefined;
  /**
   * Writes an object, or another one in the place of one of that name: whoever reads sees the old one or the new one. Two things are replaced: what a database
   * is published with (`publish` of @varve/core/copy; where this is missing it is deleted first, and for a moment nothing is there), and the owner of a
   * segment of a log over objects (`objectLog`, which needs it). Whoever gets it afterwards, through any handle, gets the new one.
   */
  replace?(name: string, bytes: Uint8Array): MaybePromise<void>;
  /** The store's own log, if it has one; else the database is opened with a log from elsewhere. */
  openLog?(): LogStore;
  /**
   * A courtesy lock against a second writer on the same place. Returns a release function (idempotent), or undefined when somebody alive holds it
   * or may be alive. The same process is refused as well. Safety never rests on it.
   */
  lock?(options?: LockOptions): MaybePromise<(() => MaybePromise<void>) | undefined>;
  /** Who holds the courtesy lock, in words for a message; undefined when that is not known. */
  lockHolder?(): MaybePromise<string | undefined>;
  /**
   * Does what the first `putIfAbsent` would otherwise do before it creates anything, such as finding out whether a service keeps its promises. Whoever is going
   * to write may call it early, beside what it reads, and as often as it likes: once it has succeeded there is nothing left to do.
   * @throws StorageError `STORE_UNSAFE` where the service keeps none, and whatever `putIfAbsent` throws.
   */
  prepare?(): MaybePromise<void>;
  /** Requests that were sent so far, where the store is a service that counts them. `@varve/core/requests` has what counts and prices them. */
  requests?(): RequestStats;
  /** Releases what the store holds. Idempotent. A store that is used again afterwards takes it up again. */
  close?(): MaybePromise<void>;
}
