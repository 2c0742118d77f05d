// The worker that has a database open: for its own page, and for those that say hello on the channel of the database.

import { open, StorageError, type EngineEvent, type ObjectStore } from '@varve/core';
import { channelPort } from '../tabs/channel-port.ts';
import { holdLock, lockIsFree } from '../tabs/locks.ts';
import { channelName, clientChannelName, clientLock, engineLock, VERSION } from '../tabs/messages.ts';
import type { Failure, StartMessage, TabMessage } from '../tabs/messages.ts';
import type { Port } from '../wire/port.ts';
import { chooseBackEnd } from './back-end.ts';
import { ClientWrites, idOf } from './client-writes.ts';
import { removeOthers } from './delete-place.ts';
import type { Place } from './places.ts';
import { rawCodec } from './raw-codec.ts';
import type { RawDatabase } from './raw-database.ts';
import { RawSpaces } from './raw-spaces.ts';
import { Session, type Shared } from './session.ts';
import { Watches } from './watches.ts';

/** Writes that fail for the same reason do not start one worker after the other. */
const GIVING_UP_MS = 1000;

export class Host {
  /** Undefined: in memory. */
  readonly #place: Place | undefined;
  readonly #start: StartMessage['start'];
  readonly #shared: Shared;
  readonly #letGo: () => void;
  readonly #channel: BroadcastChannel;
  readonly #sessions = new Map<string, Session>();
  /** Tells this worker from those before and after it. */
  readonly #worker = crypto.randomUUID();

  private constructor(start: StartMessage['start'], shared: Shared, place: Place | undefined, letGo: () => void) {
    this.#start = start;
    this.#shared = shared;
    this.#place = place;
    this.#letGo = letGo;
    this.#channel = new BroadcastChannel(channelName(start.name));
    this.#channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'hello') this.#hello(data);
    };
  }

  /** Opens the database, when no other worker has it any more. `alone` is called when that is so. */
  static async open(start: StartMessage['start'], alone: () => void): Promise<Host> {
    const { fallback = 'throw', ...options } = start.options;
    const letGo = await lockEngine(start.name, fallback);
    alone();
    let host: Host | undefined;
    try {
      const { place, store } = await chooseBackEnd(start.name, fallback);
      const onEvent = ({ kind }: EngineEvent): void => {
        if (kind === 'failed') host?.giveUp();
      };
      const codecs = { keys: rawCodec(start.keys), values: rawCodec(start.values) };
      const opened = (): Promise<unknown> => open(store as ObjectStore, { ...codecs, ...options, takeover: 'wait', onEvent });
      const db = (await opened().catch(async (error: unknown) => {
        // What an import has left may hold the room.
        if (place === undefined || !(error instanceof StorageError) || error.code !== 'QUOTA') throw error;
        await removeOthers(start.name, place);
        return opened();
      })) as RawDatabase;
      const shared = {
        db,
        spaces: new RawSpaces(db),
        writes: new ClientWrites(db),
        watches: new Watches(),
        isSync: store.sync !== undefined,
      };
      host = new Host(start, shared, place, letGo);
      return host;
    } catch (error) {
      letGo();
      throw error;
    }
  }

  get backEnd(): string {
    return this.#place?.backEnd ?? 'memory';
  }

  /** The page that made this worker. */
  serve(client: string, port: Port): void {
    this.#sessions.set(client, new Session(this.#shared, idOf(client), port));
  }

  /** Pages that wait for somebody who has the database are told. */
  announce(): void {
    this.#post({ kind: 'leader', version: VERSION, worker: this.#worker });
  }

  /** What is kept of pages that are gone goes, and what an import left that did not come to its end. */
  async tidy(): Promise<void> {
    if (this.#place !== undefined) await removeOthers(this.#start.name, this.#place);
    const { held = [] } = await navigator.locks.query();
    const alive = new Set(held.map(({ name }) => name));
    await this.#shared.writes.forgetGone((client) => alive.has(clientLock(client)));
  }

  /** Pages ask the next worker for what they have no answer to. */
  async close(): Promise<void> {
    this.#channel.close();
    for (const session of this.#sessions.values()) session.end();
    try {
      await this.#shared.db.close();
    } finally {
      this.#letGo();
    }
  }

  /** The engine takes no writes any more, of a full disk say. The tab starts another worker, which opens the database anew; reads go on until then. */
  giveUp(): void {
    setTimeout(() => void this.close().catch(() => undefined), GIVING_UP_MS);
  }

  #hello({ version, client, keys, values }: TabMessage & { kind: 'hello' }): void {
    // Who has another build is told by the tabs: the older one lets go, or is to be loaded again.
    if (version !== VERSION) return this.announce();
    if (keys !== this.#start.keys || values !== this.#start.values) {
      const message = `the database was opened with codecs keys=${this.#start.keys} values=${this.#start.values}: open it with these`;
      return this.#post({ kind: 'refused', client, failure: { code: 'UNSUPPORTED', message } });
    }
    const known = this.#sessions.get(client);
    if (known === undefined) this.#greet(client);
    else {
      // The page slept, and asks again for what it has no answer to.
      known.end();
      this.#sessions.set(client, new Session(this.#shared, idOf(client), known.port, known));
    }
    this.#post({ kind: 'welcome', client, worker: this.#worker });
  }

  #greet(client: string): void {
    const port = channelPort(clientChannelName(this.#start.name, client));
    this.serve(client, port);
    lockIsFree(clientLock(client)).then(
      () => this.#goodbye(client, port),
      () => undefined,
    );
  }

  /** The page is gone. */
  #goodbye(client: string, port: Port): void {
    this.#sessions.get(client)?.end();
    this.#sessions.delete(client);
    port.close();
    // It asks for nothing again. If the database is closed by now, the record is small.
    this.#shared.writes.forget(idOf(client)).catch(() => undefined);
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
async function lockEngine(name: string, fallback: 'memory' | 'throw'): Promise<() => void> {
  try {
    return (await holdLock(engineLock(name)))!;
  } catch (error) {
    if (fallback !== 'memory') throw error;
    return () => undefined;
  }
}
