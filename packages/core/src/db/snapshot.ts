// One moment of a database, to read from for as long as it is open. It holds versions back from being merged away, nothing else; one that is
// forgotten instead of closed is told of, with the stack that opened it.

import { StorageError } from '../base/errors.ts';
import { epochToBigInt, type Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { EpochPin } from '../mvcc/snapshots.ts';
import { SPACE, type BatchTarget } from './batch.ts';
import type { ReadHost } from './read-host.ts';
import { SpaceReads } from './space-reads.ts';
import type { Entry, ReadOptions, Reads, Scan, ScanRange, SyncReads } from './types.ts';

export class Snapshot<K, V, P = K, KI = K> implements Reads<K, V, P, KI>, SyncReads<K, V, P, KI> {
  readonly #host: ReadHost;
  readonly #pin: EpochPin;
  readonly #reads: SpaceReads<K, V, P, KI, unknown>;
  #closed = false;

  /** @internal Made by `db.snapshot()`. */
  constructor(host: ReadHost, space: KeySpaceCodec<K, V, P, KI, unknown>) {
    const stack = new Error('opened here').stack ?? '';
    this.#host = host;
    this.#pin = host.snapshots.pin(
      this,
      host.visible.capture(),
      `a snapshot was dropped without close(): it kept old versions alive. ${stack}`,
    );
    this.#reads = new SpaceReads(host, space, () => this.#epoch());
  }

  /** The moment. */
  get epoch(): bigint {
    return epochToBigInt(this.#pin.epoch);
  }

  /** Another key space at the same moment. */
  keyspace<K2, V2, P2, KI2, VI2>(space: BatchTarget<KI2, VI2> & Reads<K2, V2, P2, KI2>): SpaceReads<K2, V2, P2, KI2, VI2> {
    const { codecAt, owner, ...door } = space[SPACE];
    if (owner !== this.#host) throw new TypeError('the key space belongs to another database than the snapshot');
    const codec = codecAt?.(this.#pin.epoch) ?? door.codec;
    return new SpaceReads(this.#host, codec as unknown as KeySpaceCodec<K2, V2, P2, KI2, VI2>, () => this.#epoch());
  }

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#reads.get(key, options);
  }

  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    return this.#reads.getMany(keys, options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#reads.has(key, options);
  }

  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    return this.#reads.getEntry(key, options);
  }

  scan(range?: ScanRange<KI, P>): Scan<K, V> {
    return this.#reads.scan(range);
  }

  getSync(key: KI): V | undefined {
    return this.#reads.getSync(key);
  }

  getManySync(keys: Iterable<KI>): (V | undefined)[] {
    return this.#reads.getManySync(keys);
  }

  hasSync(key: KI): boolean {
    return this.#reads.hasSync(key);
  }

  getEntrySync(key: KI): Entry<KI, V> | undefined {
    return this.#reads.getEntrySync(key);
  }

  scanSync(range?: ScanRange<KI, P>): Iterable<[K, V]> {
    return this.#reads.scanSync(range);
  }

  /** Lets go of the moment. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#pin.release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #epoch(): Epoch {
    if (this.#closed) throw new StorageError('CLOSED', 'the snapshot is closed: open a new one');
    return this.#pin.epoch;
  }
}
