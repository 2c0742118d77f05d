// The write path: encode into the arena, seal the record, insert its entries; what follows is the pipeline's (log-pipeline.ts).
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
import { StorageError } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import type { KeySpaceCodec } from '../format/key-space.ts';
import { RECORD_BATCH, recordBytes, writeRecordHeader } from '../format/record.ts';
import type { Heap } from '../heap/heap.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { SegmentSeed } from '../wal/segment-format.ts';
import type { Durability } from './durability.ts';
import { maxDeleteBytes, maxPutBytes, writeDelete, writePut } from './entry.ts';
import type { LogPipeline } from './log-pipeline.ts';
import type { WriteBatch } from './write-batch.ts';

const RECORD_AND_BATCH = RECORD_HEADER_BYTES + BATCH_HEADER_BYTES;

export interface WriterParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly clock: Clock;
  readonly pipeline: LogPipeline;
  readonly term: number;
  /** Epochs beyond are left for the memtable that is being filled. */
  readonly lastEpochLow: number;
  readonly largestEntryBytes: number;
  /** A batch of its own for a write that has to wait. */
  readonly newBatch: () => WriteBatch;
  /** Makes room: freezes the active memtable and attaches another one, or says what to wait for. Everything is appended when it is called. */
  readonly freeze: () => MaybePromise<void>;
  /** The same for a writer that cannot wait. */
  readonly freezeSync: () => void;
}

export class Writer {
  readonly pipeline: LogPipeline;
  readonly #parts: WriterParts;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  #active!: Memtable;
  #seed!: SegmentSeed;
  /** Both halves of the newest epoch given out; the high one is the writer's term. */
  #term: number;
  #epochLow = 0;
  #wall = 0;
  /** The line of writes that wait for room. */
  #line: Promise<void> | undefined;

  constructor(parts: WriterParts) {
    this.pipeline = parts.pipeline;
    this.#parts = parts;
    this.#heap = parts.heap;
    this.#kernels = parts.kernels;
    this.#term = parts.term;
  }

