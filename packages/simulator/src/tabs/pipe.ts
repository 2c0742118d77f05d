// A way of messages: they come later, each after a time of its own, and never before those that were sent before them.

import type { World } from '../world/world.ts';

const SLOW_SHARE = 0.01;
const SLOW_TIMES = 30;

export class Pipe {
  readonly #world: World;
  readonly #latencyMs: number;
  #last = 0;

  constructor(world: World, latencyMs: number) {
    this.#world = world;
    this.#latencyMs = latencyMs;
  }

  /** Nothing arrives before so much time has passed. */
  hold(ms: number): void {
    this.#last = Math.max(this.#last, this.#world.now + ms);
  }

  send(arrive: () => void): void {
    const { draw, now } = this.#world;
    const slow = draw.chance(SLOW_SHARE) ? SLOW_TIMES : 1;
    this.#last = Math.max(this.#last, now + this.#latencyMs * draw.share() * slow);
    this.#world.after(this.#last - now, arrive);
  }
}
