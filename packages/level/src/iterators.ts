// The iterators that abstract-level drives: it counts, keeps the limit and decodes; the walk brings items.

import {
  AbstractIterator,
  AbstractKeyIterator,
  AbstractValueIterator,
  type AbstractIteratorOptions,
  type AbstractKeyIteratorOptions,
  type AbstractValueIteratorOptions,
} from 'abstract-level';
import type { Data } from './formats.ts';
import type { Moment } from './level-space.ts';
import { Walk, type Entry, type IteratorOptions } from './walk.ts';

export class EntryIterator<TDatabase, K, V> extends AbstractIterator<TDatabase, K, V> {
  readonly #walk: Walk<Entry>;

  constructor(db: TDatabase, moment: Moment, options: IteratorOptions) {
    super(db, options as unknown as AbstractIteratorOptions<K, V>);
    this.#walk = new Walk(moment, options, this, (entries) => entries);
  }

  protected _next(): unknown {
    return this.#walk.next();
  }

  protected _nextv(size: number): Promise<unknown[]> {
    return this.#walk.nextv(size);
  }

  protected _seek(target: Data): void {
    this.#walk.seek(target);
  }

  protected async _close(): Promise<void> {
    this.#walk.close();
  }
}

export class KeyIterator<TDatabase, K> extends AbstractKeyIterator<TDatabase, K> {
  readonly #walk: Walk<Data>;

  constructor(db: TDatabase, moment: Moment, options: IteratorOptions) {
    super(db, options as unknown as AbstractKeyIteratorOptions<K>);
    this.#walk = new Walk(moment, { ...options, keys: true, values: false }, this, keysOf);
  }

  protected _next(): unknown {
    return this.#walk.next();
  }

  protected _nextv(size: number): Promise<unknown[]> {
    return this.#walk.nextv(size);
  }

  protected _seek(target: Data): void {
    this.#walk.seek(target);
  }

  protected async _close(): Promise<void> {
    this.#walk.close();
  }
}

export class ValueIterator<TDatabase, K, V> extends AbstractValueIterator<TDatabase, K, V> {
  readonly #walk: Walk<Data>;

  constructor(db: TDatabase, moment: Moment, options: IteratorOptions) {
    super(db, options as unknown as AbstractValueIteratorOptions<K, V>);
    this.#walk = new Walk(moment, { ...options, keys: false, values: true }, this, valuesOf);
  }

  protected _next(): unknown {
    return this.#walk.next();
  }

  protected _nextv(size: number): Promise<unknown[]> {
    return this.#walk.nextv(size);
  }

  protected _seek(target: Data): void {
    this.#walk.seek(target);
  }

  protected async _close(): Promise<void> {
    this.#walk.close();
  }
}

const keysOf = (entries: readonly Entry[]): Data[] => entries.map(([key]) => key);
const valuesOf = (entries: readonly Entry[]): Data[] => entries.map(([, value]) => value);
