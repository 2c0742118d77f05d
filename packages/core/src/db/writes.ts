// Writing one key space.

import { abortable } from '../base/abort.ts';
import { checkOptions, checkWord } from '../base/argument-checks.ts';
import { describe } from '../base/describe.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { asynchronous } from '../base/errors.ts';
import type { Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { Durability } from '../write/durability.ts';
import type { WriteBatch } from '../write/write-batch.ts';
import type { Engine } from './engine.ts';
import type { SpaceReads } from './reads.ts';
import type { ScanRange, SyncWrites, WriteOptions, WriteResult, Writes } from './types.ts';

const WRITE_OPTIONS: readonly string[] = ['durability', 'signal'];
const DURABILITIES: readonly string[] = ['memory', 'buffered', 'synced'];
/** putMany and clear gather this much a batch. */
const BATCH_ENTRIES = 1000;
const BATCH_BYTES = 256 * 1024;

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
    const group = new Group(this.#engine, durability, options?.signal, this.#ready);
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
    const group = new Group(this.#engine, this.#engine.parts.settings.durability, range.signal, this.#ready);
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
    return points.get(view, this.#space, key, newestEpoch(this.#engine), (bytes, at, length) =>
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

/** Writes a batch if its expectations hold when its turn has come: nothing comes between. */
export async function writeChecked(engine: Engine, batch: WriteBatch, durability: Durability): Promise<WriteResult> {
  engine.assertOpen();
  const { writer } = engine;
  if (batch.checks.length === 0 && batch.count > 0) {
    const written = writer.write(batch, durability);
    if (!writer.waiting) batch.recycle();
    return { ok: true, epoch: await written };
  }
  return new Promise((resolve, reject) => {
    const written = (epoch: bigint): void => resolve({ ok: true, epoch });
    const turn = (): MaybePromise<void> =>
      andThen(firstConflict(engine, batch), (key) => {
        // What was found may be logged, but neither visible nor acknowledged yet: the answer waits for that, and fails with it.
        if (key !== undefined || batch.count === 0) {
          writer.pipeline.assertWritable();
          const checked = (epoch: bigint): void => (key === undefined ? written(epoch) : resolve({ ok: false, key }));
          return writer.pipeline.acknowledgeTo(writer.newestEpochLow, 'memory', checked, reject);
        }
        return andThen(writer.place(batch, durability, written, reject), () => batch.recycle());
      });
    writer.takeTurn(turn, reject);
  });
}

/** Key of the first expectation from the `i`-th on that the newest versions do not meet. Only for whoever's turn it is. */
function firstConflict(engine: Engine, batch: WriteBatch, i = 0): MaybePromise<Uint8Array | undefined> {
  for (; i < batch.checks.length; i++) {
    const { key, epoch } = batch.checks[i];
    const found = engine.points.getStored(engine.view, key, newestEpoch(engine), (_bytes, _at, _length, high, low) => ({ high, low }));
    const isMet = (version: Epoch | undefined): boolean => version?.high === epoch?.high && version?.low === epoch?.low;
    if (isPromise(found)) return found.then((version) => (isMet(version) ? firstConflict(engine, batch, i + 1) : key));
    if (!isMet(found)) return key;
  }
  return undefined;
}

/** Writes that are logged but not visible yet count as well. */
function newestEpoch({ visible, writer }: Engine): Epoch {
  return { high: visible.high, low: writer.newestEpochLow };
}

/** Gathers operations into batches and writes them one after the other. */
class Group {
  readonly #engine: Engine;
  readonly #durability: Durability;
  readonly #signal: AbortSignal | undefined;
  /** Throws when the key space was dropped meanwhile. */
  readonly #check: () => unknown;
  #batch: WriteBatch;
  #count = 0;

  constructor(engine: Engine, durability: Durability, signal: AbortSignal | undefined, check: () => unknown) {
    this.#engine = engine;
    this.#durability = durability;
    this.#signal = signal;
    this.#check = check;
    this.#batch = engine.newBatch();
  }

  /** A promise only where a batch is full: never await an entry. */
  add(fill: (batch: WriteBatch) => void): Promise<void> | undefined {
    fill(this.#batch);
    this.#count++;
    return this.#batch.count >= BATCH_ENTRIES || this.#batch.length >= BATCH_BYTES ? this.#write() : undefined;
  }

  async finish(): Promise<number> {
    if (this.#batch.count > 0) await this.#write();
    return this.#count;
  }

  async #write(): Promise<void> {
    this.#signal?.throwIfAborted();
    this.#engine.assertOpen();
    this.#check();
    await abortable(this.#engine.writer.write(this.#batch, this.#durability), this.#signal);
    this.#batch.clear();
  }
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
