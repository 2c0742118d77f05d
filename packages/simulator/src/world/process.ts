// A process in the world: a clock and turns of an event loop for one database handle. It can be stopped for a while, as by SIGSTOP, and it can
// die, which nobody in it notices: what it waits for never comes.

import type { Clock, Turns } from '@varve/core';
import type { World } from './world.ts';

/** A turn of the event loop takes a little time, so turns and answers of stores come in changing orders. */
const TURN_MS = 0.02;

/** The process that was asked is no more. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

export class Process {
  /** 1 for the first process of the world. */
  readonly number: number;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly #world: World;
  #alive = true;
  /** Those outside who wait for something of the process. */
  readonly #waiting = new Set<(reason: Gone) => void>();
  /** Present while the process is stopped: what has to be told to it. */
  #held: (() => void)[] | undefined;

  constructor(world: World, number: number) {
    this.#world = world;
    this.number = number;
    this.clock = { now: () => Math.floor(world.now) };
    this.turns = {
      next: (callback) => this.after(TURN_MS, callback),
      sleep: (ms) => new Promise((resolve) => this.after(ms, resolve)),
    };
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Calls back in the process, if it lives by then, and not while it is stopped. */
  after(ms: number, callback: () => void): void {
    this.#world.after(ms, () => this.tell(callback));
  }

  /** Calls back now, or when the process goes on. */
  tell(callback: () => void): void {
    if (!this.#alive) return;
    if (this.#held === undefined) callback();
    else this.#held.push(callback);
  }

  stop(): void {
    this.#held ??= [];
  }

  goOn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const callback of held) this.after(0, callback);
  }

  die(): void {
    this.#alive = false;
    this.#held = undefined;
    for (const reject of this.#waiting) reject(new Gone());
    this.#waiting.clear();
  }

  /** The result of something that is asked of the process, as somebody outside of it gets it: an error when the process is gone before. */
  outside<T>(work: Promise<T>): Promise<T> {
    if (!this.#alive) {
      work.catch(() => undefined);
      return Promise.reject(new Gone());
    }
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      const over =
        <R>(tell: (result: R) => void) =>
        (result: R): void => {
          this.#waiting.delete(reject);
          tell(result);
        };
      work.then(over(resolve), over(reject));
    });
  }
}
