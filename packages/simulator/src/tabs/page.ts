// A page of a simulated browser: it hides, is frozen, lies in the back/forward cache, hangs, goes on, is closed and crashes.

import type { PageRealm, WorkerEnd } from '@varve/browser/realm';
import { Context, pageRealmOf, type Home } from './context.ts';
import { SimWorker } from './sim-worker.ts';

export class Page {
  readonly context: Context;
  readonly realm: PageRealm;
  readonly #fire: (target: 'page' | 'document', event: string) => void;
  readonly #look: { hidden: boolean };
  readonly #workers = new Set<SimWorker>();
  /** What it is doing instead of running. */
  #rest: 'frozen' | 'cached' | 'stalled' | undefined;
  #awake: (() => void)[] = [];

  constructor(browser: Home, version: number) {
    this.context = new Context(browser, 'page', version);
    ({ realm: this.realm, fire: this.#fire, look: this.#look } = pageRealmOf(this.context));
    this.context.ongone = () => {
      for (const worker of this.#workers) worker.endSoon();
      this.#wakeAll();
    };
  }

  get isAlive(): boolean {
    return this.context.process.alive;
  }

  /** Its code runs. */
  get isAwake(): boolean {
    return this.isAlive && this.#rest === undefined;
  }

  /** The worker that it made last and that lives. */
  get worker(): SimWorker | undefined {
    return [...this.#workers].filter(({ context }) => context.process.alive).at(-1);
  }

  /** Waits until its code runs, or it is gone. */
  awake(): Promise<void> {
    if (this.isAwake || !this.isAlive) return Promise.resolve();
    return new Promise((resolve) => this.#awake.push(resolve));
  }

  readonly newWorker = (): WorkerEnd => {
    const { workers: fate } = this.context.browser;
    if (fate === 'refused') throw new DOMException('workers are not allowed here', 'SecurityError');
    const worker = new SimWorker(this);
    this.#workers.add(worker);
    worker.begin(fate);
    return worker.end;
  };

  hide(): void {
    if (!this.isAwake) return;
    this.#look.hidden = true;
    this.#fire('document', 'visibilitychange');
  }

  show(): void {
    if (!this.isAwake) return;
    this.#look.hidden = false;
    this.#fire('document', 'visibilitychange');
  }

  /** What it is told while it is frozen it hears when it goes on. */
  freeze(): void {
    if (!this.isAwake) return;
    this.#fire('document', 'freeze');
    this.#stop('frozen');
  }

  /** The user leaves it, and may come back. */
  cache(): void {
    if (!this.isAwake) return;
    this.#fire('page', 'pagehide');
    this.#stop('cached');
  }

  /** The system gives it no time, and it is not told: a long task, a phone that was put aside. Its worker may go on. */
  stall(withWorkers: boolean): void {
    if (!this.isAwake) return;
    this.context.note('hangs');
    this.#stop('stalled', withWorkers);
  }

  /** Whatever it was doing, it goes on. */
  goOn(): void {
    const rest = this.#rest;
    if (rest === undefined || !this.isAlive) return;
    this.#rest = undefined;
    this.context.isCached = false;
    this.context.process.goOn();
    for (const { context } of this.#workers) context.process.goOn();
    if (rest === 'frozen') this.#fire('document', 'resume');
    else if (rest === 'cached') this.#fire('page', 'pageshow');
    this.#wakeAll();
  }

  /** In an orderly way, as far as there is one. */
  close(): void {
    if (this.isAwake) this.#fire('page', 'pagehide');
    this.context.end();
  }

  crash(): void {
    this.context.end();
  }

  /** Nothing of it is left this moment. */
  crashWithWorkers(): void {
    for (const { context } of this.#workers) context.end();
    this.context.end();
  }

  #stop(rest: 'frozen' | 'cached' | 'stalled', withWorkers = true): void {
    this.#rest = rest;
    // What its own code has begun in this turn comes to its end.
    this.context.world.after(0, () => {
      if (this.#rest !== rest) return;
      this.context.isCached = rest === 'cached';
      this.context.process.stop();
      if (withWorkers) for (const { context } of this.#workers) context.process.stop();
    });
  }

  #wakeAll(): void {
    for (const wake of this.#awake.splice(0)) wake();
  }
}
