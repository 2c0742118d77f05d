// From the arena to the log and back to whoever waits: one append of all new bytes a microtask turn, or an interval where each append costs a request,
// the fence's check, then acknowledgements in epoch order, each once its durability is reached. A weaker write waits for a stronger one before it
// (docs/PROTOCOL.md, rule 9).
// After a failed append, sync or manifest everything that follows is refused: what is on disk is no longer known.

import type { Clock } from '../base/clock.ts';
import { assert, fenced, StorageError } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { Heap } from '../heap/heap.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { VisibleEpoch } from '../mvcc/visible-epoch.ts';
import type { Turns } from '../scheduler/turn.ts';
import type { LogWriter } from '../wal/log-writer.ts';
import { AckQueue } from './ack-queue.ts';
import type { Durability } from './durability.ts';
import { SyncPolicy } from './sync-policy.ts';
import { refused, undecided } from './undecided.ts';

/** A writer that never waits for the event loop would starve it: acknowledgements wait for a turn every so many logged bytes. */
const TURN_BYTES = 64 * 1024;
/** A writer that has not looked for so long may have been stopped and overtaken: it looks before it hands anything to the log, ms. */
const LOOK_AGAIN_MS = 100;
/** A sync on the spot keeps the event loop waiting about as long as so many bytes. */
const SYNC_AS_BYTES = 4096;

export interface PipelineParts {
  readonly heap: Heap;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly log: LogWriter;
  readonly visible: VisibleEpoch;
  /** True when a manifest of another writer stands above ours. */
  readonly overtaken: () => MaybePromise<boolean>;
  /** Asking costs next to nothing. */
  readonly asksAtOnce: boolean;
  /** From the beginning of one append to that of the next, ms: what is written meanwhile goes together. What cannot wait does not. */
  readonly commitIntervalMs: number;
  /** Called once, when everything is refused from now on. */
  readonly failed: (error: unknown) => void;
  /** Called every TURN_BYTES: background work does its share. */
  readonly pace: (sync: boolean) => void;
}

