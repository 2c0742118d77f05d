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
  /** Never fulfilled; rejected when the process is gone. */
  readonly gone: Promise<never>;
  readonly #world: World;
  #alive = true;
  #end!: (reason: Gone) => void;
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
    this.gone = new Promise((_, reject) => (this.#end = reject));
    this.gone.catch(() => undefined);
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
    this.#end(new Gone());
  }

  /** The result of something that is asked of the process, as somebody outside of it gets it: an error when the process is gone before. */
  outside<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.gone]);
  }
}
