// The log in the SQLite storage of a Durable Object. An append is one transaction; tables.ts draws the rows.
//
// How long things last: SQLite has what was appended when the call returns, and the object says nothing to anybody before that is confirmed (the output gate:
// responses, fetches and requests to R2 wait, and never go out where the storage has failed). `sync` waits for the confirmation itself.
// https://developers.cloudflare.com/durable-objects/reference/durable-object-lifecycle/

import { StorageError, type LogSegment, type LogStore, type SegmentInfo } from '@varve/core';
import { checkStorage, type ObjectStorage, type SqlValue } from '../storage.ts';
import { Tables } from '../tables.ts';
import { DoSegment } from './do-segment.ts';

/**
 * The log of a database in a Durable Object's SQLite, for a database whose SSTs are elsewhere, such as in R2. One object holds the log of one database. A
 * write is acknowledged when the storage has confirmed it; give `durability: 'buffered'` to go on at once: the output gate holds back the response all the same.
 * @throws TypeError when this is not the storage of an object with SQLite.
 * @example
 * import { open, utf8 } from '@varve/core';
 * import { doLog, type ObjectStorage } from '@varve/adapter-do';
 * import { r2Store, type Bucket } from '@varve/adapter-r2';
 *
 * export const openTexts = (bucket: Bucket, storage: ObjectStorage) =>
 *   open(r2Store(bucket, { prefix: 'texts/' }), { keys: utf8, values: utf8, log: doLog(storage), takeover: 'now' });
 */
export function doLog(storage: ObjectStorage): LogStore {
  checkStorage('doLog', storage);
  return new DoLog(new Tables(storage), false);
}

export class DoLog implements LogStore {
  readonly kind = 'do';
  readonly sync: boolean;
  readonly defaultDurability: 'buffered' | 'synced';
  readonly makeDurableNow?: (segments: readonly number[]) => void;
  readonly #tables: Tables;

  /** With `leansOnGate` a sync on the spot is nothing: what nobody outside can have heard of need not survive. */
  constructor(tables: Tables, leansOnGate: boolean) {
    this.#tables = tables;
    this.sync = leansOnGate;
    this.defaultDurability = leansOnGate ? 'buffered' : 'synced';
    if (leansOnGate) this.makeDurableNow = (segments) => this.#mustHave(segments);
  }

  /** Whoever was there finds it behind its next append. Both are done at once, so what it has acknowledged by then is read by whoever claims. */
  claim(term: number): void {
    this.#tables.run('INSERT INTO varve_writer VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET term = max(term, ?1)', term);
  }

  isOvertaken(term: number): boolean {
    const [row] = this.#tables.all('SELECT term FROM varve_writer WHERE id = 1');
    return (row?.[0] as number) > term;
  }

  segments(): SegmentInfo[] {
    const end = 'SELECT position + length(bytes) FROM varve_records WHERE segment = number ORDER BY position DESC LIMIT 1';
    const rows = this.#tables.all(`SELECT number, coalesce((${end}), 0) FROM varve_segments ORDER BY number`);
    return rows.map(([number, size]) => ({ number: number as number, size: size as number }));
  }

  read(segment: number, into: Uint8Array): number | undefined {
    if (!this.#has(segment)) return undefined;
    let end = 0;
    const take = ([position, bytes]: SqlValue[]): void => {
      if (position !== end) throw missing(segment, `wanted=${end} found=${Number(position)}`);
      const found = new Uint8Array(bytes as ArrayBuffer);
      into.set(found.subarray(0, into.length - end), end);
      end += found.length;
    };
    const query = 'SELECT position, bytes FROM varve_records WHERE segment = ? AND position < ? ORDER BY position';
    this.#tables.each(take, query, segment, into.length);
    return Math.min(end, into.length);
  }

  create(segment: number): LogSegment | undefined {
    const written = this.#tables.run('INSERT OR IGNORE INTO varve_segments VALUES (?)', segment);
    return written === 0 ? undefined : new DoSegment(this.#tables, segment, this.sync);
  }

  async makeDurable(segments: readonly number[]): Promise<void> {
    this.#mustHave(segments);
    await this.#tables.sync();
  }

  truncate(before: number): void {
    this.#tables.atomically(() => {
      this.#tables.run('DELETE FROM varve_records WHERE segment < ?', before);
      this.#tables.run('DELETE FROM varve_segments WHERE number < ?', before);
    });
  }

  /** Nothing is held. */
  close(): void {}

  #has(segment: number): boolean {
    return this.#tables.all('SELECT 1 FROM varve_segments WHERE number = ?', segment).length > 0;
  }

  #mustHave(segments: readonly number[]): void {
    for (const segment of segments) if (!this.#has(segment)) throw missing(segment, 'the whole segment');
  }
}

function missing(segment: number, what: string): StorageError {
  return new StorageError('CORRUPTION', `log segment is missing bytes segment=${segment} ${what}`);
}
