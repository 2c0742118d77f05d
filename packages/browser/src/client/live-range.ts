// What a range holds, kept up to date while somebody looks: the shape that React's useSyncExternalStore, Svelte's stores and Vue's refs take.

import { StorageError } from '@varve/core/codecs';
import type { Connection } from './connection.ts';
import { guarded } from './guarded.ts';
import type { Watch } from './watch.ts';

/** A value that changes. */
export interface Live<T> {
  /** Called back after each change. Returns what stops it; the range is watched while somebody is subscribed. */
  subscribe(callback: () => void): () => void;
  /** The newest value: the same object until there is another one; undefined until the first has come. */
  getSnapshot(): T;
}

export class LiveRange<T> implements Live<T | undefined> {
  readonly #connection: Pick<Connection, 'later'>;
  readonly #read: () => Promise<T>;
  readonly #open: () => Watch<unknown>;
  readonly #callbacks = new Set<() => void>();
  #watch: Watch<unknown> | undefined;
  #value: T | undefined;
  #isReading = false;
  #isStale = false;

  constructor(connection: Pick<Connection, 'later'>, read: () => Promise<T>, open: () => Watch<unknown>) {
    this.#connection = connection;
    this.#read = read;
    this.#open = open;
  }

  // Bound: they are handed over as functions.
  readonly subscribe = (callback: () => void): (() => void) => {
    const own = (): void => callback();
    this.#callbacks.add(own);
    if (this.#watch === undefined) {
      this.#watch = this.#open();
      this.#watch.subscribe(() => void this.#refresh());
      void this.#refresh();
    }
    return () => {
      this.#callbacks.delete(own);
      if (this.#callbacks.size > 0) return;
      this.#watch?.close();
      this.#watch = undefined;
    };
  };

  readonly getSnapshot = (): T | undefined => this.#value;

  /** Reads anew; of several changes meanwhile, once more. */
  async #refresh(): Promise<void> {
    this.#isStale = true;
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#isStale && this.#callbacks.size > 0) {
      this.#isStale = false;
      try {
        this.#value = await this.#read();
        for (const callback of this.#callbacks) guarded(callback);
      } catch (error) {
        // What changed meanwhile is read anew in any case. What the worker refuses is told to every call; it may be for now only.
        if (!this.#isStale) {
          if (error instanceof StorageError) this.#connection.later(() => void this.#refresh());
          else guarded(() => Promise.reject(error as Error));
        }
      }
    }
    this.#isReading = false;
  }
}
