// What the objects of one cached store share: the remote store, and the local pieces of the history that it holds. The local store is opened when an SST
// is read or written for the first time; when it cannot be used there is none, and everything comes from the remote store.

import type { MaybePromise, ObjectStore, OnEvent } from '@varve/core';
import { Counters } from './cache-stats.ts';
import type { RemoteHistory } from './history/history.ts';
import { LocalPieces } from './local/local-pieces.ts';
import type { CachePlan } from './options.ts';
import { PieceFetches, type FetchedObject } from './pieces/piece-fetches.ts';

interface Opened {
  readonly identity: string;
  readonly pieces: Promise<LocalPieces | undefined>;
}

/** What a tier is made of. */
export interface TierParts {
  readonly remote: ObjectStore;
  readonly local: ObjectStore;
  readonly plan: CachePlan;
  readonly history: RemoteHistory;
  readonly onEvent: OnEvent | undefined;
}

export class CacheTier {
  readonly remote: ObjectStore;
  readonly plan: CachePlan;
  readonly history: RemoteHistory;
  readonly counters = new Counters();
  readonly #local: ObjectStore;
  readonly #onEvent: OnEvent | undefined;
  /** Of the history that the local pieces are of: what was asked of another is nobody else's. */
  #fetches: PieceFetches;
  readonly #told = new Set<string>();
  #opened: Opened | undefined;
  /** What was opened before is closed. */
  #closed: Promise<void> = Promise.resolve();

  constructor({ remote, local, plan, history, onEvent }: TierParts) {
    this.remote = remote;
    this.plan = plan;
    this.history = history;
    this.#local = local;
    this.#onEvent = onEvent;
    this.#fetches = new PieceFetches(plan.pieceBytes, this.counters);
  }

  /** The local pieces, when there are any to be had. */
  async pieces(): Promise<LocalPieces | undefined> {
    const { identity } = this.history;
    if (identity === undefined) return undefined;
    if (this.#opened?.identity !== identity) {
      void this.#end();
      this.#fetches = new PieceFetches(this.plan.pieceBytes, this.counters);
      this.#opened = { identity, pieces: this.#open(identity) };
    }
    return this.#opened.pieces;
  }

  /** Missing pieces; they are kept when they are there. */
  fetch(local: LocalPieces, object: FetchedObject, indexes: readonly number[]): Promise<Uint8Array>[] {
    return this.#fetches.get(object, indexes, (...piece) => {
      local.add(...piece);
      if (this.#fetches.isIdle) local.rest();
    });
  }

  /** Keeps an object that was written. */
  async keepWhole(name: string, bytes: Uint8Array): Promise<void> {
    const local = await this.pieces();
    if (local === undefined) return;
    local.forget(name);
    for (let at = 0; at < bytes.length; at += this.plan.pieceBytes) {
      local.add(name, at / this.plan.pieceBytes, bytes.subarray(at, at + this.plan.pieceBytes), bytes.length);
    }
    local.rest();
  }

  /** The object is deleted, or made anew: what is kept of it is nothing any more. */
  async forget(name: string): Promise<void> {
    this.#fetches.forget(name);
    (await this.#opened?.pieces)?.forget(name);
  }

  /** Tells of a reason once. */
  readonly warn = (reason: string, error?: unknown): void => {
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    const cause = error instanceof Error ? `: ${error.message}` : '';
    try {
      this.#onEvent?.({ kind: 'warning', message: `cache: ${reason}${cause}` });
    } catch (thrown) {
      queueMicrotask(() => {
        throw thrown;
      });
    }
  };

  /** Everything that waits is written. The next call opens the local store again. */
  async close(): Promise<void> {
    await this.#end();
    try {
      await this.#local.close?.();
    } catch (error) {
      this.warn('the local store cannot be closed', error);
    }
  }

  #end(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    if (opened !== undefined) {
      this.#closed = this.#closed
        .then(async () => (await opened.pieces)?.close())
        .catch((error: unknown) => this.warn('the local store cannot be closed', error));
    }
    return this.#closed;
  }

  async #open(identity: string): Promise<LocalPieces | undefined> {
    const before = this.#closed;
    await before;
    let unlock: (() => MaybePromise<void>) | undefined;
    try {
      unlock = await this.#lock();
      if (unlock === undefined) {
        this.warn('somebody else works with the local store: everything is read from the remote one');
        return undefined;
      }
      const { plan, history, counters, warn } = this;
      return await LocalPieces.open({ local: this.#local, plan, history, identity, counters, warn, unlock }, this.remote);
    } catch (error) {
      this.warn('the local store cannot be opened: everything is read from the remote one', error);
      await (async () => unlock?.())().catch(() => undefined);
      return undefined;
    }
  }

  /** Undefined: somebody has it. */
  async #lock(): Promise<(() => MaybePromise<void>) | undefined> {
    return this.#local.lock === undefined ? () => undefined : this.#local.lock();
  }
}
