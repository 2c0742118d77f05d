// The public shapes: what a database, a key space, a snapshot and a scan can do. Synchronous halves exist only where the store is synchronous.

import type { Codec, KeyCodec } from '../format/codec.ts';
import type { ScanOptions } from '../format/range-bounds.ts';
import type { Durability } from '../write/durability.ts';

/** Options of a write. */
export interface WriteOptions {
  /** How far the write has to get before its promise is fulfilled. Default: the database's. */
  readonly durability?: Durability | undefined;
  /** Stops the waiting. The write may still take place. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a read. */
export interface ReadOptions {
  /** Stops the waiting. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a scan: which keys, in which order, how many. */
export interface ScanRange<K, P = K> extends ScanOptions<K, P> {
  /** Ends the iteration with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A value with its key and the epoch that wrote it. */
export interface Entry<K, V> {
  readonly key: K;
  readonly value: V;
  readonly epoch: bigint;
}

/** Entries of a range, in order. Each iteration starts anew and sees one moment for its whole life. */
export interface Scan<K, V> extends AsyncIterable<[K, V]> {
  /** Only the keys. */
  keys(): AsyncIterable<K>;
  /** Only the values. */
  values(): AsyncIterable<V>;
  /** Everything at once. */
  all(): Promise<[K, V][]>;
  /** The first entry, or undefined. */
  first(): Promise<[K, V] | undefined>;
  /** Entries as they come from storage, many at a time: the fastest way through a large range. */
  batches(): AsyncIterable<[K, V][]>;
}

export interface Reads<K, V, P = K, KI = K> {
  /** The value, or undefined. Bytes that are returned are the caller's own. */
  get(key: KI, options?: ReadOptions): Promise<V | undefined>;
  /** Values in the order of the keys. */
  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]>;
  /** True when the key is there. */
  has(key: KI, options?: ReadOptions): Promise<boolean>;
  /** The value and the epoch that wrote it. */
  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined>;
  /** Entries of a range. */
  scan(range?: ScanRange<KI, P>): Scan<K, V>;
}

export interface SyncReads<K, V, P = K, KI = K> {
  getSync(key: KI): V | undefined;
  getManySync(keys: Iterable<KI>): (V | undefined)[];
  hasSync(key: KI): boolean;
  getEntrySync(key: KI): Entry<KI, V> | undefined;
  scanSync(range?: ScanRange<KI, P>): Iterable<[K, V]>;
}

export interface Writes<K, V, P = K, KI = K, VI = V> {
  /** Writes a value. Fulfilled with the write's epoch. */
  put(key: KI, value: VI, options?: WriteOptions): Promise<bigint>;
  /** Deletes a key; a missing one is no error. */
  delete(key: KI, options?: WriteOptions): Promise<bigint>;
  /** Writes all entries in batches, in order, and returns how many there were. Not atomic as a whole. */
  putMany(entries: Iterable<readonly [KI, VI]> | AsyncIterable<readonly [KI, VI]>, options?: WriteOptions): Promise<number>;
  /** Deletes every key of a range and returns how many there were. Not atomic as a whole. */
  clear(range?: ScanRange<KI, P>): Promise<number>;
  /**
   * Reads, changes and writes one key as one step: `change` is called when its turn has come, and no other write comes between. What it is given may
   * not be visible to readers yet. `undefined` deletes.
   */
  update(key: KI, change: (old: V | undefined) => VI | undefined, options?: WriteOptions): Promise<VI | undefined>;
}

export interface SyncWrites<KI, VI> {
  putSync(key: KI, value: VI, options?: { readonly durability?: Durability | undefined }): bigint;
  deleteSync(key: KI, options?: { readonly durability?: Durability | undefined }): bigint;
}

/** Codecs of a key space. */
export interface KeySpaceOptions<K, V, P = K, KI = K, VI = V> {
  readonly keys: KeyCodec<K, P, KI>;
  readonly values: Codec<V, VI>;
}

/** How a conditional batch ended. */
export type WriteResult = { readonly ok: true; readonly epoch: bigint } | { readonly ok: false; readonly key: Uint8Array };
