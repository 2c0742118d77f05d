// A page among the tabs of a database. It works through the worker of whichever tab leads, and waits in line to lead itself: the browser grants the lock
// to the next one when a leader closes, crashes or is frozen.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import type { Connection } from '../client/connection.ts';
import type { Port } from '../wire/port.ts';
import { channelPort, workerPort } from './channel-port.ts';
import { holdLock, lockIsFree } from './locks.ts';
import { channelName, clientChannelName, clientLock, engineLock, leaderLock, VERSION } from './messages.ts';
import type { EngineOptions, Failure, TabMessage, WorkerMessage } from './messages.ts';
import { workerFailure } from './worker-failure.ts';

/**
 * A worker that does not say that it has closed is ended all the same. On a busy machine closing may take seconds, and WebKit can leave a database of
 * which nobody ever hears again when it ends a worker amid its transactions (https://bugs.webkit.org/show_bug.cgi?id=324094).
 */
const CLOSING_MS = 20_000;

export interface TabOptions {
  readonly name: string;
  readonly keys: string;
  readonly values: string;
  readonly engine: EngineOptions;
  readonly newWorker: () => Worker;
}

interface Opened {
  readonly resolve: (backEnd: string) => void;
  readonly reject: (error: Error) => void;
}

export class Tab {
  readonly #options: TabOptions;
  readonly #connection: Connection;
  readonly #client = crypto.randomUUID();
  readonly #channel: BroadcastChannel;
  readonly #port: Port;
  readonly #stopped = new AbortController();
  /** Ends the waiting for the lead, while the page is awake. */
  #awake = new AbortController();
  #worker: Worker | undefined;
  /** Lets go of the lead. */
  #letGo: (() => void) | undefined;
  /** The worker of another tab that this page works through. */
  #following: string | undefined;
  readonly #opened: Opened;
  /** The first time that somebody has the database open for this page. */
  readonly opened: Promise<string>;

  constructor(options: TabOptions, connection: Connection) {
    this.#options = options;
    this.#connection = connection;
    let opened: Opened | undefined;
    this.opened = new Promise((resolve, reject) => (opened = { resolve, reject }));
    this.opened.catch(() => undefined);
    this.#opened = opened!;
    this.#channel = new BroadcastChannel(channelName(options.name));
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
    this.#port = channelPort(clientChannelName(options.name, this.#client));
    // Held for as long as the page lives: the worker learns from it that the page is gone.
    holdLock(clientLock(this.#client), this.#stopped.signal).then(
      (letGo) => {
        this.#stopped.signal.addEventListener('abort', () => letGo?.());
        this.#wake();
      },
      (error: unknown) => this.#goAlone(error),
    );
    this.#listen();
  }

  /** Lets go of everything; a worker of this page closes its database first. */
  async stop(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    const worker = this.#worker;
    this.#worker = undefined;
    if (worker !== undefined) await closing(worker);
    this.#sleep();
    this.#channel.close();
    this.#port.close();
  }

  #wake(): void {
    if (this.#stopped.signal.aborted) return;
    this.#awake = new AbortController();
    this.#hello();
    this.#waitForLead(this.#awake.signal).catch((error: unknown) => this.#goAlone(error));
  }

  /** A page that is put to sleep holds nothing: others go on with the database. */
  #sleep(): void {
    this.#awake.abort();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#letGo?.();
    this.#letGo = undefined;
    this.#following = undefined;
    this.#connection.detach();
  }

