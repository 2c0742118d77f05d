// `openDatabase`: the same database in every tab. Nothing of the browser is touched before it is used, so a module that opens one may be loaded on a server.

import type { Codec, KeyCodec } from '@varve/core';
import { bytes, StorageError, type BytesLike } from '@varve/core/codecs';
import { checkName } from './database-name.ts';
import { assertBrowser } from './surroundings.ts';
import { Connection } from './client/connection.ts';
import { RemoteDatabase } from './client/remote-database.ts';
import { spawnWorker } from './tabs/spawn-worker.ts';
import { Tab } from './tabs/tab.ts';
import type { EngineOptions } from './tabs/messages.ts';
import type { PageRealm, WorkerEnd } from './wire/realm.ts';

/** Options of {@link openDatabase}: those of `open` that make sense here, and where the worker comes from. */
export interface OpenDatabaseOptions<K = Uint8Array, V = Uint8Array, P = K, KI = K, VI = V> extends EngineOptions {
  /** Codec of the keys. Default: bytes. Recorded: later opens must name the same. */
  readonly keys?: KeyCodec<K, P, KI> | undefined;
  /** Codec of the values. Default: bytes. */
  readonly values?: Codec<V, VI> | undefined;
  /** Makes the worker, where a bundler does not find it by itself: of `@varve/browser/worker`, which is one file that imports nothing. */
  readonly worker?: (() => Worker) | undefined;
}

/** The database of a name in this page. */
export class BrowserDatabase<K, V, P = K, KI = K, VI = V> extends RemoteDatabase<K, V, P, KI, VI> {
  readonly #session: Session;

  /** @internal Made by {@link openDatabase}. */
  constructor(session: Session, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>) {
    super(session.connection, keys, values);
    this.#session = session;
    session.onhidden = () => void this.sync().catch(() => undefined);
  }

  /** Opens it now rather than at first use. Fulfilled when it is open, with where it lives: `opfs`, `idb`, `memory`, or `another tab`. */
  get opened(): Promise<string> {
    return this.#session.opened();
  }

  /** Whether the browser has promised to keep what is stored here. */
  async persisted(): Promise<boolean> {
    return (await navigator.storage?.persisted?.()) ?? false;
  }

  /** Asks the browser to keep what is stored here, whatever room it needs for other sites. */
  async persist(): Promise<boolean> {
    // Only pages have it: the types of workers do not know it.
    const storage = navigator.storage as StorageManager & { persist?(): Promise<boolean> };
    return (await storage?.persist?.()) ?? false;
  }

  /** Lets go of the database in this page; other tabs go on. Idempotent. */
  override async close(): Promise<void> {
    await this.#session.close(() => super.close());
  }
}

/** What could not be read for now is read again. */
const RETRY_MS = 1000;

const REGISTRY = Symbol.for('varve.databases');
type Registry = Map<string, { readonly db: unknown; readonly keys: string; readonly values: string }>;

/** One for all copies of this module in the page: what a hot reload loads again finds the same databases. */
function registry(realm: PageRealm): Registry {
  const holder = realm as { [REGISTRY]?: Registry };
  return (holder[REGISTRY] ??= new Map());
}

/**
 * The database of a name, for this page and every other tab of the site. Returns at once: it is opened at the first use, in a worker of the tab that leads.
 * Asked again for the same name it returns the same database.
 *
 * @throws TypeError when the database is open in this page with other codecs.
 *
 * @example
 * import { openDatabase } from '@varve/browser';
 * import { json, utf8 } from '@varve/core';
 *
 * export const db = openDatabase('app', { keys: utf8, values: json<{ done: boolean }>() });
 * export const toggle = (id: string) => db.update(id, (todo) => ({ done: !todo?.done }));
 */
export function openDatabase<K = Uint8Array, V = Uint8Array, P = BytesLike, KI = BytesLike, VI = BytesLike>(
  name: string,
  options: OpenDatabaseOptions<K, V, P, KI, VI> = {},
): BrowserDatabase<K, V, P, KI, VI> {
  return openDatabaseIn(globalThis, name, options);
}

/** The same in a browser that is handed over. */
export function openDatabaseIn<K, V, P, KI, VI>(
  realm: PageRealm,
  name: string,
  options: Omit<OpenDatabaseOptions<K, V, P, KI, VI>, 'worker'> & { readonly worker?: (() => WorkerEnd) | undefined },
): BrowserDatabase<K, V, P, KI, VI> {
  checkName(name);
  const {
    keys = bytes as unknown as KeyCodec<K, P, KI>,
    values = bytes as unknown as Codec<V, VI>,
    worker = spawnWorker,
    ...engine
  } = options;
  const databases = registry(realm);
  const known = databases.get(name);
  if (known !== undefined) {
    if (known.keys === keys.name && known.values === values.name) return known.db as BrowserDatabase<K, V, P, KI, VI>;
    throw new TypeError(`the database ${name} is open in this page with other codecs: keys=${known.keys} values=${known.values}`);
  }
  const session = new Session(
    realm,
    (connection) => {
      assertBrowser(realm);
      return new Tab(realm, { name, keys: keys.name, values: values.name, engine, newWorker: worker }, connection);
    },
    // What is closed behind the page's back, by a deletion say, is opened anew when it is asked for again.
    () => databases.delete(name),
  );
  const db = new BrowserDatabase(session, keys, values);
  databases.set(name, { db, keys: keys.name, values: values.name });
  return db;
}

/** A page's use of a database, from its first call to its end. */
class Session {
  readonly connection: Connection;
  /** Called when nobody sees the page any more: it may not come back. */
  onhidden: (() => void) | undefined;
  #tab: Tab | undefined;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(realm: PageRealm, newTab: (connection: Connection) => Tab, forget: () => void) {
    this.connection = new Connection(
      () => {
        try {
          this.#tab = newTab(this.connection);
          this.#tab.onhidden = () => this.onhidden?.();
        } catch (error) {
          this.#failure = error as Error;
          this.connection.end(this.#failure);
        }
      },
      (callback) => realm.setTimeout(callback, RETRY_MS),
    );
    this.connection.onended = forget;
  }

  opened(): Promise<string> {
    this.connection.start();
    return this.#tab?.opened ?? Promise.reject(this.#failure ?? new StorageError('CLOSED', 'the database is closed: open it again'));
  }

  close(end: () => Promise<void>): Promise<void> {
    this.#closing ??= this.#close(end);
    return this.#closing;
  }

  async #close(end: () => Promise<void>): Promise<void> {
    if (this.#tab !== undefined) await end();
    else this.connection.end(new StorageError('CLOSED', 'the database is closed: open it again'));
    await this.#tab?.stop();
  }
}
