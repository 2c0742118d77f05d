// An end to waiting. A browser may never answer: WebKit leaves a database in which no transaction ends when a worker is terminated in the middle of some
// (https://bugs.webkit.org/show_bug.cgi?id=324094). Time is counted in ticks, which a page does not get while it is frozen: so it is not blamed on
// the browser that the page slept.

import { StorageError, type StorageErrorCode } from '@varve/core';

/** How often is looked, and for how many looks somebody waits. */
export interface Ticks {
  readonly everyMs: number;
  readonly most: number;
}

const ONE_MINUTE: Ticks = { everyMs: 5000, most: 12 };

interface Waiting {
  ticks: number;
  readonly giveUp: (reason: StorageError) => void;
  /** What it means for whoever waits. */
  readonly code: StorageErrorCode;
}

export class Patience {
  readonly #ticks: Ticks;
  readonly #waiting = new Set<Waiting>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(ticks = ONE_MINUTE) {
    this.#ticks = ticks;
  }

  /** The result of the work, or an error of this code when it does not come. */
  wait<T>(work: Promise<T>, code: StorageErrorCode): Promise<T> {
    return new Promise((resolve, reject) => {
      const waiting = { ticks: 0, giveUp: reject, code };
      this.#waiting.add(waiting);
      this.#timer ??= setInterval(this.#tick, this.#ticks.everyMs);
      void work.then(resolve, reject).finally(() => this.#done(waiting));
    });
  }

  readonly #tick = (): void => {
    const { everyMs, most } = this.#ticks;
    for (const waiting of this.#waiting) {
      if (++waiting.ticks <= most) continue;
      const message = 'the browser does not answer: close all pages of this site, or the browser, and open again';
      waiting.giveUp(new StorageError(waiting.code, `${message} waitedMs=${everyMs * most}`));
      this.#done(waiting);
    }
  };

  #done(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
