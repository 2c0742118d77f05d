// From pages to what the user iterates: entries, keys or values, decoded one at a time as they are asked for.

import { abortable } from '../base/abort.ts';
import { asynchronous } from '../base/errors.ts';
import { isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import { NO_PAGE, type Page } from '../iterators/page.ts';
import type { PageCursor } from './page-cursor.ts';

/** Makes one item of the entry at `at` of a page. */
export type Decode<T> = (bytes: Uint8Array, keyAt: number, keyBytes: number, valueAt: number, valueBytes: number) => T;

type AnySpace<K, V> = KeySpaceCodec<K, V, never, never, never>;

/** Where values were left out, undefined stands for them. */
export function decodeEntry<K, V>(space: AnySpace<K, V>, keysOnly: boolean): Decode<[K, V]> {
  const { keys, prefixBytes } = space;
  const value = decodeValue(space, keysOnly);
  return (bytes, keyAt, keyBytes, valueAt, valueBytes) => [
    keys.decode(bytes, keyAt + prefixBytes, keyBytes - prefixBytes, true),
    value(bytes, keyAt, keyBytes, valueAt, valueBytes),
  ];
}

export function decodeKey<K>({ keys, prefixBytes }: AnySpace<K, unknown>): Decode<K> {
  return (bytes, keyAt, keyBytes) => keys.decode(bytes, keyAt + prefixBytes, keyBytes - prefixBytes, true);
}

export function decodeValue<V>({ values }: AnySpace<unknown, V>, keysOnly: boolean): Decode<V> {
  if (keysOnly) return () => undefined as V;
  return (bytes, _keyAt, _keyBytes, valueAt, valueBytes) => values.decode(bytes, valueAt, valueBytes, true);
}

/** Reads the items of a page in order. Hot: the "full scan" of the benchmark. */
export class PageItems<T> {
  readonly #decode: Decode<T>;
  #bytes = NO_PAGE.bytes;
  #u32 = NO_PAGE.u32;
  #at = 0;
  #left = 0;

  constructor(decode: Decode<T>) {
    this.#decode = decode;
  }

  /** Items that are left of the page. */
  get left(): number {
    return this.#left;
  }

  open({ bytes, u32, start, count }: Page): void {
    this.#bytes = bytes;
    this.#u32 = u32;
    this.#at = start;
    this.#left = count;
  }

  next(): T {
    const at = this.#at;
    const keyBytes = this.#u32[at >>> 2];
    const valueBytes = this.#u32[(at >>> 2) + 1];
    const valueAt = at + 8 + keyBytes;
    this.#at = (valueAt + valueBytes + 3) & ~3;
    this.#left--;
    return this.#decode(this.#bytes, at + 8, keyBytes, valueAt, valueBytes);
  }

  rest(): T[] {
    const items: T[] = [];
    while (this.#left > 0) items.push(this.next());
    return items;
  }
}

/** Items of a scan over a synchronous store. */
export class SyncItems<T> implements IterableIterator<T> {
  readonly #cursor: PageCursor;
  readonly #items: PageItems<T>;

  constructor(cursor: PageCursor, decode: Decode<T>) {
    this.#cursor = cursor;
    this.#items = new PageItems(decode);
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<T> {
    if (this.#items.left === 0) this.#items.open(atOnce(this.#cursor.next()));
    if (this.#items.left === 0) return { done: true, value: undefined };
    return { done: false, value: this.#items.next() };
  }

  return(): IteratorResult<T> {
    this.#cursor.close();
    this.#items.open(NO_PAGE);
    return { done: true, value: undefined };
  }
}

/** What a store that answers at once has to say of an object that is gone may take longer. */
function atOnce(page: MaybePromise<Page>): Page {
  if (!isPromise(page)) return page;
  page.catch(() => undefined);
  throw asynchronous();
}

/** Items of a scan, awaited a page at a time. Calls of `next` that overlap are answered in order. */
export class AsyncItems<T> implements AsyncIterableIterator<T> {
  readonly #cursor: PageCursor;
  readonly #items: PageItems<T>;
  readonly #signal: AbortSignal | undefined;
  /** Fulfilled when the calls so far are answered; undefined when they are. */
  #line: Promise<void> | undefined;
  #ended = false;

  constructor(cursor: PageCursor, decode: Decode<T>, signal: AbortSignal | undefined) {
    this.#cursor = cursor;
    this.#items = new PageItems(decode);
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<T>> {
    if (this.#line === undefined && this.#items.left > 0 && this.#signal === undefined) {
      return Promise.resolve({ done: false, value: this.#items.next() });
    }
    const answer = this.#line === undefined ? this.#take() : this.#line.then(() => this.#take());
    const line = answer.then(nothing, nothing).then(() => {
      if (this.#line === line) this.#line = undefined;
    });
    this.#line = line;
    return answer;
  }

  async return(): Promise<IteratorResult<T>> {
    this.#ended = true;
    this.#cursor.close();
    this.#items.open(NO_PAGE);
    return { done: true, value: undefined };
  }

  async #take(): Promise<IteratorResult<T>> {
    if (this.#items.left === 0 || this.#signal?.aborted === true) {
      const page = await nextPage(this.#cursor, this.#signal);
      if (!this.#ended) this.#items.open(page);
    }
    if (this.#items.left === 0) return { done: true, value: undefined };
    return { done: false, value: this.#items.next() };
  }
}

const nothing = (): void => undefined;

/** A page, unless the signal says otherwise first: then the scan is over. */
export async function nextPage(cursor: PageCursor, signal: AbortSignal | undefined): Promise<Page> {
  try {
    signal?.throwIfAborted();
    const page = cursor.next();
    return isPromise(page) ? await abortable(page, signal) : page;
  } catch (error) {
    cursor.close();
    throw error;
  }
}
