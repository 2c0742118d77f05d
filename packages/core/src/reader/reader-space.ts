// One key space of a database that is open for reading: as `SpaceReads` reads it, at a moment that is new enough.

import { abortable } from '../base/abort.ts';
import { SPACE, type SpaceDoor } from '../db/batch.ts';
import { checkCodecs } from '../db/key-spaces.ts';
import { SpaceLife } from '../db/space-life.ts';
import { SpaceReads } from '../db/space-reads.ts';
import type { Entry, KeySpaceOptions, ReadOptions, Reads, Scan, ScanRange } from '../db/types.ts';
import { KeySpaceCodec } from '../format/key-space.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { FreshScan } from './fresh-scan.ts';
import { isExpired, type ReaderEngine } from './reader-engine.ts';

/** Reads of one key that meet a version which is gone, in a row: each time another one is the newest. */
const MOST_TRIES = 5;

/** The key space as one state knows it. */
interface Known<K, V, P, KI, VI> {
  readonly state: ManifestState;
  readonly codec: KeySpaceCodec<K, V, P, KI, VI>;
  readonly reads: SpaceReads<K, V, P, KI, VI>;
}

type Read<K, V, P, KI, VI, T> = (reads: SpaceReads<K, V, P, KI, VI>) => Promise<T>;

export class ReaderSpace<K, V, P = K, KI = K, VI = V> implements Reads<K, V, P, KI> {
  readonly name: string;
  readonly #engine: ReaderEngine;
  readonly #codecs: KeySpaceOptions<K, V, P, KI, VI>;
  #known: Known<K, V, P, KI, VI> | undefined;

  /** @internal Made by `reader.keyspace()`. */
  constructor(name: string, engine: ReaderEngine, codecs: KeySpaceOptions<K, V, P, KI, VI>) {
    this.name = name;
    this.#engine = engine;
    this.#codecs = codecs;
  }

  /** @internal For snapshots. */
  get [SPACE](): SpaceDoor<KI, VI> {
    const codec = this.#now().codec as unknown as SpaceDoor<KI, VI>['codec'];
    return { codec, owner: this.#engine, life: new SpaceLife() };
  }

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#read((reads) => reads.get(key, options), options);
  }

  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    const all = [...keys];
    return this.#read((reads) => reads.getMany(all, options), options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#read((reads) => reads.has(key, options), options);
  }

  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    return this.#read((reads) => reads.getEntry(key, options), options);
  }

  /** Each iteration sees one moment. One that goes on while its objects are deleted ends as `EXPIRED`. */
  scan(range: ScanRange<KI, P> = {}): Scan<K, V> {
    // What is wrong with the range is told at once.
    this.#now().reads.scan(range);
    return new FreshScan(
      () => this.#engine.fresh(),
      () => this.#now().reads.scan(range),
    );
  }

  /** Reads at a moment that is new enough, and once more where that is gone. */
  #read<T>(read: Read<K, V, P, KI, VI, T>, options: ReadOptions | undefined): Promise<T> {
    try {
      this.#engine.assertOpen();
      const fresh = this.#engine.fresh();
      const first = fresh === undefined ? read(this.#now().reads) : this.#after(fresh, read, options);
      return first.catch((error: unknown) => this.#again(error, read, options, MOST_TRIES));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  async #after<T>(look: Promise<void>, read: Read<K, V, P, KI, VI, T>, options: ReadOptions | undefined): Promise<T> {
    await abortable(look, options?.signal);
    return read(this.#now().reads);
  }

  #again<T>(error: unknown, read: Read<K, V, P, KI, VI, T>, options: ReadOptions | undefined, tries: number): Promise<T> {
    if (!isExpired(error) || tries === 0) throw error;
    const next = this.#after(this.#engine.refresh(), read, options);
    return next.catch((again: unknown) => this.#again(again, read, options, tries - 1));
  }

  /** A key space that is not there yet, or was dropped, has an id that nothing is stored under at this moment. */
  #now(): Known<K, V, P, KI, VI> {
    const { state } = this.#engine.visible;
    if (this.#known?.state === state) return this.#known;
    const { keys, values } = this.#codecs;
    const info = state.keySpaces.find(({ name }) => name === this.name);
    if (info !== undefined) checkCodecs(info, keys, values);
    const codec = new KeySpaceCodec(info?.id ?? state.nextKeySpace, keys, values);
    this.#known = { state, codec, reads: new SpaceReads(this.#engine, codec) };
    return this.#known;
  }
}
