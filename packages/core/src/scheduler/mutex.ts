// One job at a time through a passage that awaits in its middle: manifest commits. A synchronous driver that finds it taken drives the
// holder to the end first.

import type { Job } from './job.ts';
import type { Scheduler } from './scheduler.ts';

export class Mutex {
  readonly #scheduler: Scheduler;
  readonly #waiting: (() => void)[] = [];
  #held = false;

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  /** Runs `job` alone. */
  *exclusively<T>(job: () => Job<T>): Job<T> {
    while (this.#held) {
      yield {
        later: () => new Promise<void>((resolve) => this.#waiting.push(resolve)),
        now: () => this.#scheduler.driveUntil(() => !this.#held),
      };
    }
    this.#held = true;
    try {
      return yield* job();
    } finally {
      this.#held = false;
      for (const wake of this.#waiting.splice(0)) wake();
    }
  }
}
