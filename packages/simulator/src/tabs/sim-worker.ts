// A worker of a simulated browser, as its page holds it and as it sees itself.

import { serveDatabase, type WorkerEnd, type WorkerScope } from '@varve/browser/realm';
import { Context, realmOf } from './context.ts';
import { Pipe } from './pipe.ts';
import type { WorkerFate } from './script.ts';

/** Loading a script takes so much longer than a message. */
const LOADING_TIMES = 10;
/** An end that was asked for, and the end of who is gone, are a matter of moments. */
const ENDING_MS = 20;

export class SimWorker {
  readonly context: Context;
  readonly #toPage: Pipe;
  readonly #toWorker: Pipe;
  readonly #page: { readonly context: Context };
  readonly #scope: WorkerScope;
  #isTerminated = false;

  constructor(page: { readonly context: Context }) {
    const { browser } = page.context;
    const { world, latencyMs } = browser;
    this.#page = page;
    this.context = new Context(browser, 'worker', page.context.version);
    this.#toPage = new Pipe(world, latencyMs);
    this.#toWorker = new Pipe(world, latencyMs);
    this.#scope = {
      onmessage: null,
      postMessage: (message: unknown) => {
        if (this.context.process.alive) this.#post(structuredClone(message));
      },
    };
  }

  /** What its page holds. */
  readonly end: WorkerEnd = {
    onmessage: null,
    onerror: null,
    postMessage: (message: unknown) => {
      const data = structuredClone(message);
      this.#toWorker.send(() => this.context.process.tell(() => this.#scope.onmessage?.(new MessageEvent('message', { data }))));
    },
    terminate: () => {
      this.#isTerminated = true;
      this.endSoon();
    },
  };

  begin(fate: WorkerFate): void {
    const { browser, world } = this.context;
    world.after(browser.latencyMs * LOADING_TIMES * world.draw.share(), () => {
      if (fate !== 'well') return this.#fail();
      this.context.process.tell(() => serveDatabase(this.#scope, realmOf(this.context), browser.engines.of(this.context)));
    });
    // Nothing it is sent comes before its script has run.
    this.#toWorker.hold(browser.latencyMs * LOADING_TIMES);
  }

  endSoon(): void {
    const { world } = this.context;
    world.after(ENDING_MS * world.draw.share(), () => this.context.end());
  }

  #post(data: unknown): void {
    this.#toPage.send(() =>
      this.#page.context.process.tell(() => {
        if (this.#isTerminated) return;
        this.#page.context.note('hears its worker', data);
        this.end.onmessage?.(new MessageEvent('message', { data }));
      }),
    );
  }

  #fail(): void {
    this.#page.context.process.tell(() => {
      if (!this.#isTerminated) this.end.onerror?.({ message: 'the script is broken' } as ErrorEvent);
    });
    this.context.end();
  }
}