  /** Low half of the newest epoch that was given out, visible or not. */
  get newestEpochLow(): number {
    return this.#epochLow;
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

  /** The epochs of this term will not last for another memtable. */
  get epochsRunOut(): boolean {
    return this.#epochLow > this.#parts.lastEpochLow;
  }

  /** Goes on counting in another term. Everything is acknowledged. */
  renew(term: number): void {
    this.pipeline.renew(term);
    this.#term = term;
    this.#epochLow = 0;
  }

  /** Goes on in another memtable, of which the bytes up to the address `appendedTo` are in the log already. */
  attach(memtable: Memtable, seed: SegmentSeed, appendedTo: number): void {
    this.#active = memtable;
    this.#seed = seed;
    this.pipeline.attach(memtable, appendedTo);
  }

  put<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI, durability: Durability): Promise<bigint> {
    this.pipeline.assertWritable();
    const room = maxPutBytes(space, key, value);
    if (this.#line !== undefined || !this.#fits(room, 1)) return this.#enqueue((batch) => batch.put(space, key, value), durability);
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writePut(this.#heap, entry, BATCH_HEADER_BYTES, space, key, value), 1);
    return this.pipeline.acknowledge(this.#epochLow, durability);
  }

  delete<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI, durability: Durability): Promise<bigint> {
    this.pipeline.assertWritable();
    if (this.#line !== undefined || !this.#fits(maxDeleteBytes(space, key), 1)) {
      return this.#enqueue((batch) => batch.delete(space, key), durability);
    }
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writeDelete(this.#heap, entry, BATCH_HEADER_BYTES, space, key), 1);
    return this.pipeline.acknowledge(this.#epochLow, durability);
  }

  /** Writes a batch as one epoch. It must not change before the promise settles. */
  write(batch: WriteBatch, durability: Durability): Promise<bigint> {
    this.pipeline.assertWritable();
    this.#checkSize(batch);
    if (this.#line === undefined && this.#fits(batch.length, batch.count)) {
      this.#copy(batch);
      return this.pipeline.acknowledge(this.#epochLow, durability);
    }
    return this.#waitInLine(batch, durability);
  }

  putSync<KI, VI>(space: KeySpaceCodec<unknown, unknown, never, KI, VI>, key: KI, value: VI, durability: Durability): bigint {
    this.#assertFirst();
    const room = maxPutBytes(space, key, value);
    if (!this.#fits(room, 1)) return this.#writeOwnSync((batch) => batch.put(space, key, value), durability);
    const entry = this.#active.tail + RECORD_AND_BATCH;
    this.#seal(writePut(this.#heap, entry, BATCH_HEADER_BYTES, space, key, value), 1);
    return this.pipeline.completeSync(this.#epochLow, durability);
  }

  deleteSync<KI>(space: KeySpaceCodec<unknown, unknown, never, KI, never>, key: KI, durability: Durability): bigint {
    return this.#writeOwnSync((batch) => batch.delete(space, key), durability);
  }

  writeSync(batch: WriteBatch, durability: Durability): bigint {
    this.#assertFirst();
    this.#checkSize(batch);
    while (!this.#fits(batch.length, batch.count)) {
      this.pipeline.appendNow();
      this.#parts.freezeSync();
    }
    this.#copy(batch);
    return this.pipeline.completeSync(this.#epochLow, durability);
  }

  /** A synchronous write cannot wait for those before it. */
  #assertFirst(): void {
    this.pipeline.assertWritable();
    if (this.#line !== undefined) {
      throw new StorageError('UNAVAILABLE', 'earlier calls are waiting for room: await them before writing synchronously');
    }
  }

  /** Resolves when everything written before is durable. */
  async sync(): Promise<void> {
    await this.drain();
    await this.pipeline.settleAll();
  }

  /** Resolves when nothing waits for room and everything is appended. */
  async drain(): Promise<void> {
    this.pipeline.assertWritable();
    while (this.#line !== undefined) await this.#line;
    await this.pipeline.appendAll();
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
    if (!this.pipeline.gathering) this.#wall = this.#parts.clock.now();
    this.#epochLow++;
    const batch = payload >>> 2;
    u32[batch + BATCH_EPOCH / 4] = this.#epochLow;
    u32[batch + BATCH_EPOCH / 4 + 1] = this.#term;
    u32[batch + BATCH_WALL / 4] = this.#wall >>> 0;
    u32[batch + BATCH_WALL / 4 + 1] = this.#wall / 0x100000000;
    u32[batch + BATCH_TERM / 4] = this.#term;
    u32[batch + BATCH_SYNCED / 4] = this.pipeline.syncedInSegment;
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
    this.pipeline.wrote(next - record);
  }

  #broken(): Error {
    const error = new StorageError('READ_ONLY', 'the memtable refused a batch: close the database and open it again');
    this.pipeline.fail(error);
    return error;
  }

  #enqueue(fill: (batch: WriteBatch) => void, durability: Durability): Promise<bigint> {
    const batch = this.#parts.newBatch();
    fill(batch);
    this.#checkSize(batch);
    return this.#waitInLine(batch, durability);
  }

  #waitInLine(batch: WriteBatch, durability: Durability): Promise<bigint> {
    return new Promise((resolve, reject) => {
      this.takeTurn(() => this.place(batch, durability, resolve, reject), reject);
    });
  }

  /** Does `work` behind all writes so far, and before all that come until it is done. */
  takeTurn(work: () => MaybePromise<void>, failed: (error: unknown) => void): void {
    try {
      const done = this.inLine(work);
      if (isPromise(done)) done.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  /** For whoever's turn it is: makes room for the batch and writes it. It is over when the batch has its epoch; `resolve` is told when it is acknowledged. */
  place(batch: WriteBatch, durability: Durability, resolve: (epoch: bigint) => void, reject: (error: unknown) => void): MaybePromise<void> {
    this.#checkSize(batch);
    return andThen(this.#makeRoom(batch), () => {
      this.#copy(batch);
      this.pipeline.acknowledgeTo(this.#epochLow, durability, resolve, reject);
    });
  }

  #makeRoom(batch: WriteBatch): MaybePromise<void> {
    this.pipeline.assertWritable();
    if (this.#fits(batch.length, batch.count)) return undefined;
    return andThen(this.pipeline.appendAll(), () => andThen(this.#parts.freeze(), () => this.#makeRoom(batch)));
  }

  #writeOwnSync(fill: (batch: WriteBatch) => void, durability: Durability): bigint {
    this.pipeline.assertWritable();
    const batch = this.#parts.newBatch();
    fill(batch);
    return this.writeSync(batch, durability);
  }
}
