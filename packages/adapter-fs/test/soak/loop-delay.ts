// How late timers are: what a busy event loop does to others.

import { clearInterval, setInterval } from 'node:timers'; // Deno's own return numbers.

const INTERVAL_MS = 5;

export class LoopDelay {
  readonly #timer: NodeJS.Timeout;
  #delays: number[] = [];
  #expected = performance.now() + INTERVAL_MS;

  constructor() {
    this.#timer = setInterval(() => this.#note(), INTERVAL_MS);
    this.#timer.unref();
  }

  /** The 99th percentile and the longest since the last time; a delay that is still going on counts. */
  take(): { readonly p99: number; readonly longest: number } {
    this.#note();
    const delays = this.#delays.sort((a, b) => a - b);
    this.#delays = [];
    return { p99: delays[Math.floor((delays.length - 1) * 0.99)], longest: delays.at(-1)! };
  }

  /** What has been going on until now does not count. */
  forgive(): void {
    this.#expected = performance.now() + INTERVAL_MS;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #note(): void {
    const now = performance.now();
    this.#delays.push(Math.max(0, now - this.#expected));
    this.#expected = now + INTERVAL_MS;
  }
}
