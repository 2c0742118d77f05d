// Web Locks of a simulated browser: one holder a name, who asked first comes first. What a page or worker held that is gone is let go of a little later,
// in any order, as browsers do it; until then nobody else has it.

import type { Locks } from '@varve/browser/realm';
import type { Context } from './context.ts';
import { Pipe } from './pipe.ts';

interface Request {
  readonly name: string;
  readonly context: Context;
  readonly granted: () => void;
}

/** Those who are gone are noticed within this time. */
const NOTICED_MS = 60;

export class LockManager {
  readonly #held = new Map<string, Request>();
  readonly #waiting: Request[] = [];

  /** Names that are held. */
  get held(): string[] {
    return [...this.#held.keys()];
  }

  /** Names that somebody waits for. */
  get wanted(): string[] {
    return this.#waiting.map(({ name }) => name);
  }

  /** The manager as a page or worker sees it. */
  of(context: Context): Locks {
    const out = new Pipe(context.world, context.latencyMs);
    const back = new Pipe(context.world, context.latencyMs);
    const tell = (happen: () => void): void => {
      if (context.process.alive) out.send(happen);
    };
    const answer = (happen: () => void): void => back.send(() => context.process.tell(happen));
    return {
      request: (name, { signal }, whileHeld) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted === true) return reject(signal.reason as Error);
          let isCalled = false;
          const granted = (): void => {
            const release = (): void => tell(() => this.#release(request));
            if (signal?.aborted === true) return release();
            isCalled = true;
            whileHeld().finally(release).then(resolve, reject);
          };
          const request: Request = { name, context, granted: () => answer(granted) };
          signal?.addEventListener('abort', () => {
            if (isCalled) return;
            reject(signal.reason as Error);
            tell(() => this.#withdraw(request));
          });
          tell(() => this.#ask(request));
        }),
      query: () =>
        new Promise((resolve) => {
          tell(() => {
            const held = this.held.map((name) => ({ name }));
            answer(() => resolve({ held }));
          });
        }),
    };
  }

  /** A page or worker is gone. */
  gone(context: Context): void {
    const { world } = context;
    const own = [...this.#held.values(), ...this.#waiting].filter((request) => request.context === context);
    for (const request of own) {
      world.after(NOTICED_MS * world.draw.share(), () => {
        this.#withdraw(request);
        this.#release(request);
      });
    }
  }

  /** The browser is gone. */
  clear(): void {
    this.#held.clear();
    this.#waiting.length = 0;
  }

  #ask(request: Request): void {
    this.#waiting.push(request);
    // It may be asked by somebody who is gone by now.
    if (!request.context.process.alive) this.gone(request.context);
    this.#grant(request.name);
  }

  #withdraw(request: Request): void {
    const at = this.#waiting.indexOf(request);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  #release(request: Request): void {
    if (this.#held.get(request.name) !== request) return;
    this.#held.delete(request.name);
    this.#grant(request.name);
  }

  #grant(name: string): void {
    if (this.#held.has(name)) return;
    const at = this.#waiting.findIndex((request) => request.name === name);
    if (at < 0) return;
    const [next] = this.#waiting.splice(at, 1);
    this.#held.set(name, next);
    next.granted();
  }
}
