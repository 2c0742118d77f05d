// A log segment that is being written. Each append is a relaxed transaction. A sync is a strict one in an object store of its own, so that it keeps no
// append waiting; it begins when the appends before it are done.
//
// A browser that loses its database process may lose transactions that were done but not synced, the last ones first. So whoever finds a new connection
// looks whether the last record is still there before going on: else there would be a gap in the log, or a sync of what is gone.

import { StorageError, type LogSegment } from '@varve/core';
import type { Connection } from '../connection/connection.ts';
import type { Reading, Writing } from '../connection/schema.ts';
import { recordsOf, type LogRecord } from './log-records.ts';

/** The key under which syncs write. */
const SYNC_KEY = 0;

/** What a segment shares with its log. */
export interface SegmentHome {
  readonly connection: Connection;
  /** Segments below this number were truncated through this log: nobody needs them. */
  readonly truncatedBefore: number;
  /** The segment is not used any more. */
  closed(segment: IdbSegment): void;
}

export class IdbSegment implements LogSegment {
  readonly #number: number;
  readonly #home: SegmentHome;
  #last: LogRecord | undefined;
  /** The connection through which the last record was written or seen. */
  #generation: number;
  #appending: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #failure: Error | undefined;
  #closed = false;

  constructor(number: number, home: SegmentHome) {
    this.#number = number;
    this.#home = home;
    this.#generation = home.connection.generation;
  }

  append(bytes: Uint8Array, position: number): void | Promise<void> {
    this.#checkOpen();
    if (bytes.length === 0) return;
    this.#appending = this.#append(recordsOf(this.#last, bytes, position));
    return this.#appending;
  }

  /** One after the other: the second of two could not be done earlier. */
  sync(): Promise<void> {
    this.#syncing = this.#syncAfter(this.#syncing, this.#appending);
    return this.#syncing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([this.#appending, this.#syncing]);
    this.#home.closed(this);
  }

  async #append(records: readonly LogRecord[]): Promise<void> {
    const { connection } = this.#home;
    let { generation } = connection;
    await connection.write(['records'], 'relaxed', undefined, async (transaction) => {
      generation = connection.generation;
      if (generation !== this.#generation) await this.#checkKept(transaction);
      const store = transaction.objectStore('records');
      await Promise.all(records.map(({ position, bytes }) => store.put(bytes, [this.#number, position])));
    });
    this.#last = records.at(-1);
    this.#generation = generation;
  }

  async #syncAfter(earlier: Promise<void> | undefined, appends: Promise<void> | undefined): Promise<void> {
    await Promise.allSettled([earlier, appends]);
    if (this.#failure !== undefined) throw this.#failure;
    try {
      await this.#sync();
    } catch (error) {
      throw (this.#failure = error as Error);
    }
  }

  async #sync(): Promise<void> {
    const { connection } = this.#home;
    await writeSync(connection);
    while (this.#generation !== connection.generation) {
      const { generation } = connection;
      await connection.read(['records'], undefined, (transaction) => this.#checkKept(transaction));
      this.#generation = generation;
      await writeSync(connection);
    }
  }

  async #checkKept(transaction: Reading<'records'> | Writing<'records'>): Promise<void> {
    const last = this.#last;
    if (last === undefined || this.#number < this.#home.truncatedBefore) return;
    const found = await transaction.objectStore('records').get([this.#number, last.position]);
    if (found !== undefined && found.byteLength >= last.bytes.byteLength) return;
    throw new StorageError('UNAVAILABLE', `the browser has lost what was appended last segment=${this.#number} position=${last.position}`);
  }

  #checkOpen(): void {
    if (this.#closed) throw new StorageError('CLOSED', `log segment is closed segment=${this.#number}`);
  }
}

/** Everything that was written before survives a power cut afterwards. */
export async function writeSync(connection: Connection): Promise<void> {
  // A transaction that writes nothing need not go to the disk.
  await connection.write(['syncs'], 'strict', undefined, (transaction) => transaction.objectStore('syncs').put(Date.now(), SYNC_KEY));
}
