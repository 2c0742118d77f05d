// A key space as the user holds it: its reads and writes under one name.

import type { KeySpaceCodec } from '../format/key-space.ts';
import type { Durability } from '../write/durability.ts';
import { SPACE, type BatchTarget, type SpaceDoor } from './batch.ts';
import type { Engine } from './engine.ts';
import { SpaceReads } from './space-reads.ts';
import type { SpaceLife } from './space-life.ts';
import type { Entry, ReadOptions, Reads, Scan, ScanRange, SyncReads, SyncWrites, WriteOptions, Writes } from './types.ts';
import { SpaceWrites } from './space-writes.ts';

export class KeySpace<K, V, P = K, KI = K, VI = V>
  implements Reads<K, V, P, KI>, SyncReads<K, V, P, KI>, Writes<K, V, P, KI, VI>, SyncWrites<KI, VI>, BatchTarget<KI, VI>
{
  readonly name: string;
  readonly [SPACE]: SpaceDoor<KI, VI>;
  readonly #codec: KeySpaceCodec<K, V, P, KI, VI>;
  readonly #reads: SpaceReads<K, V, P, KI, VI>;
  readonly #writes: SpaceWrites<K, V, P, KI, VI>;

  /** @internal Made by `db.keyspace()`. */
  constructor(name: string, engine: Engine, codec: KeySpaceCodec<K, V, P, KI, VI>, life: SpaceLife) {
    this.name = name;
    this.#codec = codec;
    this[SPACE] = { codec, owner: engine, life };
    this.#reads = new SpaceReads(engine, codec);
    this.#writes = new SpaceWrites(engine, codec, this.#reads, () => life.ready);
  }

  /** @internal Resolves when it can be written to. */
  async settled(): Promise<void> {
    await this[SPACE].life.ready;
  }

  /** @internal True when the handle was made with these very codecs. */
  uses(keys: unknown, values: unknown): boolean {
    return this.#codec.keys === keys && this.#codec.values === values;
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

  put(key: KI, value: VI, options?: WriteOptions): Promise<bigint> {
    return this.#writes.put(key, value, options);
  }

  delete(key: KI, options?: WriteOptions): Promise<bigint> {
    return this.#writes.delete(key, options);
  }

  putMany(entries: Iterable<readonly [KI, VI]> | AsyncIterable<readonly [KI, VI]>, options?: WriteOptions): Promise<number> {
    return this.#writes.putMany(entries, options);
  }

  clear(range?: ScanRange<KI, P>): Promise<number> {
    return this.#writes.clear(range);
  }

  update(key: KI, change: (old: V | undefined) => VI | undefined, options?: WriteOptions): Promise<VI | undefined> {
    return this.#writes.update(key, change, options);
  }

  putSync(key: KI, value: VI, options?: { readonly durability?: Durability | undefined }): bigint {
    return this.#writes.putSync(key, value, options);
  }

  deleteSync(key: KI, options?: { readonly durability?: Durability | undefined }): bigint {
    return this.#writes.deleteSync(key, options);
  }
}
