// The database as the user holds it. It checks arguments and delegates; what happens is in engine.ts and below.

import { checkCodec, checkOptions } from '../base/argument-checks.ts';
import { abortable } from '../base/abort.ts';
import { describe } from '../base/describe.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import { rangeBounds } from '../format/range-bounds.ts';
import type { Durability } from '../write/durability.ts';
import type { KeySpaceInfo } from '../version/manifest-state.ts';
import { Batch, SPACE, type BatchTarget, type SpaceDoor } from './batch.ts';
import { writeChecked } from './checked-batch.ts';
import type { Engine } from './engine.ts';
import type { KeySpace } from './key-space.ts';
import type { KeySpaces } from './key-spaces.ts';
import { Snapshot } from './snapshot.ts';
import { statsOf, type DatabaseStats } from './stats.ts';
import type {
  Entry,
  KeySpaceOptions,
  ReadOptions,
  Reads,
  Scan,
  ScanRange,
  SyncReads,
  SyncWrites,
  WriteOptions,
  WriteResult,
  Writes,
} from './types.ts';
import { verifyEngine, type VerifyReport } from './verify.ts';
import { durabilityOf } from './space-writes.ts';

/** Bounds of everything that is stored: no key-space id begins with ff. */
const ALL_KEY_SPACES = { lower: new Uint8Array(0), upper: Uint8Array.of(0xff) };