export class LogPipeline {
  readonly #parts: PipelineParts;
  readonly #heap: Heap;
  readonly #log: LogWriter;
  readonly #visible: VisibleEpoch;
  readonly #acks = new AckQueue();
  readonly #syncPolicy = new SyncPolicy();
  #active!: Memtable;
  /** Address up to which the arena's bytes were appended. */
  #appendedTo = 0;
  /** The same as counts over the handle's life: written to the arena, handed to the log, appended, durable. */
  #logged = 0;
  #handed = 0;
  #appended = 0;
  #synced = 0;
  #epochBase: bigint;
  #flushAsked = false;
  #appending: Promise<void> | undefined;
  /** The bytes are in the log: what fails now is the look. */
  #isLooking = false;
  #syncing = false;
  #lastGroup = 1;
  #group = 0;
  #sinceTurn = 0;
  #holding = false;
  #askedAt = -Infinity;
  #beganAt = -Infinity;
  /** A group gathers until its interval is over. */
  #gathers = false;
  #failure: unknown;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    this.#heap = parts.heap;
    this.#log = parts.log;
    this.#visible = parts.visible;
    this.#epochBase = BigInt(parts.visible.high) << 32n;
  }

  /** Epochs that are logged but not visible yet: a snapshot may be taken at any of them. */
  get pendingEpochs(): Epoch[] {
    return this.#acks.pendingEpochs().map((low) => ({ high: this.#visible.high, low }));
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** Bytes that were written to the log's memory since open. */
  get loggedBytes(): number {
    return this.#logged;
  }

  /** A group is gathering in this microtask turn. */
  get gathering(): boolean {
    return this.#flushAsked;
  }

  /** Bytes of the current segment that are known to be durable. */
  get syncedInSegment(): number {
    return this.#log.synced;
  }

  /** Epochs belong to another term from now on. Everything is acknowledged. */
  renew(term: number): void {
    assert(this.#acks.isEmpty, 'a term ends when all its writes are acknowledged');
    this.#epochBase = BigInt(term) << 32n;
    this.#visible.high = term;
    this.#visible.low = 0;
  }

  /** Goes on in another memtable, of which the bytes up to the address `appendedTo` are in the log already. */
  attach(memtable: Memtable, appendedTo: number): void {
    this.#logged += memtable.tail - appendedTo;
    this.#active = memtable;
    this.#appendedTo = appendedTo;
  }

  /** A record of so many bytes was written to the arena. */
  wrote(byteLength: number): void {
    this.#logged += byteLength;
    this.#group++;
  }

  /** A promise of the acknowledgement of the record that was written last. */
  acknowledge(epochLow: number, durability: Durability): Promise<bigint> {
    this.#askFlush();
    if (durability === 'memory' && this.#acks.isEmpty) {
      this.#visible.low = epochLow;
      return Promise.resolve(this.#epochBase + BigInt(epochLow));
    }
    return new Promise((resolve, reject) => {
      this.#acks.push({ end: this.#logged, durability, epochLow, resolve, reject });
    });
  }

  /** The same for a caller that has its promise. */
  acknowledgeTo(epochLow: number, durability: Durability, resolve: (epoch: bigint) => void, reject: (error: unknown) => void): void {
    this.#askFlush();
    this.#acks.push({ end: this.#logged, durability, epochLow, resolve, reject });
  }

  /** Where the last group had company, one more hop lets the same company gather again. */
  #askFlush(): void {
    if (this.#flushAsked) return;
    this.#flushAsked = true;
    queueMicrotask(this.#lastGroup > 1 ? this.#hop : this.#flush);
  }

  readonly #hop = (): void => queueMicrotask(this.#flush);

  readonly #flush = (): void => {
    this.#flushAsked = false;
    this.#lastGroup = this.#group;
    this.#group = 0;
    if (this.#failure !== undefined || this.#gathers || this.#gather()) return;
    this.#appendSoon();
  };

  #appendSoon(): void {
    const appending = this.#append();
    if (isPromise(appending)) appending.catch(() => undefined);
  }

  /** False: the interval is over. Whatever appends before that ends the gathering. */
  #gather(): boolean {
    const { commitIntervalMs, clock, turns } = this.#parts;
    if (commitIntervalMs === 0) return false;
    const restMs = this.#beganAt + commitIntervalMs - clock.now();
    // A clock that was set back keeps nobody waiting for longer than an interval.
    if (restMs <= 0 || restMs > commitIntervalMs) return false;
    this.#gathers = true;
    void turns.sleep(restMs).then(() => {
      if (!this.#gathers) return;
      this.#gathers = false;
      // Somebody who could not wait may have begun another interval meanwhile.
      if (!this.#gather()) this.#appendSoon();
    });
    return true;
  }

  /** One append of everything new, the fence's check, then acknowledgements. Failures end the writer. */
  #append(): MaybePromise<void> {
    if (this.#appending !== undefined) return this.#appending.then(() => this.#append());
    this.#gathers = false;
    if (this.#failure !== undefined) return undefined;
    const to = this.#active.tail;
    const length = to - this.#appendedTo;
    if (length === 0) return this.#settle();
    if (this.#parts.commitIntervalMs > 0) this.#beganAt = this.#parts.clock.now();
    try {
      this.#lookAgain();
      this.#handed = this.#logged;
      this.#isLooking = false;
      const done = andThen(this.#log.append(this.#heap.bytes.subarray(this.#appendedTo, to)), () => this.#appendedUpTo(to, length));
      if (!isPromise(done)) return undefined;
      this.#appending = done.catch((error: unknown) => this.#appendFailed(error)).finally(() => (this.#appending = undefined));
      return this.#appending;
    } catch (error) {
      return this.#appendFailed(error);
    }
  }

  /** A log that is full keeps nothing of what it was given last. */
  #appendFailed(error: unknown): undefined {
    if (!this.#isLooking && error instanceof StorageError && error.code === 'QUOTA') this.#handed = this.#appended;
    this.fail(error);
  }

  /** What is never handed to the log is decided: a writer that slept through a take-over learns of it here. Safety is the check after the append. */
  #lookAgain(): void {
    if (!this.#parts.asksAtOnce) return;
    const now = this.#parts.clock.now();
    if (now - this.#askedAt > LOOK_AGAIN_MS && this.#parts.overtaken() === true) throw fenced();
    this.#askedAt = now;
  }

  #appendedUpTo(to: number, length: number): MaybePromise<void> {
    this.#appendedTo = to;
    this.#isLooking = true;
    this.#sinceTurn += length;
    return andThen(this.#parts.overtaken(), (overtaken) => {
      if (overtaken) throw fenced();
      this.#appended += length;
      if (this.#sinceTurn >= TURN_BYTES && !this.#acks.isEmpty) this.#holdForTurn();
      this.#settle();
    });
  }

  #holdForTurn(): void {
    this.#sinceTurn = 0;
    if (this.#holding) return;
    this.#holding = true;
    this.#parts.turns.next(() => {
      this.#holding = false;
      this.#parts.pace(false);
      this.#settle();
    });
  }

  #settle(): void {
    while (!this.#holding && !this.#acks.isEmpty) {
      const ack = this.#acks.first!;
      if (ack.end > this.#appended) return;
      if (ack.durability === 'synced' && ack.end > this.#synced && !this.#syncOnTheSpot()) return this.#startSync();
      if (this.#failure !== undefined) return;
      this.#acks.shift();
      if (ack.epochLow > this.#visible.low) this.#visible.low = ack.epochLow;
      ack.resolve(this.#epochBase + BigInt(ack.epochLow));
    }
  }

  /** A group does not wait for a thread pool, as long as the disk is quick. */
  #syncOnTheSpot(): boolean {
    if (this.#syncing || !this.#log.canSyncNow || !this.#syncPolicy.onTheSpot()) return false;
    const { clock } = this.#parts;
    const before = clock.now();
    try {
      this.#log.syncNow();
    } catch (error) {
      this.fail(error);
      return true;
    }
    this.#synced = this.#appended;
    this.#syncPolicy.took(clock.now() - before);
    this.#sinceTurn += SYNC_AS_BYTES;
    return true;
  }

  /** One sync at a time; it serves everybody who is appended by now. */
  #startSync(): void {
    if (this.#syncing) return;
    this.#syncing = true;
    const end = this.#appended;
    this.#log.sync().then(
      () => {
        this.#syncing = false;
        this.#synced = Math.max(this.#synced, end);
        this.#settle();
      },
      (error: unknown) => {
        this.#syncing = false;
        this.fail(error);
      },
    );
  }

  /** A synchronous write is acknowledged by returning: whoever waited before it is served first. */
  completeSync(epochLow: number, durability: Durability): bigint {
    const end = this.#logged;
    this.#holding = false;
    assert(!isPromise(this.#append()), 'a synchronous log answered with a promise');
    // What was appended may be so much that others were to wait for a turn: not longer than this write.
    this.#holding = false;
    if (durability === 'synced' || !this.#acks.isEmpty) this.#syncNow();
    if (this.#failure !== undefined) throw this.#fateOf(end);
    if (epochLow > this.#visible.low) this.#visible.low = epochLow;
    if (this.#sinceTurn >= TURN_BYTES) {
      this.#sinceTurn = 0;
      this.#parts.pace(true);
    }
    return this.#epochBase + BigInt(epochLow);
  }

  #syncNow(): void {
    if (this.#failure !== undefined) return;
    try {
      this.#log.syncNow();
    } catch (error) {
      return this.fail(error);
    }
    this.#synced = this.#appended;
    this.#settle();
  }

  /** Makes sure before returning that everything is appended and nobody waits for an acknowledgement. */
  settleNow(): void {
    this.#holding = false;
    this.appendNow();
    this.#holding = false;
    if (!this.#acks.isEmpty) this.#syncNow();
    this.assertWritable();
  }

  /** Resolves when everything in the arena is durable and acknowledged. For whoever holds the line. */
  async settleAll(): Promise<void> {
    await this.appendAll();
    const end = this.#appended;
    try {
      await this.#log.sync();
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.#synced = Math.max(this.#synced, end);
    this.#holding = false;
    this.#settle();
  }

  /** Appends what is in the arena, all of it when the answer is there. */
  appendAll(): MaybePromise<void> {
    this.assertWritable();
    if (this.#appendedTo === this.#active.tail && this.#appending === undefined) return undefined;
    return andThen(this.#append(), () => this.appendAll());
  }

  /** Appends what is in the arena before returning. Only with a synchronous log. */
  appendNow(): void {
    assert(!isPromise(this.#append()), 'a synchronous log answered with a promise');
    this.assertWritable();
  }

  /** Throws what a write would be refused with. */
  assertWritable(): void {
    if (this.#failure !== undefined) throw refused(this.#failure);
  }

  /** No write is accepted any more; those that wait are told. */
  fail(error: unknown): void {
    if (this.#failure === undefined) {
      this.#failure = error;
      this.#parts.failed(error);
    }
    while (!this.#acks.isEmpty) {
      const { end, reject } = this.#acks.shift();
      reject(this.#fateOf(end));
    }
  }

  /** What the write is told whose record ends there. */
  #fateOf(end: number): StorageError {
    return end <= this.#handed ? undecided(this.#failure) : refused(this.#failure);
  }
}
