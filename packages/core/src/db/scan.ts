// A range of a key space as the user holds it: nothing happens until it is iterated, and every iteration starts anew.

import type { Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { ScanBounds } from '../format/range-bounds.ts';
import { AsyncItems, decodeEntry, decodeKey, decodeValue, nextPage, PageItems, type Decode } from './page-items.ts';
import { PageCursor } from './page-cursor.ts';
import type { ReadHost } from './read-host.ts';
import type { Scan } from './types.ts';

export interface ScanSource<K, V> {
  readonly host: ReadHost;
  readonly space: KeySpaceCodec<K, V, never, never, never>;
  readonly bounds: ScanBounds;
  /** The moment to see; undefined: the moment at which an iteration begins. */
  readonly epoch: (() => Epoch) | undefined;
  readonly signal: AbortSignal | undefined;
}

export class RangeScan<K, V> implements Scan<K, V> {
  readonly #source: ScanSource<K, V>;

  constructor(source: ScanSource<K, V>) {
    this.#source = source;
  }

  [Symbol.asyncIterator](): AsyncIterator<[K, V]> {
    return this.#items(this.#entries(), this.#source.bounds);
  }

  keys(): AsyncIterable<K> {
    const { space, bounds } = this.#source;
    return { [Symbol.asyncIterator]: () => this.#items(decodeKey(space), { ...bounds, keysOnly: true }) };
  }

  values(): AsyncIterable<V> {
    const { space, bounds } = this.#source;
    return { [Symbol.asyncIterator]: () => this.#items(decodeValue(space, bounds.keysOnly), bounds) };
  }

  async all(): Promise<[K, V][]> {
    const all: [K, V][] = [];
    for await (const batch of this.batches()) for (const entry of batch) all.push(entry);
    return all;
  }

  async first(): Promise<[K, V] | undefined> {
    const { bounds } = this.#source;
    const items = this.#items(this.#entries(), { ...bounds, limit: Math.min(1, bounds.limit) });
    const { done, value } = await items.next();
    return done === true ? undefined : value;
  }

  async *batches(): AsyncGenerator<[K, V][], void> {
    const cursor = this.#cursor(this.#source.bounds);
    const items = new PageItems(this.#entries());
    try {
      for (;;) {
        items.open(await nextPage(cursor, this.#source.signal));
        if (items.left === 0) return;
        yield items.rest();
      }
    } finally {
      cursor.close();
    }
  }

  #entries(): Decode<[K, V]> {
    return decodeEntry(this.#source.space, this.#source.bounds.keysOnly);
  }

  #items<T>(decode: Decode<T>, bounds: ScanBounds): AsyncItems<T> {
    return new AsyncItems(this.#cursor(bounds), decode, this.#source.signal);
  }

  #cursor(bounds: ScanBounds): PageCursor {
    const { host, epoch } = this.#source;
    host.assertOpen();
    return new PageCursor(host, bounds, epoch);
  }
}
