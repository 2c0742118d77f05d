// A scan that looks for the newest state first, each time it is iterated.

import type { Scan } from '../db/types.ts';

export class FreshScan<K, V> implements Scan<K, V> {
  readonly #fresh: () => Promise<Scan<K, V>>;

  constructor(fresh: () => Promise<Scan<K, V>>) {
    this.#fresh = fresh;
  }

  [Symbol.asyncIterator](): AsyncIterator<[K, V]> {
    return new FreshItems(this.#fresh);
  }

  keys(): AsyncIterable<K> {
    return { [Symbol.asyncIterator]: () => new FreshItems(async () => (await this.#fresh()).keys()) };
  }

  values(): AsyncIterable<V> {
    return { [Symbol.asyncIterator]: () => new FreshItems(async () => (await this.#fresh()).values()) };
  }

  batches(): AsyncIterable<[K, V][]> {
    return { [Symbol.asyncIterator]: () => new FreshItems(async () => (await this.#fresh()).batches()) };
  }

  async all(): Promise<[K, V][]> {
    return (await this.#fresh()).all();
  }

  async first(): Promise<[K, V] | undefined> {
    return (await this.#fresh()).first();
  }
}

/** Nothing happens before the first item is asked for; from then on it is the items themselves that are asked. */
class FreshItems<T> implements AsyncIterableIterator<T> {
  readonly #fresh: () => Promise<AsyncIterable<T>>;
  #beginning: Promise<AsyncIterator<T>> | undefined;
  #items: AsyncIterator<T> | undefined;

  constructor(fresh: () => Promise<AsyncIterable<T>>) {
    this.#fresh = fresh;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    return this.#items === undefined ? this.#begin() : this.#items.next();
  }

  async return(): Promise<IteratorResult<T>> {
    this.#beginning ??= Promise.resolve({ next: async () => ({ done: true, value: undefined }) });
    await (await this.#beginning.catch(() => undefined))?.return?.();
    return { done: true, value: undefined };
  }

  async #begin(): Promise<IteratorResult<T>> {
    this.#beginning ??= this.#fresh().then((scan) => scan[Symbol.asyncIterator]());
    this.#items = await this.#beginning;
    return this.#items.next();
  }
}
