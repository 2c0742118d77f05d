// A machine of which one seed decides everything: virtual time, one queue of what is going to happen, and processes that live in it. Nothing
// happens but by an event of the queue, so the same seed gives the same life again, and a life that waits for nothing is found at once.

import type { Draw } from './draw.ts';
import { rounds } from './drain.ts';
import { EventQueue } from './event-queue.ts';

/** Nobody waits longer: a run that goes on for ever is stuck, not slow. */
const MOST_EVENTS = 3_000_000;
const START = Date.UTC(2026, 0, 1);

/** The world stands still although somebody waits, or never comes to rest. */
class Stuck extends Error {
  override readonly name = 'Stuck';
}

export class World {
  readonly draw: Draw;
  readonly #queue = new EventQueue();
  #now = START;
  #events = 0;

  constructor(draw: Draw) {
    this.draw = draw;
  }

  /** Virtual milliseconds since 1970. */
  get now(): number {
    return this.#now;
  }

  /** Virtual milliseconds since the world began. */
  get age(): number {
    return this.#now - START;
  }

  /** How many events there were. */
  get events(): number {
    return this.#events;
  }

  /** Calls back after `ms` of virtual time; what is asked for first happens first. */
  after(ms: number, callback: () => void): void {
    this.#queue.add(this.#now + ms, callback);
  }

  /** Something takes so long, and nothing else happens meanwhile. */
  pass(ms: number): void {
    this.#now += ms;
  }

  /** Waits for virtual time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Lets the world go on until `work` is done. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    let outcome: { value: T } | { error: unknown } | undefined;
    let started = false;
    await rounds(() => {
      if (outcome !== undefined) return false;
      if (started) this.#step();
      else {
        started = true;
        work().then(
          (value) => (outcome = { value }),
          (error: unknown) => (outcome = { error }),
        );
      }
      return true;
    });
    if (outcome !== undefined && 'value' in outcome) return outcome.value;
    throw outcome?.error;
  }

  #step(): void {
    const event = this.#queue.take();
    if (event === undefined) throw new Stuck('nothing is going to happen, and somebody waits for something');
    if (++this.#events > MOST_EVENTS) throw new Stuck(`no end after ${MOST_EVENTS} events`);
    this.#now = Math.max(this.#now, event.time);
    event.callback();
  }
}
