// The log in IndexedDB: segments with their records (log-records.ts). What a writer that was overtaken still appends to a truncated segment has no head,
// so nobody sees it, and the next truncation takes it.

import { StorageError, type LogSegment, type LogStore, type SegmentInfo } from '@varve/core';
import type { Connection } from '../connection/connection.ts';
import { isTaken } from '../connection/idb-errors.ts';
import { keysOf, type Reading } from '../connection/schema.ts';
import { newNonce } from '../nonce.ts';
import { IdbSegment, writeSync, type SegmentHome } from './idb-segment.ts';
import { readRecords } from './read-records.ts';

export class IdbLog implements LogStore, SegmentHome {
  readonly kind = 'idb';
  readonly sync = false;
  readonly defaultDurability = 'buffered';
  readonly connection: Connection;
  truncatedBefore = 0;
  readonly #open = new Set<IdbSegment>();

  constructor(connection: Connection) {
    this.connection = connection;
  }

  segments(): Promise<SegmentInfo[]> {
    return this.connection.read(['segments', 'records'], undefined, async (transaction) => {
      const numbers = await transaction.objectStore('segments').getAllKeys();
      return Promise.all(numbers.map(async (number) => ({ number, size: await sizeOf(number, transaction) })));
    });
  }

  read(segment: number, into: Uint8Array): Promise<number | undefined> {
    return this.connection.read(['segments', 'records'], undefined, async (transaction) => {
      const head = await transaction.objectStore('segments').getKey(segment);
      return head === undefined ? undefined : await readRecords(segment, into, transaction);
    });
  }

  async create(segment: number): Promise<LogSegment | undefined> {
    const id = newNonce();
    if (!(await this.#addHead(segment, id))) return undefined;
    const created = new IdbSegment(segment, this);
    this.#open.add(created);
    return created;
  }

  async makeDurable(segments: readonly number[]): Promise<void> {
    if (segments.length === 0) return;
    const there = await this.connection.read(['segments'], undefined, (transaction) => transaction.objectStore('segments').getAllKeys());
    const missing = segments.find((segment) => !there.includes(segment));
    if (missing !== undefined) throw new StorageError('CORRUPTION', `log segment is missing segment=${missing}`);
    await writeSync(this.connection);
  }

  async truncate(before: number): Promise<void> {
    this.truncatedBefore = Math.max(this.truncatedBefore, before);
    await this.connection.write(['segments', 'records'], 'relaxed', undefined, async (transaction) => {
      await Promise.all([
        transaction.objectStore('segments').delete(IDBKeyRange.upperBound(before, true)),
        transaction.objectStore('records').delete(IDBKeyRange.upperBound([before], true)),
      ]);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((segment) => segment.close()));
  }

  closed(segment: IdbSegment): void {
    this.#open.delete(segment);
  }

  /** The connection may be lost with the answer: then the id tells whose head stands there. */
  async #addHead(number: number, id: string): Promise<boolean> {
    try {
      await this.connection.write(['segments'], 'relaxed', undefined, (transaction) =>
        transaction.objectStore('segments').add({ number, id }),
      );
      return true;
    } catch (error) {
      if (!isTaken(error)) throw error;
      const head = await this.connection.read(['segments'], undefined, (transaction) => transaction.objectStore('segments').get(number));
      return head?.id === id;
    }
  }
}

/** The last record's end. */
async function sizeOf(segment: number, transaction: Reading<'segments' | 'records'>): Promise<number> {
  const cursor = await transaction.objectStore('records').openCursor(keysOf(segment), 'prev');
  return cursor === null ? 0 : cursor.key[1] + cursor.value.byteLength;
}
