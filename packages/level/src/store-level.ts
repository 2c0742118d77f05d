// A Level database on a store of Varve. abstract-level checks arguments, encodes, and keeps the state; then it calls the methods with an underscore,
// each of which is a call or two of the engine.

import { AbstractLevel, type AbstractSnapshot } from 'abstract-level';
import type { ObjectStore } from '@varve/core';
import ModuleError from 'module-error';
import { LevelBatch } from './chained-batch.ts';
import { checkExistence } from './existence.ts';
import type { Data, Format } from './formats.ts';
import { EntryIterator, KeyIterator, ValueIterator } from './iterators.ts';
import { rethrow, translated } from './level-error.ts';
import { LevelSpace, type Moment, type Source } from './level-space.ts';
import { assertOwn, durabilityOf, type Operation } from './operations.ts';
import { engineOptions, type DatabaseOptions, type OpenOptions, type WriteOptions } from './options.ts';
import { engineRange, type LevelRange } from './ranges.ts';
import { Snapshot, type SnapshotOptions } from './snapshot.ts';
import type { TypedLevelConstructor } from './typed-level.ts';
import type { IteratorOptions } from './walk.ts';

// Options as abstract-level hands them on.

interface SnapshotOption {
  readonly snapshot?: AbstractSnapshot | undefined;
}

interface ReadOptions extends SnapshotOption {
  readonly valueEncoding: Format;
}

/** A limit of -1 is none. */
interface ClearOptions extends LevelRange, SnapshotOption {
  readonly limit: number;
}

const Base = AbstractLevel as unknown as TypedLevelConstructor;

/**
 * A Level database on any store of Varve.
 *
 * @example
 * import { memoryStore } from '@varve/core';
 * import { StoreLevel } from '@varve/level';
 *
 * const db = new StoreLevel(memoryStore());
 * await db.put('greeting', 'hello');
 * const snapshot = db.snapshot();
 * await db.del('greeting');
 * console.log(await db.get('greeting', { snapshot }), await db.get('greeting'));
 * await db.close();
 */
export class StoreLevel<KDefault = string, VDefault = string> extends Base<KDefault, VDefault> {
  readonly #store: ObjectStore;
  #opened: LevelSpace | undefined;

  /** The store is opened with the database and closed with it; it may be opened again. */
  constructor(store: ObjectStore, options?: DatabaseOptions<KDefault, VDefault>) {
    super(manifestOf(store), options);
    this.#store = store;
  }

  protected async _open(options: OpenOptions): Promise<void> {
    try {
      await checkExistence(this.#store, options);
      this.#opened = await LevelSpace.open(this.#store, engineOptions(options));
    } catch (error) {
      rethrow(error);
    }
  }

  protected async _close(): Promise<void> {
    await this.#space.close().catch(rethrow);
    this.#opened = undefined;
  }

  protected _get(key: Data, options: ReadOptions): Promise<Data | undefined> {
    return this.#source(options).reads('none', options.valueEncoding).get(key).catch(rethrow);
  }

  protected _getSync(key: Data, options: ReadOptions): Data | undefined {
    if (this.#store.sync === undefined) {
      // Now and then it could: where memory has the entry.
      throw new ModuleError('this store answers later: await get()', { code: 'LEVEL_NOT_SUPPORTED' });
    }
    return translated(() => this.#source(options).reads('none', options.valueEncoding).getSync(key));
  }

  protected _getMany(keys: Data[], options: ReadOptions): Promise<(Data | undefined)[]> {
    return this.#source(options).reads('none', options.valueEncoding).getMany(keys).catch(rethrow);
  }

  protected _has(key: Data, options: ReadOptions): Promise<boolean> {
    return this.#source(options).reads('none', 'none').has(key).catch(rethrow);
  }

  protected _hasMany(keys: Data[], options: ReadOptions): Promise<boolean[]> {
    const reads = this.#source(options).reads('none', 'none');
    // All begin in this turn, so they see one moment.
    return Promise.all(keys.map((key) => reads.has(key))).catch(rethrow);
  }

  protected _put(key: Data, value: Data, options: WriteOptions): Promise<unknown> {
    return this.#space.writes.put(key, value, durabilityOf(options)).catch(rethrow);
  }

  protected _del(key: Data, options: WriteOptions): Promise<unknown> {
    return this.#space.writes.delete(key, durabilityOf(options)).catch(rethrow);
  }

  protected async _batch(operations: readonly Operation[], options: WriteOptions): Promise<void> {
    const space = this.#space;
    const batch = space.newBatch();
    for (const operation of operations) {
      assertOwn(operation);
      if (operation.type === 'put') batch.put(space.writes, operation.key, operation.value);
      else batch.delete(space.writes, operation.key);
    }
    await space.write(batch, durabilityOf(options)).catch(rethrow);
  }

  protected _chainedBatch(): LevelBatch<this, KDefault, VDefault> {
    return new LevelBatch<this, KDefault, VDefault>(this, this.#space);
  }

  /** Page by page, so not atomic as a whole. */
  protected async _clear(options: ClearOptions): Promise<void> {
    const space = this.#space;
    const range = { ...engineRange(options), limit: options.limit < 0 ? Infinity : options.limit, keysOnly: true };
    try {
      // Only views keep keys as they are: some are no text.
      for await (const entries of this.#source(options).reads('view', 'none').scan(range).batches()) {
        const batch = space.newBatch();
        for (const [key] of entries) batch.delete(space.writes, key);
        await space.write(batch, undefined);
      }
    } catch (error) {
      rethrow(error);
    }
  }

  protected _iterator<K, V>(options: IteratorOptions): EntryIterator<this, K, V> {
    return new EntryIterator(this, this.#moment(options), options);
  }

  protected _keys<K>(options: IteratorOptions): KeyIterator<this, K> {
    return new KeyIterator(this, this.#moment(options), options);
  }

  protected _values<K, V>(options: IteratorOptions): ValueIterator<this, K, V> {
    return new ValueIterator(this, this.#moment(options), options);
  }

  protected _snapshot(options: SnapshotOptions): Snapshot {
    return new Snapshot(options, this.#space.moment());
  }

  /** abstract-level calls nothing that needs it unless the database is open. */
  get #space(): LevelSpace {
    return this.#opened!;
  }

  /** What a read sees. */
  #source({ snapshot }: SnapshotOption): Source {
    return Snapshot.momentOf(snapshot, this.#space) ?? this.#space;
  }

  /** What an iterator sees for its whole life. */
  #moment({ snapshot }: SnapshotOption): Moment {
    return Snapshot.momentOf(snapshot, this.#space)?.lent() ?? this.#space.moment();
  }
}

/** What abstract-level tells users, and its test suite, of a database on this store. */
function manifestOf(store: ObjectStore): ConstructorParameters<TypedLevelConstructor>[0] {
  if (typeof (store as Partial<ObjectStore> | undefined)?.putIfAbsent !== 'function') {
    throw new TypeError("StoreLevel takes a store, such as fsStore('./db') or memoryStore()");
  }
  // Not all of these names are in the types.
  const manifest = {
    encodings: { utf8: true, view: true },
    has: true,
    getSync: store.sync !== undefined,
    seek: true,
    implicitSnapshots: true,
    explicitSnapshots: true,
    createIfMissing: true,
    errorIfExists: true,
    permanence: store.capabilities.kind !== 'memory',
    signals: { iterators: true },
  };
  return manifest;
}
