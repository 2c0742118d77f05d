// How the writers of storms write: random operations of their round in several manners, each for a while. Whoever uses it hears what became of each.

import { seededRandom, StorageError, type Database, type Random, type WriteOptions } from '@varve/core';
import type { FsStore } from '../src/index.ts';
import { mixed, operationAt, valueBytes, type Operation } from './storm-operations.ts';

const BURST = 64;
const MOST_PENDING = 300;

/** The database of a storm. */
export type StormDatabase = Database<FsStore, string, Uint8Array, string, string, Uint8Array | string>;

/** Which operations. */
export interface StormPlace {
  readonly seed: number;
  readonly round: number;
  /** Number of the first one. */
  readonly first: number;
}

/** Who hears of writes. */
export interface StormListener {
  /** Is not told of writes with `memory`: they may be lost. */
  acknowledged(n: number): void;
  rejected(n: number, error: unknown): void;
  /** A flush, compaction or sync that went on beside the writes has failed. */
  failedBeside(error: unknown): void;
}

export class StormWriter {
  readonly #db: StormDatabase;
  readonly #place: StormPlace;
  readonly #listener: StormListener;
  readonly #random: Random;
  readonly #pending = new Set<Promise<void>>();
  readonly #besides = new Set<Promise<void>>();
  readonly #manners: readonly (() => Promise<void>)[];
  #next: number;

  constructor(db: StormDatabase, place: StormPlace, listener: StormListener) {
    this.#db = db;
    this.#place = place;
    this.#listener = listener;
    this.#random = seededRandom(mixed(place.seed, place.round, 0x5717));
    this.#next = place.first;
    this.#manners = [
      () => this.#oneAfterTheOther(),
      () => this.#bursts(async () => undefined),
      () => this.#bursts(turn),
      () => this.#synchronously(),
      () => this.#synchronouslyInBursts(),
    ];
  }

  /** Writes in one manner for a while. Writes may be under way afterwards. */
  async write(): Promise<void> {
    this.#beside();
    await this.#manners[this.#random.uint32() % this.#manners.length]();
  }

  /** Waits for what is under way. */
  async settle(): Promise<void> {
    await Promise.all([...this.#pending, ...this.#besides]);
  }

  async #oneAfterTheOther(): Promise<void> {
    for (let i = this.#upTo(40); i > 0; i--) await this.#begin(this.#take());
  }

  async #bursts(between: () => Promise<void>): Promise<void> {
    for (let bursting = this.#upTo(6); bursting > 0; bursting--) {
      this.#beginMany(BURST);
      await between();
      while (this.#pending.size > MOST_PENDING) await Promise.race(this.#pending);
    }
  }

  async #synchronously(): Promise<void> {
    await this.#writeManyNow(this.#upTo(200));
    await turn();
  }

  async #synchronouslyInBursts(): Promise<void> {
    this.#beginMany(this.#upTo(BURST));
    await this.#writeManyNow(this.#upTo(BURST));
    this.#beginMany(this.#upTo(BURST));
    await Promise.all(this.#pending);
  }

  #beginMany(count: number): void {
    for (let i = count; i > 0; i--) void this.#begin(this.#take());
  }

  /** Issues a write; its promise is fulfilled when the listener has heard of it. */
  #begin(operation: Operation): Promise<void> {
    const done: Promise<void> = this.#issue(operation)
      .then(
        () => this.#acknowledged(operation),
        (error: unknown) => this.#listener.rejected(operation.n, error),
      )
      .finally(() => this.#pending.delete(done));
    this.#pending.add(done);
    return done;
  }

  async #issue({ batch: isBatch, changes, durability }: Operation): Promise<unknown> {
    const options: WriteOptions = { durability };
    const [{ key, value: writer }] = changes;
    if (!isBatch) return writer === undefined ? this.#db.delete(key, options) : this.#db.put(key, this.#bytes(key, writer), options);
    const batch = this.#db.batch();
    for (const change of changes) {
      if (change.value === undefined) batch.delete(change.key);
      else batch.put(change.key, this.#bytes(change.key, change.value));
    }
    return this.#db.write(batch, options);
  }

  async #writeManyNow(count: number): Promise<void> {
    for (let i = count; i > 0; i--) {
      const waiting = this.#writeNow(this.#take());
      if (waiting !== undefined) await waiting;
    }
  }

  /** Writes synchronously; batches have no such call and are begun. A promise where the writer has no room before what was begun is done. */
  #writeNow(operation: Operation): Promise<void> | undefined {
    if (operation.batch) {
      void this.#begin(operation);
      return undefined;
    }
    try {
      this.#putOrDeleteSync(operation);
      this.#acknowledged(operation);
    } catch (error) {
      if (error instanceof StorageError && error.code === 'UNAVAILABLE') {
        return Promise.all([turn(), ...this.#pending]).then(() => this.#writeNow(operation));
      }
      this.#listener.rejected(operation.n, error);
    }
    return undefined;
  }

  #putOrDeleteSync({ durability, changes: [{ key, value: writer }] }: Operation): void {
    if (writer === undefined) this.#db.deleteSync(key, { durability });
    else this.#db.putSync(key, this.#bytes(key, writer), { durability });
  }

  #acknowledged({ n, durability }: Operation): void {
    if (durability !== 'memory') this.#listener.acknowledged(n);
  }

  /** What goes on beside the writes. */
  #beside(): void {
    const dice = this.#random.uint32() % 100;
    if (dice === 0) this.#goOnBeside(this.#db.flush());
    if (dice === 1) this.#goOnBeside(this.#db.compact());
    if (dice < 5) this.#goOnBeside(this.#db.sync());
  }

  #goOnBeside(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error: unknown) => this.#listener.failedBeside(error))
      .finally(() => this.#besides.delete(done));
    this.#besides.add(done);
  }

  #take(): Operation {
    return operationAt(this.#place.seed, this.#place.round, this.#next++);
  }

  #bytes(key: string, writer: string): Uint8Array {
    return valueBytes(this.#place.seed, key, writer);
  }

  #upTo(count: number): number {
    return 1 + (this.#random.uint32() % count);
  }
}

function turn(): Promise<void> {
  return new Promise<void>((resolve) => setImmediate(resolve));
}
