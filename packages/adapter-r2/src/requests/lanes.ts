// Requests that are under way at once: Workers let six of an invocation wait for their answers, and hold up the others while their time runs out.
// https://developers.cloudflare.com/workers/platform/limits/#simultaneous-open-connections
//
// This is for writers, which one invocation or Durable Object has. Readers are shared by many invocations, and each has six of its own. Who finds no lane
// free looks again by a timer of its own, and a lane is free again when its time is over: whoever took it may have been cut off.

import type { Clock, Turns } from '@varve/core';

const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 8;

export class Lanes {
  readonly #count: number;
  readonly #clock: Clock;
  readonly #turns: Turns;
  /** Those that are taken, and until when at most. */
  readonly #taken = new Map<object, number>();

  constructor(count: number, clock: Clock, turns: Turns) {
    this.#count = count;
    this.#clock = clock;
    this.#turns = turns;
  }

  /** Works in a lane, which is taken for `ms` at most. */
  async run<T>(ms: number, work: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; !this.#isFree(); pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) await this.#turns.sleep(pause);
    const lane = {};
    this.#taken.set(lane, this.#clock.now() + ms);
    try {
      return await work();
    } finally {
      this.#taken.delete(lane);
    }
  }

  #isFree(): boolean {
    if (this.#taken.size < this.#count) return true;
    const now = this.#clock.now();
    for (const [lane, until] of this.#taken) if (now > until) this.#taken.delete(lane);
    return this.#taken.size < this.#count;
  }
}