export class DatabaseHandle<K, V, P = K, KI = K, VI = V>
  implements Reads<K, V, P, KI>, SyncReads<K, V, P, KI>, Writes<K, V, P, KI, VI>, SyncWrites<KI, VI>, BatchTarget<KI, VI>
{
  readonly [SPACE]: SpaceDoor<KI, VI>;
  readonly #engine: Engine;
  readonly #spaces: KeySpaces;
  readonly #root: KeySpace<K, V, P, KI, VI>;

  /** @internal Made by `open`. */
  constructor(engine: Engine, spaces: KeySpaces, root: KeySpace<K, V, P, KI, VI>) {
    this.#engine = engine;
    this.#spaces = spaces;
    this.#root = root;
    this[SPACE] = root[SPACE];
  }

  // Reading --------------------------------------------------------------------------------------------------------------------------

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#root.get(key, options);
  }

  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    return this.#root.getMany(keys, options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#root.has(key, options);
  }

  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    return this.#root.getEntry(key, options);
  }

  scan(range?: ScanRange<KI, P>): Scan<K, V> {
    return this.#root.scan(range);
  }

  getSync(key: KI): V | undefined {
    return this.#root.getSync(key);
  }

  getManySync(keys: Iterable<KI>): (V | undefined)[] {
    return this.#root.getManySync(keys);
  }

  hasSync(key: KI): boolean {
    return this.#root.hasSync(key);
  }

  getEntrySync(key: KI): Entry<KI, V> | undefined {
    return this.#root.getEntrySync(key);
  }

  scanSync(range?: ScanRange<KI, P>): Iterable<[K, V]> {
    return this.#root.scanSync(range);
  }

  // Writing --------------------------------------------------------------------------------------------------------------------------

  put(key: KI, value: VI, options?: WriteOptions): Promise<bigint> {
    return this.#root.put(key, value, options);
  }

  delete(key: KI, options?: WriteOptions): Promise<bigint> {
    return this.#root.delete(key, options);
  }

  putMany(entries: Iterable<readonly [KI, VI]> | AsyncIterable<readonly [KI, VI]>, options?: WriteOptions): Promise<number> {
    return this.#root.putMany(entries, options);
  }

  clear(range?: ScanRange<KI, P>): Promise<number> {
    return this.#root.clear(range);
  }

  update(key: KI, change: (old: V | undefined) => VI | undefined, options?: WriteOptions): Promise<VI | undefined> {
    return this.#root.update(key, change, options);
  }

  putSync(key: KI, value: VI, options?: { readonly durability?: Durability | undefined }): bigint {
    return this.#root.putSync(key, value, options);
  }

  deleteSync(key: KI, options?: { readonly durability?: Durability | undefined }): bigint {
    return this.#root.deleteSync(key, options);
  }

  /** An empty batch. */
  batch(): Batch<KI, VI> {
    this.#engine.assertOpen();
    return new Batch(this, this.#engine.newBatch());
  }

  /** Writes a batch as one: all of it or nothing, at one epoch. `ok: false` names the key whose check failed. */
  async write(batch: Batch<KI, VI>, options?: WriteOptions): Promise<WriteResult> {
    this.#engine.assertOpen();
    const durability = durabilityOf(this.#engine, options);
    if (!(batch instanceof Batch)) throw new TypeError(`write takes a batch made by db.batch(), not ${describe(batch)}`);
    const { batch: encoded, waits } = batch.take(this.#engine);
    for (const wait of waits) if (wait !== undefined) this.#engine.writer.waitFor(wait);
    return abortable(writeChecked(this.#engine, encoded, durability), options?.signal);
  }

  // Key spaces and snapshots -----------------------------------------------------------------------------------------------------------

  /** Opens a key space, or makes it. Keys of different key spaces never mix; batches may span them. */
  keyspace<K2, V2, P2, KI2, VI2>(name: string, options: KeySpaceOptions<K2, V2, P2, KI2, VI2>): KeySpace<K2, V2, P2, KI2, VI2> {
    this.#engine.assertOpen();
    if (typeof name !== 'string' || name === '') {
      throw new TypeError(`the name of a key space is a string that is not empty, not ${describe(name)}`);
    }
    checkOptions(options, ['keys', 'values']);
    checkCodec('keys', options.keys);
    checkCodec('values', options.values);
    return this.#spaces.open(name, options.keys, options.values);
  }

  /** Names and codecs of all key spaces. */
  keyspaces(): KeySpaceInfo[] {
    this.#engine.assertOpen();
    return this.#spaces.list();
  }

  /** Deletes a key space with everything in it. False when there is none of that name. */
  dropKeyspace(name: string): Promise<boolean> {
    this.#engine.assertOpen();
    return this.#spaces.drop(name);
  }

  /** The moment that is visible now, to read from. Close it. */
  snapshot(): Snapshot<K, V, P, KI> {
    this.#engine.assertOpen();
    return new Snapshot(this.#engine, this.#root[SPACE].codec as unknown as KeySpaceCodec<K, V, P, KI, unknown>);
  }

  // Care -----------------------------------------------------------------------------------------------------------------------------

  /** Everything written before survives a power cut once the promise is fulfilled. */
  async sync(): Promise<void> {
    this.#engine.assertOpen();
    await this.#engine.writer.sync();
  }

  /** Writes what is in memory to SSTs. Durability does not need it. */
  async flush(): Promise<void> {
    this.#engine.assertOpen();
    await this.#engine.freezeActive();
    while (this.#engine.frozen.length > 0) {
      this.#engine.assertOpen();
      this.#engine.writer.pipeline.assertWritable();
      await this.#engine.maintenance.flusher.start()?.done;
    }
  }

  /** Merges everything of the range, without one of the whole database, so that deleted and overwritten data is gone and reads are fastest. A
   * signal stops the waiting. */
  async compact(range?: ScanRange<KI, P>): Promise<void> {
    const space = this.#root[SPACE].codec as unknown as KeySpaceCodec<unknown, unknown, P, KI, never>;
    const { lower, upper } = range === undefined ? ALL_KEY_SPACES : rangeBounds(range, space, ['signal']);
    const compacted = this.flush().then(() => this.#engine.maintenance.compactor.compactRange(lower, upper));
    await abortable(compacted, range?.signal);
  }

  /** Reads and checks every byte that is stored. */
  async verify(): Promise<VerifyReport> {
    this.#engine.assertOpen();
    return verifyEngine(this.#engine);
  }

  /** What the engine holds and did. */
  stats(): DatabaseStats {
    this.#engine.assertOpen();
    return statsOf(this.#engine);
  }

  /** Resolves when no flush, compaction or deletion is under way. What is merged elsewhere is not waited for, only taken over when it is done. */
  async idle(): Promise<void> {
    this.#engine.maintenance.compactor.delegated?.look();
    await this.#engine.scheduler.idle();
  }

  /** Waits for writes under way, makes the log durable and lets go of everything. Idempotent. */
  async close(): Promise<void> {
    await this.#engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}
