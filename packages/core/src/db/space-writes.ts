// Writing one key space: options are checked, then the writer has its turn.

import { abortable } from '../base/abort.ts';
import { checkOptions, checkWord } from '../base/argument-checks.ts';
import { describe } from '../base/describe.ts';
import { andThen, type MaybePromise } from '../base/maybe-promise.ts';
import { asynchronous } from '../base/errors.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { Durability } from '../write/durability.ts';
import type { Engine } from './engine.ts';
import type { SpaceReads } from './space-reads.ts';
import type { ScanRange, SyncWrites, WriteOptions, Writes } from './types.ts';
import { WriteGroup } from './write-group.ts';

const WRITE_OPTIONS: readonly string[] = ['durability', 'signal'];
const DURABILITIES: readonly string[] = ['memory', 'buffered', 'synced'];

/** The durability of a write, after checking its options. */
export function durabilityOf(engine: Engine, options: WriteOptions | undefined): Durability {
  if (options === undefined) return engine.parts.settings.durability;
  checkOptions(options, WRITE_OPTIONS);
  checkWord('durability', options.durability, DURABILITIES);
  options.signal?.throwIfAborted();
  return options.durability ?? engine.parts.settings.durability;
}

export class SpaceWrites<K, V, P, KI, VI> implements Writes<K, V, P, KI, VI>, SyncWrites<KI, VI> {
  readonly #engine: Engine;
  readonly #space: KeySpaceCodec<K, V, P, KI, VI>;
  readonly #reads: SpaceReads<K, V, P, KI, VI>;
  /** Set while the key space is being created: nothing is written to it before. */
  readonly #ready: () => Promise<unknown> | undefined;

  constructor(
    engine: Engine,
    space: KeySpaceCodec<K, V, P, KI, VI>,
    reads: SpaceReads<K, V, P, KI, VI>,
    ready: () => Promise<unknown> | undefined,
  ) {
    this.#engine = engine;
    this.#space = space;
    this.#reads = reads;
    this.#ready = ready;
  }

  put(key: KI, value: VI, options?: WriteOptions): Promise<bigint> {
    try {
      this.#engine.assertOpen();
      const durability = durabilityOf(this.#engine, options);
      this.#waitInLine();
      const written = this.#engine.writer.put(this.#space, key, value, durability);
      return options?.signal === undefined ? written : abortable(written, options.signal);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  delete(key: KI, options?: WriteOptions): Promise<bigint> {
    try {
      this.#engine.assertOpen();
      const durability = durabilityOf(this.#engine, options);
      this.#waitInLine();
      const written = this.#engine.writer.delete(this.#space, key, durability);
      return options?.signal === undefined ? written : abortable(written, options.signal);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  /** Until the key space exists this write waits, and every one behind it: writes keep their order. */
  #waitInLine(): void {
    const ready = this.#ready();
    if (ready !== undefined) this.#engine.writer.waitFor(ready);
  }

  async putMany(entries: Iterable<readonly [KI, VI]> | AsyncIterable<readonly [KI, VI]>, options?: WriteOptions): Promise<number> {
    this.#engine.assertOpen();
    const durability = durabilityOf(this.#engine, options);
    if (!isIterable(entries)) throw new TypeError(`putMany takes an iterable or async iterable of [key, value], not ${describe(entries)}`);
    await this.#ready();
    const group = new WriteGroup(this.#engine, durability, options?.signal, this.#ready);
    if (Symbol.iterator in entries) {
      for (const [key, value] of entries) {
        const full = group.add((batch) => batch.put(this.#space, key, value));
        if (full !== undefined) await full;
      }
    } else {
      for await (const [key, value] of entries) await group.add((batch) => batch.put(this.#space, key, value));
    }
    return group.finish();
  }

  async clear(range: ScanRange<KI, P> = {}): Promise<number> {
    this.#engine.assertOpen();
    await this.#ready();
    const group = new WriteGroup(this.#engine, this.#engine.parts.settings.durability, range.signal, this.#ready);
    // Keys go out as they came in: a key codec decodes what it encoded.
    for await (const key of this.#reads.scan(range).keys()) await group.add((batch) => batch.delete(this.#space, key as unknown as KI));
    return group.finish();
  }

  async update(key: KI, change: (old: V | undefined) => VI | undefined, options?: WriteOptions): Promise<VI | undefined> {
    const durability = durabilityOf(this.#engine, options);
    await this.#ready();
    this.#engine.assertOpen();
    const { writer } = this.#engine;
    const updated = new Promise<VI | undefined>((resolve, reject) => {
      const turn = (): MaybePromise<void> =>
        andThen(this.#newest(key), (old) => {
          const value = change(old);
          const batch = this.#engine.newBatch();
          if (value === undefined) batch.delete(this.#space, key);
          else batch.put(this.#space, key, value);
          return andThen(
            writer.place(batch, durability, () => resolve(value), reject),
            () => batch.recycle(),
          );
        });
      writer.takeTurn(turn, reject);
    });
    return abortable(updated, options?.signal);
  }

  /** What was written last, visible or not. */
  #newest(key: KI): MaybePromise<V | undefined> {
    const { points, view } = this.#engine;
    return points.get(view, this.#space, key, this.#engine.newestEpoch, (bytes, at, length) =>
      this.#space.values.decode(bytes, at, length),
    );
  }

  putSync(key: KI, value: VI, options?: WriteOptions): bigint {
    this.#settleSync();
    return this.#engine.writer.putSync(this.#space, key, value, durabilityOf(this.#engine, options));
  }

  deleteSync(key: KI, options?: WriteOptions): bigint {
    this.#settleSync();
    return this.#engine.writer.deleteSync(this.#space, key, durabilityOf(this.#engine, options));
  }

  #settleSync(): void {
    const engine = this.#engine;
    engine.assertOpen();
    if (engine.parts.store.sync === undefined || !engine.parts.log.sync) throw asynchronous();
    if (this.#ready() !== undefined) engine.scheduler.driveUntil(() => this.#ready() === undefined || engine.ended);
  }
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
