// The worker that has a database open: for its own page, and for those that say hello on the channel of the database.

import { StorageError, type EngineEvent } from '@varve/core';
import { channelPort } from '../tabs/channel-port.ts';
import { holdLock, lockIsFree } from '../tabs/locks.ts';
import { channelName, clientLock, engineLock, sessionChannelName, VERSION } from '../tabs/messages.ts';
import type { Failure, StartMessage, TabMessage } from '../tabs/messages.ts';
import type { Port } from '../wire/port.ts';
import type { Channel, Realm } from '../wire/realm.ts';
import type { BackEnds, OpenedPlace } from './back-ends.ts';
import { ClientWrites, idOf } from './client-writes.ts';
import { rawCodec } from './raw-codec.ts';
import { RawSpaces } from './raw-spaces.ts';
import { Session, type Shared } from './session.ts';
import { Watches } from './watches.ts';

/** Writes that fail for the same reason do not start one worker after the other. */
const GIVING_UP_MS = 1000;

export class Host {
  readonly #realm: Realm;
  readonly #version: number;
  readonly backEnd: string;
  readonly #tidyPlace: () => Promise<void>;
  readonly #start: StartMessage['start'];
  readonly #shared: Shared;
  readonly #letGo: () => void;
  readonly #channel: Channel;
  readonly #sessions = new Map<string, Session>();
  /** Pages whose end is waited for. */
  readonly #awaited = new Set<string>();
  /** Tells this worker from those before and after it. */
  readonly #worker: string;
  #tidying: Promise<void> | undefined;

  private constructor(realm: Realm, start: StartMessage['start'], shared: Shared, { backEnd, tidy }: OpenedPlace, letGo: () => void) {
    this.#realm = realm;
    this.#version = realm.version ?? VERSION;
    this.#worker = realm.crypto.randomUUID();
    this.#start = start;
    this.#shared = shared;
    this.backEnd = backEnd;
    this.#tidyPlace = tidy;
    this.#letGo = letGo;
    this.#channel = new realm.BroadcastChannel(channelName(start.name));
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'hello') this.#hello(data);
    };
  }

  /** Opens the database, when no other worker has it any more. `waiting` is called when this one stands in line for it. */
  static async open(realm: Realm, backEnds: BackEnds, start: StartMessage['start'], waiting: () => void): Promise<Host> {
    const { fallback = 'throw', ...options } = start.options;
    const locked = lockEngine(realm, start.name, fallback);
    // The manager of locks takes what it is asked in turn: it answers when it has put the request in line. Without locks there is nothing to wait for.
    await realm.navigator.locks.query().catch(() => undefined);
    waiting();
    const letGo = await locked;
    let host: Host | undefined;
    try {
      const onEvent = ({ kind }: EngineEvent): void => {
        if (kind === 'failed') host?.giveUp();
      };
      const codecs = { keys: rawCodec(start.keys), values: rawCodec(start.values) };
      const opened = await backEnds.open(start.name, fallback, { ...codecs, ...options, onEvent });
      const { db, isSync } = opened;
      const shared = {
        db,
        spaces: new RawSpaces(db),
        writes: new ClientWrites(db),
        watches: new Watches(),
        isSync,
        storage: () => opened.storage(),
      };
      host = new Host(realm, start, shared, opened, letGo);
      return host;
    } catch (error) {
      letGo();
      throw error;
    }
  }

  /** A page that begins anew, after it has slept say, asks again for what it has no answer to. */
  serve(client: string, port: Port): void {
    const before = this.#sessions.get(client);
    before?.end();
    before?.port.close();
    this.#sessions.set(client, new Session(this.#shared, idOf(client), port, before));
  }

  /** Pages that wait for somebody who has the database are told. */
  announce(): void {
    this.#post({ kind: 'leader', version: this.#version, worker: this.#worker });
  }

  /** What is kept of pages goes with them, also of those that went while nobody had the database open, or go without a word to this worker. */
  tidy(): Promise<void> {
    this.#tidying = this.#tidyUp();
    return this.#tidying;
  }

  async #tidyUp(): Promise<void> {
    await this.#tidyPlace();
    for (const client of await this.#shared.writes.clients()) this.#awaitEnd(client);
  }

  /** Pages ask the next worker for what they have no answer to. */
  async close(): Promise<void> {
    this.#channel.close();
    for (const session of this.#sessions.values()) session.end();
    try {
      await this.#shared.db.close();
    } finally {
      // What is tidied up here may be what the next worker writes: an import. And WebKit never ends the deletion that a worker was ended in.
      await this.#tidying?.catch(() => undefined);
      this.#letGo();
    }
  }

  /** The engine takes no writes any more, of a full disk say. The tab starts another worker, which opens the database anew; reads go on until then. */
  giveUp(): void {
    this.#realm.setTimeout(() => void this.close().catch(() => undefined), GIVING_UP_MS);
  }

  #hello({ version, client, session, keys, values }: TabMessage & { kind: 'hello' }): void {
    // Its own page has said that before it had this worker.
    if (client === this.#start.client) return;
    // Who has another build is told by the tabs: the older one lets go, or is to be loaded again.
    if (version !== this.#version) return this.announce();
    if (keys !== this.#start.keys || values !== this.#start.values) {
      const message = `the database was opened with codecs keys=${this.#start.keys} values=${this.#start.values}: open it with these`;
      return this.#post({ kind: 'refused', session, failure: { code: 'UNSUPPORTED', message } });
    }
    this.serve(client, channelPort(this.#realm, sessionChannelName(this.#start.name, session)));
    this.#awaitEnd(client);
    this.#post({ kind: 'welcome', session, worker: this.#worker });
  }

  #awaitEnd(client: string): void {
    if (this.#awaited.has(client)) return;
    this.#awaited.add(client);
    lockIsFree(this.#realm, clientLock(client))
      .then(() => this.#goodbye(client))
      // If the database is closed by now, the next worker sees to it.
      .catch(() => undefined);
  }

  /** The page is gone. */
  async #goodbye(client: string): Promise<void> {
    this.#awaited.delete(client);
    const session = this.#sessions.get(client);
    session?.end();
    session?.port.close();
    this.#sessions.delete(client);
    // What it had asked for last leaves its record as well.
    await session?.settled();
    await this.#shared.writes.forget(idOf(client));
  }

  #post(message: TabMessage): void {
    this.#channel.postMessage(message);
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof StorageError) return { code: error.code, message: error.message };
  if (error instanceof WebAssembly.CompileError) {
    const remedy = "does the Content-Security-Policy of the page, or of the worker's script, say script-src 'wasm-unsafe-eval'?";
    return { code: 'UNSUPPORTED', message: `the browser refuses WebAssembly: ${remedy} ${error.message}` };
  }
  return { code: 'UNAVAILABLE', message: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/** Where locks are refused nothing may be stored either: a database in memory needs none. */
async function lockEngine(realm: Realm, name: string, fallback: 'memory' | 'throw'): Promise<() => void> {
  try {
    return (await holdLock(realm, engineLock(name)))!;
  } catch (error) {
    if (fallback !== 'memory') throw error;
    return () => undefined;
  }
}
