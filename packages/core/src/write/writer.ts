// The write path: encode into the arena, append the arena's new bytes to the log once a microtask turn, make them visible, acknowledge.
//
//   put -> entry in the arena, record sealed, inserted above the visible epoch -> [end of the microtask turn] one append of all new bytes
//       -> is there a newer manifest? (FENCED) -> visible and acknowledged, in order, once each write's durability is reached
//
// Writes that do not fit into the memtable are encoded into a batch of their own and wait in line, so program order is kept.
// After a failed append, sync or manifest the writer refuses everything that follows: what is on disk is no longer known.

import {
  BATCH_COUNT,
  BATCH_EPOCH,
  BATCH_FLAGS,
  BATCH_HEADER_BYTES,
  BATCH_SYNCED,
  BATCH_TERM,
  BATCH_WALL,
  RECORD_HEADER_BYTES,
  type Kernels,
} from '@varve/wasm-kernels';
import type { Clock } from '../base/clock.ts';
import { assert, StorageError } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { RECORD_BATCH, recordBytes, writeRecordHeader } from '../format/record.ts';
import type { Epoch } from '../format/epoch.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import type { Heap } from '../heap/heap.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { VisibleEpoch } from '../mvcc/visible-epoch.ts';
import { nextTurn } from '../scheduler/turn.ts';
import type { LogWriter } from '../wal/log-writer.ts';
import type { SegmentSeed } from '../wal/segment-format.ts';
import { AckQueue } from './ack-queue.ts';
import type { Durability } from './durability.ts';
import { maxDeleteBytes, maxPutBytes, writeDelete, writePut } from './entry.ts';
import { SyncPolicy } from './sync-policy.ts';
import { undecided } from './undecided.ts';
import type { WriteBatch } from './write-batch.ts';

/** A writer that never waits for the event loop would starve it: acknowledgements wait for a turn every so many logged bytes. */
const TURN_BYTES = 64 * 1024;
/** A sync on the spot keeps the event loop waiting about as long as so many bytes. */
const SYNC_AS_BYTES = 4096;
const RECORD_AND_BATCH = RECORD_HEADER_BYTES + BATCH_HEADER_BYTES;

