// A scan that looks for the newest state first, each time it is iterated.

import type { Scan } from '../db/types.ts';

export class FreshScan<K, V> implements Scan<K, V> {
  readonly #fresh: () => Promise<void> | undefined;
  readonly #scan: () => Scan<K, V>;

  constructor(fresh: () => Promise<void> | undefined, scan: () => Scan<K, V>) {
    this.#fresh = fresh;
    this.#scan = scan;
  }

  [Symbol.asyncIterator](): AsyncIterator<[K, V]> {
    return this.#items((scan) => scan);
  }

  keys(): AsyncIterable<K> {
    return { [Symbol.asyncIterator]: () => this.#items((scan) => scan.keys()) };
  }

  values(): AsyncIterable<V> {
    return { [Symbol.asyncIterator]: () => this.#items((scan) => scan.values()) };
  }

  batches(): AsyncIterable<[K, V][]> {
    return { [Symbol.asyncIterator]: () => this.#items((scan) => scan.batches()) };
  }

  async all(): Promise<[K, V][]> {
    await this.#fresh();
    return this.#scan().all();
  }

  async first(): Promise<[K, V] | undefined> {
    await this.#fresh();
    return this.#scan().first();
  }

  async *#items<T>(of: (scan: Scan<K, V>) => AsyncIterable<T>): AsyncGenerator<T, void> {
    await this.#fresh();
    yield* of(this.#scan());
  }
}
