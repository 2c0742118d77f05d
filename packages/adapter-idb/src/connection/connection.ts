// The connection of a store to its database, and how work is done on it: a transaction at a time, as a whole or not at all. It is opened at first use
// and whenever it was lost. Browsers lose it now and then, in the middle of anything: the process of the database is started anew, site data are
// cleared, a page was frozen. Then the work is repeated on a new connection, a few times. That is safe, since all of it may be repeated: the same
// bytes are put under the same key once more, and whoever finds a key taken looks whose id stands there.

import { attemptRead, attemptWrite, Failed, type Work } from './attempt.ts';
import type { IdbBucket } from './bucket.ts';
import { isPassing, storageError } from './idb-errors.ts';
import { openDatabase } from './open-database.ts';
import type { Patience } from './patience.ts';
import type { Database, Place, Reading, Writing } from './schema.ts';

/** Waits before further tries, ms: the process of the database is back in less. */
const WAITS_MS = [0, 50, 400];

interface Opened {
  readonly database: Database;
  readonly generation: number;
}

type Once<T> = (database: Database) => Promise<T | Failed>;

/** What an answer that does not come means: a write may have taken place. */
type Silence = 'UNAVAILABLE' | 'UNKNOWN';

export class Connection {
  readonly name: string;
  readonly #bucket: () => IdbBucket;
  readonly #patience: Patience;
  #opening: Promise<Opened> | undefined;
  #generation = 0;

  constructor(name: string, bucket: () => IdbBucket, patience: Patience) {
    this.name = name;
    this.#bucket = bucket;
    this.#patience = patience;
  }

  get bucket(): IdbBucket {
    return this.#bucket();
  }

  /** Counts connections. Whoever sees another number than before knows that one was lost or closed meanwhile. */
  get generation(): number {
    return this.#generation;
  }

  /** Reads in one transaction. `object` is for messages. */
  read<Places extends Place, T>(places: Places[], object: string | undefined, work: Work<Reading<Places>, T>): Promise<T> {
    return this.#withTries(object, 'UNAVAILABLE', (database) => attemptRead(database.transaction(places, 'readonly'), work));
  }

  /**
   * Writes in one transaction, after which the write survives a crash of the browser; if `strict` also a power cut, with all that was written before.
   * The work may be done more than once. When it finds a key taken, that DOMException is thrown as it is (see `isTaken`).
   */
  write<Places extends Place, T>(
    places: Places[],
    durability: 'strict' | 'relaxed',
    object: string | undefined,
    work: Work<Writing<Places>, T>,
  ): Promise<T> {
    return this.#withTries(object, 'UNKNOWN', (database) => attemptWrite(database.transaction(places, 'readwrite', { durability }), work));
  }

  /** Anything else that the browser does for the store: its errors as StorageErrors. */
  async naming<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw await storageError(error, { database: this.name }, this.bucket, false);
    }
  }

  /** Lets go of the database; what is under way is finished. The next use opens it again. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#opening = undefined;
    // What could not be opened need not be closed.
    const opened = await opening?.catch(() => undefined);
    if (opened === undefined) return;
    opened.database.close();
    // Closing has no answer, and WebKit loses it when the worker ends with it on its way: the database could not be deleted then. What is asked behind it
    // is answered when it has arrived.
    const arrived = async (): Promise<unknown> => this.bucket.indexedDB.databases();
    await this.#patience.wait(arrived(), 'UNAVAILABLE').catch(() => undefined);
  }

  async #withTries<T>(object: string | undefined, silence: Silence, once: Once<T>): Promise<T> {
    let unknown = false;
    for (let tries = 0; ; tries++) {
      const result = await this.#try(silence, once);
      if (!(result instanceof Failed)) return result;
      unknown ||= result.unknown;
      if (!isPassing(result.error) || tries === WAITS_MS.length) {
        throw await storageError(result.error, { database: this.name, object }, this.bucket, unknown);
      }
      await new Promise((resolve) => setTimeout(resolve, WAITS_MS[tries]));
    }
  }

  async #try<T>(silence: Silence, once: Once<T>): Promise<T | Failed> {
    let opened: Opened | undefined;
    try {
      opened = await this.#open();
      const result = await this.#patience.wait(once(opened.database), silence);
      if (result instanceof Failed && isPassing(result.error)) this.#forget(opened);
      return result;
    } catch (error) {
      // It was not opened, not even a transaction was begun, or nobody answered.
      if (opened !== undefined) this.#forget(opened);
      return new Failed(error, false);
    }
  }

  async #open(): Promise<Opened> {
    this.#opening ??= this.#openAnew();
    const opening = this.#opening;
    try {
      return await opening;
    } catch (error) {
      if (this.#opening === opening) this.#opening = undefined;
      throw error;
    }
  }

  async #openAnew(): Promise<Opened> {
    const generation = ++this.#generation;
    const opening = openDatabase(this.bucket.indexedDB, this.name, (lost) => this.#forget({ database: lost, generation }));
    const database = await this.#patience.wait(opening, 'UNAVAILABLE');
    return { database, generation };
  }

  #forget({ database, generation }: Opened): void {
    database.close();
    if (generation === this.#generation) this.#opening = undefined;
  }
}