export interface WriterParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly clock: Clock;
  readonly log: LogWriter;
  readonly visible: VisibleEpoch;
  /** Epochs beyond are left for the memtable that is being filled. */
  readonly lastEpochLow: number;
  readonly largestEntryBytes: number;
  /** A batch of its own for a write that has to wait. */
  readonly newBatch: () => WriteBatch;
  /** True when a manifest of another writer stands above ours. */
  readonly overtaken: () => MaybePromise<boolean>;
  /** Makes room: freezes the active memtable and attaches another one, or says what to wait for. Everything is appended when it is called. */
  readonly freeze: () => MaybePromise<void>;
  /** The same for a writer that cannot wait. */
  readonly freezeSync: () => void;
  /** Called once, when the writer refuses everything from now on. */
  readonly failed: (error: unknown) => void;
  /** Called every TURN_BYTES: background work does its share. */
  readonly pace: (sync: boolean) => void;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #log: LogWriter;
  readonly #visible: VisibleEpoch;
  readonly #acks = new AckQueue();
  readonly #syncPolicy = new SyncPolicy();
  #active!: Memtable;
  #seed!: SegmentSeed;
  /** Address up to which the arena's bytes were appended. */
  #appendedTo = 0;
  /** The same as counts over the handle's life: written to the arena, appended, durable. */
  #logged = 0;
  #appended = 0;
  #synced = 0;
  /** Low half of the newest epoch given out. */
  #epochLow: number;
  #epochBase: bigint;
  #term: number;
  #wall = 0;
  #flushAsked = false;
  #appending: Promise<void> | undefined;
  #syncing = false;
  #lastGroup = 1;
  #group = 0;
  #sinceTurn = 0;
  #holding = false;
  /** The line of writes that wait for room. */
  #line: Promise<void> | undefined;
  #failure: unknown;

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#heap = parts.heap;
    this.#kernels = parts.kernels;
    this.#log = parts.log;
    this.#visible = parts.visible;
    this.#epochLow = 0;
    this.#term = parts.visible.high;
    this.#epochBase = BigInt(this.#term) << 32n;
  }

  /** Low half of the newest epoch that was given out, visible or not. */
  get newestEpochLow(): number {
    return this.#epochLow;
  }

  /** Epochs that are logged but not visible yet: a snapshot may be taken at any of them. */
  get pendingEpochs(): Epoch[] {
    return this.#acks.pendingEpochs().map((low) => ({ high: this.#visible.high, low }));
  }

  get seed(): SegmentSeed {
    return this.#seed;
  }

  get active(): Memtable {
    return this.#active;
  }

  /** Writes are waiting for room: their batches are still needed. */
  get waiting(): boolean {
    return this.#line !== undefined;
  }

  get failed(): boolean {
    return this.#failure !== undefined;
  }

  /** The epochs of this term will not last for another memtable. */
  get epochsRunOut(): boolean {
    return this.#epochLow > this.#parts.lastEpochLow;
  }

  /** Goes on counting in another term. Everything is acknowledged. */
  renew(term: number): void {
    assert(this.#acks.isEmpty, 'a term ends when all its writes are acknowledged');
    this.#term = term;
    this.#epochLow = 0;
    this.#epochBase = BigInt(term) << 32n;
    this.#visible.high = term;
    this.#visible.low = 0;
  }

  /** Makes sure before returning that everything is appended and nobody waits for an acknowledgement. */
  settleNow(): void {
    this.#holding = false;
    this.appendNow();
    if (!this.#acks.isEmpty) this.#syncNow();
  }

  /** Goes on in another memtable, of which the bytes up to the address `appendedTo` are in the log already. */
  attach(memtable: Memtable, seed: SegmentSeed, appendedTo: number): void {
    this.#logged += memtable.tail - appendedTo;
    this.#active = memtable;
    this.#seed = seed;
    this.#appendedTo = appendedTo;
  }

  put<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI, durability: Durability): Promise<bigint> {
    this.assertWritable();
    const room = maxPutBytes(space, key, value);
    if (this.#line !== undefined || !this.#fits(room, 1)) return this.#enqueue((batch) => batch.put(space, key, value), durability);
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writePut(this.#heap, entry, BATCH_HEADER_BYTES, space, key, value), 1);
    return this.#acknowledge(durability);
  }

  delete<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI, durability: Durability): Promise<bigint> {
    this.assertWritable();
    if (this.#line !== undefined || !this.#fits(maxDeleteBytes(space, key), 1)) return this.#enqueue((batch) => batch.delete(space, key), durability);
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writeDelete(this.#heap, entry, BATCH_HEADER_BYTES, space, key), 1);
    return this.#acknowledge(durability);
  }

  /** Writes a batch as one epoch. It must not change before the promise settles. */
  write(batch: WriteBatch, durability: Durability): Promise<bigint> {
    this.assertWritable();
    this.#checkSize(batch);
    if (this.#line === undefined && this.#fits(batch.length, batch.count)) {
      this.#copy(batch);
      return this.#acknowledge(durability);
    }
    return this.#waitInLine(batch, durability);
  }

  putSync<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI, durability: Durability): bigint {
    this.#assertFirst();
    const room = maxPutBytes(space, key, value);
    if (!this.#fits(room, 1)) return this.#writeOwnSync((batch) => batch.put(space, key, value), durability);
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writePut(this.#heap, entry, BATCH_HEADER_BYTES, space, key, value), 1);
    return this.#completeSync(durability);
  }

  deleteSync<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI, durability: Durability): bigint {
    return this.#writeOwnSync((batch) => batch.delete(space, key), durability);
  }

  writeSync(batch: WriteBatch, durability: Durability): bigint {
    this.#assertFirst();
    this.#checkSize(batch);
    while (!this.#fits(batch.length, batch.count)) {
      this.appendNow();
      this.#parts.freezeSync();
    }
    this.#copy(batch);
    return this.#completeSync(durability);
  }

  /** A synchronous write cannot wait for those before it. */
  #assertFirst(): void {
    this.assertWritable();
    if (this.#line !== undefined) throw new StorageError('UNAVAILABLE', 'earlier calls are waiting for room: await them before writing synchronously');
  }

  /** Resolves when everything written before is durable. */
  async sync(): Promise<void> {
    await this.drain();
    await this.settleAll();
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

  /** Resolves when nothing waits for room and everything is appended. */
  async drain(): Promise<void> {
    this.assertWritable();
    while (this.#line !== undefined) await this.#line;
    await this.appendAll();
  }

  /** Appends what is in the arena, all of it when the answer is there. */
  appendAll(): MaybePromise<void> {
    this.#throwFailure();
    if (this.#appendedTo === this.#active.tail && this.#appending === undefined) return undefined;
    return andThen(this.#append(), () => this.appendAll());
  }

  /** Writes that come wait in line for `ready`. If it fails they are tried all the same. */
  waitFor(ready: Promise<unknown>): void {
    void this.inLine(() =>
      ready.then(
        () => undefined,
        () => undefined,
      ),
    );
  }

  /** Does `work` behind all writes so far. Those that come meanwhile wait in line behind it. */
  inLine(work: () => MaybePromise<void>): MaybePromise<void> {
    const done = this.#line === undefined ? work() : this.#line.then(work);
    if (!isPromise(done)) return undefined;
    const line = done
      .catch(() => undefined)
      .then(() => {
        if (this.#line === line) this.#line = undefined;
      });
    this.#line = line;
    return done;
  }

  /** Appends what is in the arena before returning. Only with a synchronous log. */
  appendNow(): void {
    assert(!isPromise(this.#append()), 'a synchronous log answered with a promise');
    this.#throwFailure();
  }

  /** What just went wrong, as it was. Later calls are told by `assertWritable`. */
  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Throws what a write would be refused with. */
  assertWritable(): void {
    if (this.#failure === undefined) return;
    const cause = this.#failure;
    const told = cause instanceof StorageError && (cause.code === 'FENCED' || cause.code === 'CLOSED' || cause.code === 'QUOTA');
    if (told) throw new StorageError(cause.code, cause.message, { cause });
    throw new StorageError('READ_ONLY', 'an earlier write failed, so this handle no longer writes: close it and open again to see what was kept', { cause });
  }

  /** No write is accepted any more; those that wait are refused. */
  fail(error: unknown): void {
    if (this.#failure === undefined) {
      this.#failure = error;
      this.#parts.failed(error);
    }
    while (!this.#acks.isEmpty) this.#acks.shift().reject(undecided(error));
  }

  #fits(bytes: number, count: number): boolean {
    return bytes <= BATCH_HEADER_BYTES + this.#parts.largestEntryBytes * count && this.#active.hasRoom(RECORD_AND_BATCH + bytes + 8, count);
  }

  #checkSize(batch: WriteBatch): void {
    if (batch.largestEntry > this.#parts.largestEntryBytes) {
      throw new RangeError(
        `entry is too large: at most ${this.#parts.largestEntryBytes} bytes of key and value with this memoryBudgetBytes bytes=${batch.largestEntry}`,
      );
    }
    const empty = this.#active.bytes - 8192;
    if (RECORD_AND_BATCH + batch.length + this.#kernels.memtableRoom(this.#active.address, batch.count) > empty) {
      throw new RangeError(`batch is too large: split it, or open the database with a larger memoryBudgetBytes bytes=${batch.length}`);
    }
  }

  #copy(batch: WriteBatch): void {
    const payload = this.#active.tail + RECORD_HEADER_BYTES;
    this.#heap.bytes.set(batch.bytes.subarray(BATCH_HEADER_BYTES, batch.length), payload + BATCH_HEADER_BYTES);
    if (batch.largestEntry > this.#active.largestEntry) this.#active.largestEntry = batch.largestEntry;
    this.#seal(payload + batch.length, batch.count);
  }

  /** Completes the record at the arena's tail, whose entries end at `end`, and inserts them above the visible epoch. */
  #seal(end: number, count: number): void {
    const { u32 } = this.#heap;
    const active = this.#active;
    const record = active.tail;
    const payload = record + RECORD_HEADER_BYTES;
    if (!this.#flushAsked) this.#wall = this.#parts.clock.now();
    this.#epochLow++;
    const batch = payload >>> 2;
    u32[batch + BATCH_EPOCH / 4] = this.#epochLow;
    u32[batch + BATCH_EPOCH / 4 + 1] = this.#visible.high;
    u32[batch + BATCH_WALL / 4] = this.#wall >>> 0;
    u32[batch + BATCH_WALL / 4 + 1] = this.#wall / 0x100000000;
    u32[batch + BATCH_TERM / 4] = this.#term;
    u32[batch + BATCH_SYNCED / 4] = this.#log.synced;
    u32[batch + BATCH_COUNT / 4] = count;
    u32[batch + BATCH_FLAGS / 4] = 0;
    const length = end - payload;
    writeRecordHeader(u32, record, RECORD_BATCH, length);
    const next = record + recordBytes(length);
    if (next !== end) u32[end >>> 2] = 0;
    this.#kernels.recordSeal(record, (this.#seed.low ^ (record - active.arena)) >>> 0, this.#seed.high);
    if (this.#kernels.memtableInsert(active.address, payload, length) !== count) throw this.#broken();
    if (count === 1 && length > active.largestEntry) active.largestEntry = length;
    active.tail = next;
    this.#logged += next - record;
    this.#group++;
  }

  #broken(): Error {
    const error = new StorageError('READ_ONLY', 'the memtable refused a batch');
    this.fail(error);
    return error;
  }

  #acknowledge(durability: Durability): Promise<bigint> {
    const epochLow = this.#epochLow;
    this.#askFlush();
    if (durability === 'memory' && this.#acks.isEmpty) {
      this.#visible.low = epochLow;
      return Promise.resolve(this.#epochBase + BigInt(epochLow));
    }
    return new Promise((resolve, reject) => {
      this.#acks.push({ end: this.#logged, durability, epochLow, resolve, reject });
    });
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
    if (this.#failure !== undefined) return;
    const appending = this.#append();
    if (isPromise(appending)) appending.catch(() => undefined);
  };

  /** One append of everything new, the fence's check, then acknowledgements. Failures end the writer. */
  #append(): MaybePromise<void> {
    if (this.#appending !== undefined) return this.#appending.then(() => this.#append());
    if (this.#failure !== undefined) return undefined;
    const to = this.#active.tail;
    const length = to - this.#appendedTo;
    if (length === 0) return this.#settle();
    try {
      const done = andThen(this.#log.append(this.#heap.bytes.subarray(this.#appendedTo, to)), () => this.#appendedUpTo(to, length));
      if (!isPromise(done)) return undefined;
      this.#appending = done.catch((error: unknown) => this.fail(error)).finally(() => (this.#appending = undefined));
      return this.#appending;
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  #appendedUpTo(to: number, length: number): MaybePromise<void> {
    this.#appendedTo = to;
    this.#sinceTurn += length;
    return andThen(this.#parts.overtaken(), (overtaken) => {
      if (overtaken) throw new StorageError('FENCED', 'another writer has taken this database over: close this handle and open again');
      this.#appended += length;
      if (this.#sinceTurn >= TURN_BYTES && !this.#acks.isEmpty) this.#holdForTurn();
      this.#settle();
    });
  }

  #holdForTurn(): void {
    this.#sinceTurn = 0;
    if (this.#holding) return;
    this.#holding = true;
    nextTurn(() => {
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

  /** A write alone does not wait for a thread pool, as long as the disk is quick. */
  #syncOnTheSpot(): boolean {
    if (this.#syncing || this.#lastGroup > 1 || !this.#log.canSyncNow || !this.#syncPolicy.onTheSpot()) return false;
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

  #enqueue(fill: (batch: WriteBatch) => void, durability: Durability): Promise<bigint> {
    const batch = this.#parts.newBatch();
    fill(batch);
    this.#checkSize(batch);
    return this.#waitInLine(batch, durability);
  }

  #waitInLine(batch: WriteBatch, durability: Durability): Promise<bigint> {
    return new Promise((resolve, reject) => {
      const place = async (): Promise<void> => {
        await this.#makeRoom(batch);
        this.#copy(batch);
        this.#askFlush();
        this.#acks.push({ end: this.#logged, durability, epochLow: this.#epochLow, resolve, reject });
      };
      Promise.resolve(this.inLine(place)).catch(reject);
    });
  }

  async #makeRoom(batch: WriteBatch): Promise<void> {
    this.assertWritable();
    while (!this.#fits(batch.length, batch.count)) {
      await this.appendAll();
      await this.#parts.freeze();
      this.assertWritable();
    }
  }

  #writeOwnSync(fill: (batch: WriteBatch) => void, durability: Durability): bigint {
    this.assertWritable();
    const batch = this.#parts.newBatch();
    fill(batch);
    return this.writeSync(batch, durability);
  }

  /** A synchronous write is acknowledged by returning: whoever waited before it is served first. */
  #completeSync(durability: Durability): bigint {
    const epochLow = this.#epochLow;
    this.#holding = false;
    this.appendNow();
    if (durability === 'synced' || !this.#acks.isEmpty) this.#syncNow();
    if (epochLow > this.#visible.low) this.#visible.low = epochLow;
    if (this.#sinceTurn >= TURN_BYTES) {
      this.#sinceTurn = 0;
      this.#parts.pace(true);
    }
    return this.#epochBase + BigInt(epochLow);
  }

  #syncNow(): void {
    try {
      this.#log.syncNow();
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.#synced = this.#appended;
    this.#settle();
  }
}
