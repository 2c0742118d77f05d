// A page among the tabs of a database. It works through the worker of whichever tab leads, and waits in line to lead itself: the browser grants the lock
// to the next one when a leader closes, crashes or is frozen.

import { StorageError, type StorageErrorCode } from '@varve/core/codecs';
import type { Connection } from '../client/connection.ts';
import type { Port } from '../wire/port.ts';
import type { Channel, LifeCycle, PageRealm, WorkerEnd } from '../wire/realm.ts';
import { channelPort, workerPort } from './channel-port.ts';
import { holdLock, lockIsFree } from './locks.ts';
import { channelName, clientLock, engineLock, leaderLock, sessionChannelName, STARTING_MS, VERSION } from './messages.ts';
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
  readonly newWorker: () => WorkerEnd;
}

interface Opened {
  readonly resolve: (backEnd: string) => void;
  readonly reject: (error: Error) => void;
}

export class Tab {
  readonly #realm: PageRealm;
  readonly #version: number;
  readonly #options: TabOptions;
  readonly #connection: Connection;
  readonly #client: string;
  readonly #channel: Channel;
  /** Of the newest session: nobody is heard on those before. */
  #port: Port | undefined;
  #sessions = 0;
  #session: string | undefined;
  readonly #stopped = new AbortController();
  /** Later than that: while its worker closes the page may be put to sleep. */
  readonly #over = new AbortController();
  /** Ends the waiting for the lead, while the page is awake. */
  #awake = new AbortController();
  #worker: WorkerEnd | undefined;
  /** Lets go of the lead. */
  #letGo: (() => void) | undefined;
  /** The worker of another tab that this page works through. */
  #following: string | undefined;
  readonly #opened: Opened;
  /** The first time that somebody has the database open for this page. */
  readonly opened: Promise<string>;

  constructor(realm: PageRealm, options: TabOptions, connection: Connection) {
    this.#realm = realm;
    this.#version = realm.version ?? VERSION;
    this.#client = realm.crypto.randomUUID();
    this.#options = options;
    this.#connection = connection;
    let opened: Opened | undefined;
    this.opened = new Promise((resolve, reject) => (opened = { resolve, reject }));
    this.opened.catch(() => undefined);
    this.#opened = opened!;
    this.#channel = new realm.BroadcastChannel(channelName(options.name));
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => this.#hear(data);
    // Held for as long as the page lives: the worker learns from it that the page is gone.
    holdLock(realm, clientLock(this.#client), this.#stopped.signal).then(
      (letGo) => {
        this.#stopped.signal.addEventListener('abort', () => letGo?.());
        this.#wake();
        // Not before: who was woken then would wait for the lead twice, and lead once more when everything is over.
        this.#listen();
      },
      (error: unknown) => this.#goAlone(error),
    );
  }

  /** Lets go of everything; a worker of this page closes its database first. */
  async stop(): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#awake.abort();
    if (this.#worker !== undefined) await closing(this.#realm, this.#worker);
    this.#sleep();
    this.#over.abort();
    this.#channel.close();
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
    this.#leave();
  }

  /** What another tab's worker still says is not heard any more: what it was asked, the next one is asked. */
  #leave(): void {
    this.#following = undefined;
    this.#session = undefined;
    this.#port?.close();
    this.#connection.detach();
  }

  async #waitForLead(signal: AbortSignal): Promise<void> {
    const letGo = await holdLock(this.#realm, leaderLock(this.#options.name), signal);
    if (letGo === undefined) return;
    if (signal.aborted) return letGo();
    this.#letGo = letGo;
    this.#lead(signal);
  }

  /** Where locks are refused, as in a sandboxed frame, nothing may be stored: a database in memory is all that is left, if the page asked for it. */
  #goAlone(error: unknown): void {
    if (this.#options.engine.fallback === 'memory') return this.#lead(this.#awake.signal);
    const remedy = "is storage blocked for this site? Use { fallback: 'memory' } to go on without";
    this.#end(new StorageError('UNSUPPORTED', `nothing can be stored here: ${remedy}`, { cause: error }));
  }

