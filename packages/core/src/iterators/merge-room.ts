// The merges that are under way, as far as their memory goes. Who finds too little waits until another has ended: a merge asks for all its memory at
// once, so two never wait for each other.

import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import type { Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';

export class MergeRoom {
  readonly #scheduler: Scheduler;
  readonly #cache: BlockCache;
  /** The store answers at once. */
  readonly #sync: boolean;
  #running = 0;
  #ended = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(scheduler: Scheduler, cache: BlockCache, sync: boolean) {
    this.#scheduler = scheduler;
    this.#cache = cache;
    this.#sync = sync;
  }

  /** What `begin` makes once there is memory for it. Throws `UNAVAILABLE` when nothing is left that could make room. Each begin is followed by one `end`. */
  *enter<T>(begin: () => T): Job<T> {
    for (;;) {
      try {
        const begun = begin();
        this.#running++;
        return begun;
      } catch (error) {
        if (!(error instanceof StorageError) || error.code !== 'UNAVAILABLE') throw error;
        if (this.#cache.evictLarge()) continue;
        if (this.#running === 0) throw error;
        yield { later: () => this.#waitForEnd(), now: () => this.#driveToEnd() };
      }
    }
  }

  /** A merge has given its memory back. */
  end(): void {
    this.#running--;
    this.#ended++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Makes room for a reader, now or later. False: there is nothing that could. */
  free(): MaybePromise<true> | false {
    if (this.#cache.evictLarge()) return true;
    if (this.#running === 0) return false;
    return this.#sync ? this.#driveToEnd() : this.#waitForEnd();
  }

  #waitForEnd(): Promise<true> {
    return new Promise((resolve) => this.#waiting.push(() => resolve(true)));
  }

  #driveToEnd(): true {
    const before = this.#ended;
    this.#scheduler.driveUntil(() => this.#ended > before);
    return true;
  }
}
