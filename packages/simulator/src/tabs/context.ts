// A page or a worker of a simulated browser: what it has around it, how it is stopped, and how it ends.

import type { BackEnds, Channel, Locks, PageRealm, Realm } from '@varve/browser/realm';
import { Process } from '../world/process.ts';
import type { Trace } from '../world/trace.ts';
import type { World } from '../world/world.ts';
import type { WorkerFate } from './script.ts';

/** The browser, as far as its pages and workers need it. */
export interface Home {
  readonly world: World;
  readonly trace: Trace;
  readonly latencyMs: number;
  readonly locks: { of(context: Context): Locks; gone(context: Context): void };
  readonly channels: { of(context: Context): new (name: string) => Channel; gone(context: Context): void };
  readonly engines: { of(context: Context): BackEnds };
  /** What becomes of workers that are made. */
  readonly workers: WorkerFate;
  nextContext(): number;
  newId(): string;
}

export class Context {
  readonly world: World;
  readonly browser: Home;
  readonly process: Process;
  readonly name: string;
  /** Which build runs in it. */
  readonly version: number;
  /** It lies in the back/forward cache. */
  isCached = false;
  /** Called when it is gone. */
  ongone: (() => void) | undefined;

  constructor(browser: Home, kind: string, version: number) {
    const number = browser.nextContext();
    this.browser = browser;
    this.world = browser.world;
    this.process = new Process(browser.world, number);
    this.name = `${kind} ${number}`;
    this.version = version;
  }

  get latencyMs(): number {
    return this.browser.latencyMs;
  }

  note(what: string, detail?: unknown): void {
    this.browser.trace.tell(() => `${this.name} ${what} ${detail === undefined ? '' : short(detail)}`);
  }

  /** It is gone, and nobody in it is told. */
  end(): void {
    if (!this.process.alive) return;
    this.note('is gone');
    this.process.die();
    this.browser.locks.gone(this);
    this.browser.channels.gone(this);
    this.ongone?.();
  }
}

/** What a context sees of its browser. */
export function realmOf(context: Context): Realm {
  const { browser, process, version } = context;
  return {
    navigator: { locks: browser.locks.of(context) },
    crypto: { randomUUID: () => browser.newId() },
    BroadcastChannel: browser.channels.of(context),
    setTimeout: (callback, ms) => process.after(ms, callback),
    version,
  };
}

type Listeners = Map<string, Set<() => void>>;

/** The same with what only pages have, and what makes its events happen. */
export function pageRealmOf(context: Context): {
  realm: PageRealm;
  fire(target: 'page' | 'document', event: string): void;
  look: { hidden: boolean };
} {
  const [ofPage, ofDocument]: [Listeners, Listeners] = [new Map(), new Map()];
  const look = { hidden: false };
  const document = {
    ...target(ofDocument),
    get visibilityState() {
      return look.hidden ? 'hidden' : 'visible';
    },
  };
  // Of these it is only asked whether they are there.
  const there = { Worker: true, indexedDB: true };
  return {
    realm: { ...realmOf(context), ...target(ofPage), document, ...there } as PageRealm,
    fire: (where, event) => {
      context.note(event);
      for (const callback of (where === 'page' ? ofPage : ofDocument).get(event) ?? []) callback();
    },
    look,
  };
}

function target(listeners: Listeners): Pick<PageRealm, 'addEventListener'> {
  return {
    addEventListener(event, callback, { signal }) {
      const own = listeners.get(event) ?? new Set();
      listeners.set(event, own.add(callback));
      signal.addEventListener('abort', () => own.delete(callback));
    },
  };
}

const MOST_CHARACTERS = 160;

function short(detail: unknown): string {
  const text = detail instanceof Uint8Array ? `${detail.length} bytes` : JSON.stringify(detail);
  return text.slice(0, MOST_CHARACTERS);
}