  async #waitForLead(signal: AbortSignal): Promise<void> {
    const letGo = await holdLock(leaderLock(this.#options.name), signal);
    if (letGo === undefined) return;
    if (signal.aborted) return letGo();
    this.#letGo = letGo;
    this.#following = undefined;
    this.#connection.detach();
    this.#lead(signal);
  }

  /** Where locks are refused, as in a sandboxed frame, nothing may be stored: a database in memory is all that is left, if the page asked for it. */
  #goAlone(error: unknown): void {
    if (this.#options.engine.fallback === 'memory') return this.#lead(this.#awake.signal);
    const remedy = "is storage blocked for this site? Use { fallback: 'memory' } to go on without";
    this.#end(new StorageError('UNSUPPORTED', `nothing can be stored here: ${remedy}`, { cause: error }));
  }

  #lead(signal: AbortSignal): void {
    const { name, keys, values, engine: options, newWorker } = this.#options;
    let worker: Worker;
    try {
      worker = newWorker();
    } catch (error) {
      return this.#end(new StorageError('UNSUPPORTED', `the worker cannot be started: ${String(error)}`, { cause: error }));
    }
    this.#worker = worker;
    const { port, take } = workerPort(worker);
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.#worker !== worker || take(data)) return;
      const message = data as WorkerMessage;
      if ('alone' in message) this.#watchWorker(worker, signal);
      else if ('ready' in message) this.#attach(port, message.ready.backEnd);
      else if ('failed' in message) this.#end(errorOf(message.failed));
    };
    worker.onerror = (event) => {
      if (this.#worker === worker) this.#end(workerFailure(event));
    };
    worker.postMessage({ start: { name, client: this.#client, keys, values, options } });
  }

  /** A worker that has died, of too little memory say, is replaced. */
  #watchWorker(worker: Worker, signal: AbortSignal): void {
    const replace = (isFree: boolean): void => {
      if (!isFree || this.#worker !== worker) return;
      worker.terminate();
      this.#connection.detach();
      this.#lead(signal);
    };
    // Without locks nothing is known of it.
    lockIsFree(engineLock(this.#options.name), signal).then(replace, () => undefined);
  }

  #attach(port: Port, backEnd: string): void {
    this.#connection.attach(port);
    this.#opened.resolve(backEnd);
  }

  #hello(): void {
    const { keys, values } = this.#options;
    this.#post({ kind: 'hello', version: VERSION, client: this.#client, keys, values });
  }

  #hear(message: TabMessage): void {
    switch (message.kind) {
      case 'leader':
        return this.#meetLeader(message);
      case 'welcome':
        if (message.client === this.#client) this.#follow(message.worker);
        return;
      case 'refused':
        if (message.client === this.#client) this.#end(errorOf(message.failure));
        return;
      case 'yield':
        if (message.version > VERSION) this.#end(outdated());
        return;
      case 'let go':
        this.#end(new StorageError('CLOSED', message.message));
        return;
      case 'hello':
        if (message.version > VERSION) this.#end(outdated());
    }
  }

  #meetLeader({ version, worker }: TabMessage & { kind: 'leader' }): void {
    if (version > VERSION) return this.#end(outdated());
    if (version < VERSION) return this.#post({ kind: 'yield', version: VERSION });
    if (this.#worker === undefined && worker !== this.#following) this.#hello();
  }

  /** Once for each worker: what was under way is asked again, and no worker may be asked twice. */
  #follow(worker: string): void {
    if (this.#worker !== undefined || worker === this.#following || this.#awake.signal.aborted) return;
    this.#following = worker;
    this.#attach(this.#port, 'another tab');
  }

  /** Nothing works any more. */
  #end(error: Error): void {
    this.#opened.reject(error);
    this.#connection.end(error);
    void this.stop();
  }

  #post(message: TabMessage): void {
    if (!this.#stopped.signal.aborted) this.#channel.postMessage(message);
  }

  #listen(): void {
    const { signal } = this.#stopped;
    const on = (target: EventTarget | undefined, event: string, callback: () => void): void =>
      target?.addEventListener(event, callback, { signal });
    const page = (globalThis as { document?: EventTarget & { readonly visibilityState: string } }).document;
    on(page, 'freeze', () => this.#sleep());
    on(page, 'resume', () => this.#wake());
    on(globalThis, 'pagehide', () => this.#sleep());
    on(globalThis, 'pageshow', () => {
      if (this.#awake.signal.aborted) this.#wake();
    });
    on(page, 'visibilitychange', () => {
      if (page?.visibilityState === 'hidden') this.onhidden?.();
    });
  }

  /** Called when nobody sees the page any more. */
  onhidden: (() => void) | undefined;
}

function closing(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      worker.terminate();
      resolve();
    };
    const timer = setTimeout(over, CLOSING_MS);
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data !== null && 'closed' in data) over();
    };
    worker.postMessage('close');
  });
}

function errorOf({ code, message }: Failure): StorageError {
  return new StorageError(code as StorageErrorCode, message);
}

function outdated(): StorageError {
  return new StorageError('UNSUPPORTED', 'another tab runs a newer version of this page: reload');
}
