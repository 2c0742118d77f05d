// A segment of the log that is being written (do-log.ts).

import { StorageError, type LogSegment } from '@varve/core';
import type { Tables } from '../tables.ts';

/** Bytes of one row at most: a value has at most 2 MB. https://developers.cloudflare.com/durable-objects/platform/limits/ */
const ROW_BYTES = 2 ** 20;

export class DoSegment implements LogSegment {
  readonly syncNow?: () => void;
  readonly #tables: Tables;
  readonly #number: number;
  #closed = false;
  /** The first failure of a sync: whoever waited for it was told that bytes may be missing, and so is everybody later. */
  #failure: unknown;

  constructor(tables: Tables, number: number, leansOnGate: boolean) {
    this.#tables = tables;
    this.#number = number;
    if (leansOnGate) this.syncNow = () => this.#check();
  }

  /** A row, or several in one transaction. Bytes that are there already, as of an append that is repeated, are replaced by the same. */
  append(bytes: Uint8Array, position: number): void {
    if (this.#closed) throw new StorageError('CLOSED', `log segment is closed segment=${this.#number}`);
    if (bytes.length === 0) return;
    if (bytes.length <= ROW_BYTES) return this.#insert(bytes, position);
    this.#tables.atomically(() => {
      for (let at = 0; at < bytes.length; at += ROW_BYTES) this.#insert(bytes.subarray(at, at + ROW_BYTES), position + at);
    });
  }

  async sync(): Promise<void> {
    this.#check();
    try {
      await this.#tables.sync();
    } catch (error) {
      this.#failure ??= error;
    }
    this.#check();
  }

  close(): void {
    this.#closed = true;
  }

  /** Whoever has truncated the log meanwhile has taken it over. */
  #insert(bytes: Uint8Array, position: number): void {
    const query = 'INSERT OR REPLACE INTO varve_records SELECT number, ?, ? FROM varve_segments WHERE number = ?';
    if (this.#tables.run(query, position, bytes, this.#number) > 0) return;
    throw new StorageError('CONFLICT', `another has truncated this log segment segment=${this.#number}`);
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}
