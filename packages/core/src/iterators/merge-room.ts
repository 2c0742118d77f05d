// The merges that are under way, as far as their memory goes: one that finds too little waits until another has ended. All its memory is asked for at
// once, so two never wait for each other.

import { StorageError } from '../base/errors.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import type { Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';

export class MergeRoom {
  readonly #scheduler: Scheduler;
  readonly #cache: BlockCache;
  #running = 0;
  #ended = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(scheduler: Scheduler, cache: BlockCache) {
    this.#scheduler = scheduler;
    this.#cache = cache;
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
        yield* this.#another();
      }
    }
  }

  /** A merge has given its memory back. */
  end(): void {
    this.#running--;
    this.#ended++;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  *#another(): Job<void> {
    const before = this.#ended;
    yield {
      later: () => new Promise<void>((resolve) => this.#waiting.push(resolve)),
      now: () => this.#scheduler.driveUntil(() => this.#ended > before),
    };
  }
}
