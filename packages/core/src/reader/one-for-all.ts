// Work that one does for all who need it, where nobody may wait for what another has begun (base/cut-off.ts): the others see by timers of their own what has
// come of it. Whoever began may have been cut off: who has waited for long does it as well.

import type { Clock } from '../base/clock.ts';
import type { Turns } from '../scheduler/turn.ts';

/** How soon the others see that it is done. */
const PAUSE_MS = 2;

export class OneForAll {
  readonly #clock: Clock;
  readonly #turns: Turns;
  #began = -Infinity;

  constructor(clock: Clock, turns: Turns) {
    this.#clock = clock;
    this.#turns = turns;
  }

  /** Returns once it is done, by another who began less than `patienceMs` ago, or by doing it. `work` is told when it began. */
  async until(isDone: () => boolean, work: (began: number) => Promise<void>, patienceMs: number): Promise<void> {
    while (!isDone()) {
      const now = this.#clock.now();
      if (now >= this.#began && now - this.#began < patienceMs) {
        await this.#turns.sleep(PAUSE_MS);
        continue;
      }
      this.#began = now;
      try {
        return await work(now);
      } finally {
        this.#began = -Infinity;
      }
    }
  }
}
