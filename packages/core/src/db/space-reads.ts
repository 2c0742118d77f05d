// Reading one key space, as of now or as of a snapshot.

import { abortable } from '../base/abort.ts';
import { checkOptions } from '../base/argument-checks.ts';
import { allOf, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { asynchronous } from '../base/errors.ts';
import { epochToBigInt, type Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import { scanBounds } from '../format/range-bounds.ts';
import type { Take } from '../read/point-reader.ts';
import { decodeEntry, SyncItems } from './page-items.ts';
import { PageCursor } from './page-cursor.ts';
import type { ReadHost } from './read-host.ts';
import { RangeScan } from './scan.ts';
import type { Entry, ReadOptions, Reads, Scan, ScanRange, SyncReads } from './types.ts';

const READ_OPTIONS: readonly string[] = ['signal'];

export class SpaceReads<K, V, P, KI, VI> implements Reads<K, V, P, KI>, SyncReads<K, V, P, KI> {
  readonly #host: ReadHost;
  readonly #space: KeySpaceCodec<K, V, P, KI, VI>;
  /** The moment to see; undefined: now. */
  readonly #epoch: (() => Epoch) | undefined;
  readonly #value: Take<V>;

  constructor(host: ReadHost, space: KeySpaceCodec<K, V, P, KI, VI>, epoch?: () => Epoch) {
    this.#host = host;
    this.#space = space;
    this.#epoch = epoch;
    const { values } = space;
    this.#value = (bytes, at, length) => values.decode(bytes, at, length);
  }

  get(key: KI, options?: ReadOptions): Promise<V | undefined> {
    return this.#later(() => this.#find(key, this.#value), options);
  }

  has(key: KI, options?: ReadOptions): Promise<boolean> {
    return this.#later(() => this.#find(key, present), options).then((found) => found !== undefined);
  }

  getEntry(key: KI, options?: ReadOptions): Promise<Entry<KI, V> | undefined> {
    return this.#later(() => this.#find(key, this.#entry(key)), options);
  }

  async getMany(keys: Iterable<KI>, options?: ReadOptions): Promise<(V | undefined)[]> {
    if (options !== undefined) checkOptions(options, READ_OPTIONS);
    options?.signal?.throwIfAborted();
    const host = this.#host;
    const epoch = this.#moment();
    const found: MaybePromise<V | undefined>[] = [];
    for (const key of keys) found.push(host.points.get(host.viewAt(epoch), this.#space, key, epoch, this.#value));
    const all = allOf(found);
    return isPromise(all) ? abortable(all, options?.signal) : all;
  }

  scan(range: ScanRange<KI, P> = {}): Scan<K, V> {
    const bounds = scanBounds(range, this.#space, READ_OPTIONS);
    return new RangeScan({ host: this.#host, space: this.#space, bounds, epoch: this.#epoch, signal: range.signal });
  }

  getSync(key: KI): V | undefined {
    return this.#now(this.#find(key, this.#value));
  }

  hasSync(key: KI): boolean {
    return this.#now(this.#find(key, present)) !== undefined;
  }

  getEntrySync(key: KI): Entry<KI, V> | undefined {
    return this.#now(this.#find(key, this.#entry(key)));
  }

  getManySync(keys: Iterable<KI>): (V | undefined)[] {
    const host = this.#host;
    const epoch = this.#moment();
    const found: (V | undefined)[] = [];
    for (const key of keys) found.push(this.#now(host.points.get(host.viewAt(epoch), this.#space, key, epoch, this.#value)));
    return found;
  }

  scanSync(range: ScanRange<KI, P> = {}): Iterable<[K, V]> {
    const host = this.#host;
    if (host.parts.store.sync === undefined) throw asynchronous();
    range.signal?.throwIfAborted();
    const bounds = scanBounds(range, this.#space, READ_OPTIONS);
    const decode = decodeEntry(this.#space, bounds.keysOnly);
    return { [Symbol.iterator]: () => new SyncItems(new PageCursor(host, bounds, this.#epoch), decode) };
  }

  #find<T>(key: KI, take: Take<T>): MaybePromise<T | undefined> {
    const host = this.#host;
    host.assertOpen();
    const epoch = this.#epoch === undefined ? host.visible : this.#epoch();
    return host.points.get(host.viewAt(epoch), this.#space, key, epoch, take);
  }

  #moment(): Epoch {
    this.#host.assertOpen();
    return this.#epoch?.() ?? this.#host.visible.capture();
  }

  #entry(key: KI): Take<Entry<KI, V>> {
    return (bytes, at, length, high, low) => ({
      key,
      value: this.#space.values.decode(bytes, at, length),
      epoch: epochToBigInt({ high, low }),
    });
  }

  /** A promise of what may be there at once; failures are rejections. */
  #later<T>(find: () => MaybePromise<T>, options: ReadOptions | undefined): Promise<T> {
    try {
      if (options !== undefined) checkOptions(options, READ_OPTIONS);
      options?.signal?.throwIfAborted();
      const found = find();
      return isPromise(found) ? abortable(found, options?.signal) : Promise.resolve(found);
    } catch (error) {
      return Promise.reject(error as Error);
    }
  }

  #now<T>(value: MaybePromise<T>): T {
    if (!isPromise(value)) return value;
    value.catch(() => undefined);
    throw asynchronous();
  }
}

const present = (): true => true;