  /** With a worker of its own, in the place of whatever it worked through. */
  #lead(signal: AbortSignal, patienceMs = STARTING_MS): void {
    this.#worker?.terminate();
    this.#leave();
    const { name, keys, values, engine: options, newWorker } = this.#options;
    let worker: WorkerEnd;
    try {
      worker = newWorker();
    } catch (error) {
      return this.#end(new StorageError('UNSUPPORTED', `the worker cannot be started: ${String(error)}`, { cause: error }));
    }
    this.#worker = worker;
    let isThere = false;
    this.#realm.setTimeout(() => {
      if (!isThere && this.#worker === worker) this.#lead(signal, 2 * patienceMs);
    }, patienceMs);
    const { port, take } = workerPort(worker);
    worker.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (this.#worker !== worker || take(data)) return;
      const message = data as WorkerMessage;
      isThere = true;
      if ('waiting' in message) this.#watchWorker(worker, signal);
      else if ('ready' in message) this.#attach(port, message.ready.backEnd);
      else if ('failed' in message) this.#end(errorOf(message.failed));
    };
    worker.onerror = (event) => {
      if (this.#worker === worker) this.#end(workerFailure(event));
    };
    worker.postMessage({ start: { name, client: this.#client, keys, values, options } });
  }

  /** A worker that has died, of too little memory say, is replaced. */
  #watchWorker(worker: WorkerEnd, signal: AbortSignal): void {
    lockIsFree(this.#realm, engineLock(this.#options.name), signal).then(
      (isFree) => {
        if (isFree && this.#worker === worker) this.#lead(signal);
      },
      // Without locks nothing is known of it.
      () => undefined,
    );
  }

  #attach(port: Port, backEnd: string): void {
    this.#connection.attach(port);
    this.#opened.resolve(backEnd);
  }

  #hello(): void {
    const { name, keys, values } = this.#options;
    this.#leave();
    const session = (this.#session = `${this.#client}:${++this.#sessions}`);
    this.#port = channelPort(this.#realm, sessionChannelName(name, session));
    this.#post({ kind: 'hello', version: this.#version, client: this.#client, session, keys, values });
  }

  #hear(message: TabMessage): void {
    switch (message.kind) {
      case 'leader':
        return this.#meetLeader(message);
      case 'welcome':
        if (message.session === this.#session) this.#follow(message.worker);
        return;
      case 'refused':
        if (message.session === this.#session) this.#end(errorOf(message.failure));
        return;
      case 'yield':
        if (message.version > this.#version) this.#end(outdated());
        return;
      case 'let go':
        this.#end(new StorageError('CLOSED', message.message));
        return;
      case 'hello':
        if (message.version > this.#version) this.#end(outdated());
    }
  }

  #meetLeader({ version, worker }: TabMessage & { kind: 'leader' }): void {
    if (version > this.#version) return this.#end(outdated());
    if (version < this.#version) return this.#post({ kind: 'yield', version: this.#version });
    // Who has not said hello yet, since it sleeps, leads, or is not known to live as long as it does not hold its lock, does so in its time.
    if (this.#session !== undefined && worker !== this.#following) this.#hello();
  }

  #follow(worker: string): void {
    this.#following = worker;
    this.#attach(this.#port!, 'another tab');
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
    const { signal } = this.#over;
    const realm = this.#realm;
    const page = realm.document;
    const on = (target: LifeCycle | undefined, event: string, callback: () => void): void =>
      target?.addEventListener(event, callback, { signal });
    on(page, 'freeze', () => this.#sleep());
    // Whichever of these comes first.
    const wake = (): void => {
      if (this.#awake.signal.aborted) this.#wake();
    };
    on(page, 'resume', wake);
    on(realm, 'pagehide', () => this.#sleep());
    on(realm, 'pageshow', wake);
    on(page, 'visibilitychange', () => {
      if (page?.visibilityState === 'hidden') this.onhidden?.();
    });
  }

  /** Called when nobody sees the page any more. */
  onhidden: (() => void) | undefined;
}

function closing(realm: PageRealm, worker: WorkerEnd): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      worker.terminate();
      resolve();
    };
    realm.setTimeout(over, CLOSING_MS);
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
