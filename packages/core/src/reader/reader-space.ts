// One key space of a database that is open for reading: as `SpaceReads` reads it, at a moment that is new enough.

import { abortable } from '../base/abort.ts';
import { SPACE, type SpaceDoor } from '../db/batch.ts';
import { checkCodecs } from '../db/key-spaces.ts';
import { SpaceLife } from '../db/space-life.ts';
import { SpaceReads } from '../db/space-reads.ts';
import type { Entry, KeySpaceOptions, ReadOptions, Reads, Scan, ScanRange } from '../db/types.ts';
import type { Epoch } from '../format/epoch.ts';
import { KeySpaceCodec } from '../format/key-space.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { FreshScan } from './fresh-scan.ts';
import type { Moment } from './moment.ts';
import { isExpired, type ReaderEngine } from './reader-engine.ts';

/** Reads of one key that meet a version which is gone, in a row: each time another one is the newest. */
const MOST_TRIES = 5;

/** The key space as one state knows it. */
interface Known<K, V, P, KI, VI> {
  readonly state: ManifestState;
  readonly codec: KeySpaceCodec<K, V, P, KI, VI>;
  readonly reads: SpaceReads<K, V, P, KI, VI>;
}

/** A read of keys that the caller cannot change any more. */
type Read<K, V, P, KI, VI, T> = (reads: SpaceReads<K, V, P, KI, VI>, keys: readonly KI[]) => Promise<T>;

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
    const codecAt = (moment: Epoch) => this.#at(moment as Moment).codec as unknown as SpaceDoor<KI, VI>['codec'];
    return { codec: codecAt(this.#engine.visible), codecAt, owner: this.#engine, life: new SpaceLife() };
  }

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#read([key], (reads, [held]) => reads.get(held as KI, options), options);
  }

  getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    return this.#read(keys, (reads, held) => reads.getMany(held, options), options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#read([key], (reads, [held]) => reads.has(held as KI, options), options);
  }

  async getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    const entry = await this.#read([key], (reads, [held]) => reads.getEntry(held as KI, options), options);
    return entry && { ...entry, key };
  }

  /** Each iteration sees one moment. One that goes on while its objects are deleted ends as `EXPIRED`. */
  scan(range: ScanRange<KI, P> = {}): Scan<K, V> {
    const { codec, reads } = this.#at(this.#engine.visible);
    const scan = reads.scan(range);
    const now = (): Scan<K, V> => {
      const known = this.#at(this.#engine.visible);
      return known.codec.id === codec.id ? scan : known.reads.scan(range);
    };
    return new FreshScan(async () => {
      const look = this.#engine.fresh();
      if (look !== undefined) await abortable(look, range.signal);
      return now();
    });
  }

  /** Reads at a moment that is new enough, and once more where that is gone. */
  async #read<T>(keys: Iterable<KI>, read: Read<K, V, P, KI, VI, T>, options: ReadOptions | undefined): Promise<T> {
    this.#engine.assertOpen();
    const held = Array.from(keys, (key) => this.#held(key));
    let look = this.#engine.fresh();
    for (let tries = 0; ; tries++) {
      if (look !== undefined) await abortable(look, options?.signal);
      try {
        return await read(this.#at(this.#engine.visible).reads, held);
      } catch (error) {
        if (!isExpired(error) || !this.#engine.isFollowing || tries === MOST_TRIES) throw error;
        look = this.#engine.refresh();
      }
    }
  }

  /** The caller may change the bytes of a key, or the parts of a tuple, while the reader looks. */
  #held(key: KI): KI {
    if (typeof key !== 'object') return key;
    const { keys } = this.#codecs;
    const bytes = new Uint8Array(keys.maxBytes(key));
    return keys.decode(bytes, 0, keys.encodeInto(key, bytes, 0), true) as unknown as KI;
  }

  /** A key space that is not there yet, or was dropped, has an id that nothing is stored under at this moment. */
  #at({ state }: Moment): Known<K, V, P, KI, VI> {
    if (this.#known?.state === state) return this.#known;
    const { keys, values } = this.#codecs;
    const info = state.keySpaces.find(({ name }) => name === this.name);
    if (info !== undefined) checkCodecs(info, keys, values);
    const codec = new KeySpaceCodec(info?.id ?? state.nextKeySpace, keys, values);
    this.#known = { state, codec, reads: new SpaceReads(this.#engine, codec) };
    return this.#known;
  }
}
