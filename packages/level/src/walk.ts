// What the three kinds of iterators have in common: it walks a range page by page as of one moment, and may jump. A page is what the engine hands out
// at once, up to 64 KiB of entries, decoded.
//
// Whoever wants a few entries, as after a seek, often wants no more of them: the first few are fetched by themselves. Who goes on gets pages, from the
// beginning of the range again (keys that were made text may have lost what would be needed to go on behind them), but for those few.

import type { AbstractIteratorOptions } from 'abstract-level';
import type { Scan, ScanRange } from '@varve/core';
import type { Data, Format, OutFormat } from './formats.ts';
import { AbortError, rethrow } from './level-error.ts';
import type { Moment } from './level-space.ts';
import { engineRange, rangeFrom, type LevelRange } from './ranges.ts';

/** Less than a tenth of a page of ordinary entries. */
const FEW = 40;

/** Options of iterators as abstract-level hands them on. */
export interface IteratorOptions extends Omit<AbstractIteratorOptions<Data, Data>, keyof LevelRange>, LevelRange {
  readonly keyEncoding: Format;
  readonly valueEncoding: Format;
}

/** How far the iterator has come, which abstract-level counts. */
interface Progress {
  readonly count: number;
  /** Infinity when there is none. */
  readonly limit: number;
}

/** As the engine hands it out. */
export type Entry = [Data, Data];

/** Makes items of the entries of a page. */
type Pick<T> = (entries: Entry[]) => T[];

export class Walk<T> {
  readonly #moment: Moment;
  readonly #reads: ReturnType<Moment['reads']>;
  readonly #progress: Progress;
  readonly #pick: Pick<T>;
  readonly #signal: AbortSignal | undefined;
  readonly #whole: ScanRange<Data>;
  /** What is to be walked; undefined: nothing, or nothing is left. */
  #range: ScanRange<Data> | undefined;
  /** Items of the range that were fetched by themselves. */
  #few = 0;
  /** Under way once more than those were asked for. */
  #pages: AsyncIterator<Entry[]> | undefined;
  #page: T[] = [];
  #at = 0;

  /** Closes the moment when it is closed itself. */
  constructor(moment: Moment, options: IteratorOptions, progress: Progress, pick: Pick<T>) {
    const keys: OutFormat = options.keys === false ? 'none' : options.keyEncoding;
    this.#reads = moment.reads(keys, options.values === false ? 'none' : options.valueEncoding);
    this.#moment = moment;
    this.#progress = progress;
    this.#pick = pick;
    this.#signal = options.signal ?? undefined;
    this.#whole = { ...engineRange(options), keysOnly: options.values === false };
    this.#range = this.#whole;
  }

  /** The next item: at once where the page has one. Undefined at the end. */
  next(): T | undefined | Promise<T | undefined> {
    return this.#at < this.#page.length ? this.#page[this.#at++] : this.nextv(1).then(firstOf);
  }

  /** At most `size` items, and fewer only at the end. */
  async nextv(size: number): Promise<T[]> {
    if (this.#range === undefined) return [];
    const isFirst = this.#pages === undefined && this.#few === 0;
    if (isFirst && size <= FEW) return this.#fetchFew(this.#range, size);
    const items = this.#take(size);
    while (items.length < size && (await this.#turn(this.#range))) {
      for (const item of this.#take(size - items.length)) items.push(item);
    }
    return items;
  }

  /** Goes on from this key, in the direction of the walk. */
  seek(target: Data): void {
    this.#leave();
    this.#range = rangeFrom(this.#whole, target);
  }

  close(): void {
    this.#leave();
    this.#range = undefined;
    this.#moment.close();
  }

  async #fetchFew(range: ScanRange<Data>, size: number): Promise<T[]> {
    const entries = await this.#unlessAborted(() => this.#scan(range, size).all());
    this.#few = entries.length;
    if (entries.length < size) this.#range = undefined;
    return this.#pick(entries);
  }

  /** Items of this page. Hot: a page that is wanted whole is given away, not copied. */
  #take(size: number): T[] {
    const page = this.#page;
    if (this.#at === 0 && page.length <= size) {
      this.#page = [];
      return page;
    }
    const items = page.slice(this.#at, this.#at + size);
    this.#at += items.length;
    return items;
  }

  /** Opens the next page that has items. False at the end. */
  async #turn(range: ScanRange<Data>): Promise<boolean> {
    const { limit, count } = this.#progress;
    do {
      const pages = (this.#pages ??= this.#scan(range, limit - count + this.#few)
        .batches()
        [Symbol.asyncIterator]());
      const { done, value } = await this.#unlessAborted(() => pages.next());
      if (done === true) return false;
      this.#page = this.#pick(value);
      this.#at = Math.min(this.#few, value.length);
      this.#few -= this.#at;
    } while (this.#at === this.#page.length);
    return true;
  }

  #scan(range: ScanRange<Data>, limit: number): Scan<Data, Data> {
    return this.#reads.scan({ ...range, limit, signal: this.#signal });
  }

  /** Stores that answer at once never look at the signal in between. */
  async #unlessAborted<R>(read: () => Promise<R>): Promise<R> {
    let result: R;
    try {
      result = await read();
    } catch (error) {
      if (this.#signal?.aborted === true) throw new AbortError(this.#signal);
      rethrow(error);
    }
    if (this.#signal?.aborted === true) throw new AbortError(this.#signal);
    return result;
  }

  #leave(): void {
    // Nothing is under way: it only lets go of what the pages hold, and cannot fail.
    void this.#pages?.return?.();
    this.#pages = undefined;
    this.#page = [];
    this.#at = 0;
    this.#few = 0;
  }
}

const firstOf = <T>(items: T[]): T | undefined => items[0];
