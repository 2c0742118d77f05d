// The one place where the state of an open database lives: memtables, version, manifest, views. State changes only in synchronous functions here;
// the jobs (flush, compaction, gc) come back to install what they made.

import { StorageError, type StorageErrorCode } from '../base/errors.ts';
import { andThen, isPromise, type MaybePromise } from '../base/maybe-promise.ts';
import { compareEpochs, type Epoch } from '../format/epoch.ts';
import { idText, type ObjectId } from '../format/object-names.ts';
import { PageScanner } from '../iterators/page-scanner.ts';
import { ReadView } from '../iterators/read-view.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { Snapshots } from '../mvcc/snapshots.ts';
import { VisibleEpoch } from '../mvcc/visible-epoch.ts';
import { PointReader } from '../read/point-reader.ts';
import type { Job } from '../scheduler/job.ts';
import { Mutex } from '../scheduler/mutex.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import { EngineStats } from '../stats/engine-stats.ts';
import { tell, type EngineEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { SEGMENT_HEADER_BYTES, type SegmentHeader, type SegmentSeed } from '../wal/segment-format.ts';
import { BatchBuffers } from '../write/batch-buffers.ts';
import { WriteBatch } from '../write/write-batch.ts';
import { LogPipeline } from '../write/log-pipeline.ts';
import { Writer } from '../write/writer.ts';
import { Maintenance, treeShape, type MaintenanceHost } from './maintenance.ts';
import type { TreeShape } from '../compaction/planner.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { adoptSsts } from '../iterators/adopt-ssts.ts';
import type { MergeRequest } from '../iterators/merge-host.ts';
import { MergeRoom } from '../iterators/merge-room.ts';
import type { MergeParts, MergePlan } from '../iterators/merge-to-ssts.ts';
import type { WrittenSst } from '../iterators/sst-writer.ts';
import type { Version } from '../version/version.ts';
import type { EngineParts } from './engine-parts.ts';

/** A close leaves no more than this in the log. */
const FLUSH_AT_CLOSE_BYTES = 2 ** 20;
/** Failures of a job after which another attempt may succeed. */
const PASSING: readonly StorageErrorCode[] = ['UNAVAILABLE', 'QUOTA'];

export class Engine implements MaintenanceHost {
  readonly parts: EngineParts;
  readonly scheduler = new Scheduler();
  readonly snapshots = new Snapshots((message) => this.tell({ kind: 'warning', message }));
  readonly stats = new EngineStats();
  readonly visible: VisibleEpoch;
  readonly catalog: SstCatalog;
  readonly points: PointReader;
  readonly pages: PageScanner;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  readonly mergeParts: MergeParts;
  readonly #commits = new Mutex(this.scheduler);
  readonly #ssts = new Map<string, Sst>();
  readonly #batchBuffers: BatchBuffers;
  #shape: { readonly of: Version; readonly is: TreeShape } | undefined;
  #frozen: Memtable[] = [];
  #view: ReadView;
  #nextObject = 1;
  /** Smallest object counters of the jobs under way. */
  readonly pending = new Set<ObjectId>();
  #closing: Promise<void> | undefined;
  /** Closing, and no write waits for room any more. */
  #drained = false;

  constructor(
    parts: EngineParts,
    catalog: SstCatalog,
    ssts: readonly Sst[],
    recovered: readonly Memtable[],
    active: { memtable: Memtable; seed: { low: number; high: number }; appended: number },
  ) {
    const { heap, kernels } = parts;
    const { term } = parts.manifest.state;
    this.parts = parts;
    this.#batchBuffers = new BatchBuffers(parts.plan.memtableBytes);
    this.catalog = catalog;
    this.visible = new VisibleEpoch(term, 0);
    this.points = new PointReader(heap, kernels, catalog);
    const room = new MergeRoom(this.scheduler, parts.cache, parts.store.sync !== undefined);
    this.pages = new PageScanner(heap, kernels, catalog, room);
    for (const sst of ssts) this.#ssts.set(idText(sst.info.id), sst);
    this.#frozen = [...recovered];
    this.mergeParts = { heap, kernels, cache: parts.cache, catalog, store: parts.store, room };
    this.maintenance = new Maintenance(this, parts.log);
    const pipeline = new LogPipeline({
      heap,
      clock: parts.clock,
      log: parts.logWriter,
      visible: this.visible,
      overtaken: () => parts.manifest.isOvertaken(),
      asksAtOnce: parts.store.sync !== undefined,
      failed: (error) => this.#tellFailure(error),
      pace: (sync) => this.maintenance.pace(sync),
    });
    this.writer = new Writer({
      heap,
      kernels,
      clock: parts.clock,
      pipeline,
      term,
      lastEpochLow: parts.settings.lastEpochLow,
      largestEntryBytes: parts.plan.largestEntryBytes,
      newBatch: () => this.newBatch(),
      freeze: () => this.#makeRoom(),
      freezeSync: () => this.#makeRoomSync(),
    });
    this.writer.attach(active.memtable, active.seed, active.appended);
    this.#view = this.#makeView([active.memtable, ...recovered]);
  }

  /** The newest state for readers. Valid until the next `await`, unless pinned. */
  get view(): ReadView {
    return this.#view;
  }

  get state(): ManifestState {
    return this.parts.manifest.state;
  }

  /** Memtables that wait for their flush, newest first. */
  get frozen(): readonly Memtable[] {
    return this.#frozen;
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  newBatch(): WriteBatch {
    return new WriteBatch(this.#batchBuffers);
  }

  get store(): ObjectStore {
    return this.parts.store;
  }

  get sstSizeBytes(): number {
    return this.parts.settings.sstSizeBytes;
  }

  /** No background job is begun any more. */
  get ended(): boolean {
    return this.#drained || this.writer.pipeline.failed;
  }

  get loggedBytes(): number {
    return this.writer.pipeline.loggedBytes;
  }

  get activeFill(): number {
    return this.writer.active.fill;
  }

  get hasRoom(): boolean {
    return this.parts.arenas.available;
  }

  /** Computed once a version. */
  get shape(): TreeShape {
    const { version } = this.state;
    if (this.#shape?.of !== version) this.#shape = { of: version, is: treeShape(version, this.parts.plan) };
    return this.#shape.is;
  }

  sstOf({ id }: { readonly id: ObjectId }): Sst {
    return this.#ssts.get(idText(id))!;
  }

  pinSst(sst: Sst): void {
    this.catalog.pin(sst);
  }

  unpinSst(sst: Sst): void {
    this.catalog.unpin(sst);
  }

  freeMemtable(memtable: Memtable): void {
    this.parts.arenas.give(memtable);
  }

  assertWritable(): void {
    this.writer.pipeline.assertWritable();
  }

  tell(event: EngineEvent): void {
    tell(this.parts.settings.onEvent, event);
  }

  /** A failure after which nothing more is written. */
  fail(error: unknown): void {
    this.writer.pipeline.fail(error);
  }

  jobFailed(error: unknown): void {
    if (!(error instanceof StorageError) || !PASSING.includes(error.code)) return this.fail(error);
    if (!this.#drained) this.tell({ kind: 'warning', message: `a flush or compaction failed and will be tried again: ${String(error)}` });
  }

  #tellFailure(error: unknown): void {
    if (!this.#drained) this.tell({ kind: 'failed', error });
  }

  assertOpen(): void {
    if (this.closed) throw new StorageError('CLOSED', 'the database is closed: open it again');
  }

  /** Epochs that readers see or may come to see while a merge runs, ascending. */
  #neededEpochs(): Epoch[] {
    const now = this.visible.capture();
    const older = this.snapshots.epochs().filter((epoch) => compareEpochs(epoch, now) < 0);
    return [...older, now, ...this.writer.pipeline.pendingEpochs];
  }

  planMerge({ ids, ...request }: MergeRequest): MergePlan {
    const { plan, settings, clock, cache } = this.parts;
    return {
      ...request,
      chunkBytes: plan.chunkBytes,
      blockSizeBytes: settings.blockSizeBytes,
      partitionSizeBytes: cache.framePayloadBytes,
      compression: settings.compression,
      readers: this.#neededEpochs(),
      now: Math.max(this.state.now, clock.now()),
      nextId: () => this.#takeId(ids),
    };
  }

  // Objects and manifests ---------------------------------------------------------------------------------------------------------

  /** A fresh id. The ids of a job are pending until `release`, so that nobody takes its objects for garbage. */
  #takeId(job: Set<ObjectId>): ObjectId {
    const id = { term: this.state.term, counter: this.#nextObject++ };
    job.add(id);
    this.pending.add(id);
    return id;
  }

  releaseIds(job: Set<ObjectId>): void {
    for (const id of job) this.pending.delete(id);
  }

  /** Commits edits as the next manifest and installs them before anybody else runs. */
  *commit(edits: () => readonly EditJson[], install: () => void, ids?: Set<ObjectId>): Job<void> {
    yield* this.#commits.exclusively(() => this.#commitAlone(edits, install, ids));
  }

  *#commitAlone(edits: () => readonly EditJson[], install: () => void, ids: Set<ObjectId> | undefined): Job<void> {
    const others = [...this.pending].filter((id) => ids === undefined || !ids.has(id)).map((id) => id.counter);
    const bookkeeping: EditJson[] = [
      { kind: 'objects', pendingFrom: String(Math.min(this.#nextObject, ...others)), next: String(this.#nextObject) },
      { kind: 'clock', now: String(Math.max(this.state.now, this.parts.clock.now())), safeEpoch: String(this.state.safeEpoch) },
    ];
    try {
      yield* this.parts.manifest.commit([...edits(), ...bookkeeping]);
      install();
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.maintenance.afterCommit();
  }

  // Memtables -----------------------------------------------------------------------------------------------------------------------

  #makeRoom(): MaybePromise<void> {
    const wait = this.maintenance.mustWait();
    if (wait !== undefined) return wait;
    if (this.writer.epochsRunOut) return this.writer.pipeline.settleAll().then(() => this.scheduler.add(this.#renewTerm(), 0).done);
    return this.#freeze();
  }

  /** A term counts 2^32 writes: before they run out the writer claims the next term for itself. Nothing waits for its acknowledgement. */
  *#renewTerm(): Job<void> {
    if (!this.writer.epochsRunOut) return;
    const term = this.state.term + 1;
    try {
      yield* this.#commits.exclusively(() => this.parts.manifest.commit([{ kind: 'claim' }], term));
    } catch (error) {
      this.fail(error);
      throw error;
    }
    this.#nextObject = 1;
    this.writer.renew(term);
  }

  #makeRoomSync(): void {
    this.maintenance.waitSync();
    if (this.writer.epochsRunOut) {
      this.writer.pipeline.settleNow();
      const renewed = this.scheduler.add(this.#renewTerm(), 0);
      this.scheduler.driveUntil(() => renewed.ended);
    }
    if (isPromise(this.#freeze())) throw new StorageError('UNSUPPORTED', 'this log needs asynchronous writes');
  }

  /** The active memtable becomes read-only, a fresh one and the next log segment take over. Everything of the old one is in the log. */
  #freeze(): MaybePromise<void> {
    const { logWriter, arenas } = this.parts;
    const memtable = arenas.take(logWriter.segment + 1);
    const header = {
      database: this.state.database,
      log: this.state.log.uuid,
      term: this.state.term,
      segment: memtable.firstSegment,
      previousEnd: logWriter.position,
      previousSynced: logWriter.synced,
    };
    // A failure is the writer's end: it is not known whether the segment is there.
    const failed = (error: unknown): never => {
      arenas.give(memtable);
      this.fail(error);
      throw error;
    };
    try {
      const rolled = andThen(logWriter.roll(memtable.firstSegment, arenas.segmentBytes), () => this.#begin(memtable, header));
      return isPromise(rolled) ? rolled.catch(failed) : rolled;
    } catch (error) {
      return failed(error);
    }
  }

  /** The header goes out at once: a manifest may name the segment before anything is written to it. */
  #begin(memtable: Memtable, header: SegmentHeader): MaybePromise<void> {
    const { segments, logWriter, heap } = this.parts;
    const seed = segments.writeHeader(memtable.arena, header);
    memtable.tail = memtable.arena + SEGMENT_HEADER_BYTES;
    return andThen(logWriter.append(heap.bytes.subarray(memtable.arena, memtable.tail)), () => this.#goOnIn(memtable, seed));
  }

  #goOnIn(memtable: Memtable, seed: SegmentSeed): void {
    const old = this.writer.active;
    // All that may fail comes first.
    const view = this.#makeView([memtable, old, ...this.#frozen]);
    this.#frozen.unshift(old);
    this.writer.attach(memtable, seed, memtable.tail);
    this.#replaceView(view);
    this.maintenance.flusher.start();
  }

  /** For `flush()`: freezes what is in the active memtable, if anything, behind all writes so far. */
  async freezeActive(): Promise<void> {
    this.writer.pipeline.assertWritable();
    await this.writer.inLine(() => this.#freezeBehind());
  }

  #freezeBehind(): MaybePromise<void> {
    return andThen(this.writer.pipeline.appendAll(), () => {
      if (this.writer.active.count === 0) return;
      const wait = this.maintenance.mustWait();
      return wait === undefined ? this.#freeze() : wait.then(() => this.#freezeBehind());
    });
  }

  /** Log position once these memtables are flushed. */
  positionAfter(flushed: readonly Memtable[]): number {
    const rest = this.#frozen.filter((memtable) => !flushed.includes(memtable));
    return (rest.at(-1) ?? this.writer.active).firstSegment;
  }

  /** After a commit: what a job wrote comes, what it was made of goes. */
  install(added: readonly WrittenSst[], removed: readonly Sst[], flushed: readonly Memtable[]): void {
    for (const sst of adoptSsts(this.mergeParts, added)) this.#ssts.set(idText(sst.info.id), sst);
    for (const sst of removed) this.#ssts.delete(idText(sst.info.id));
    this.#frozen = this.#frozen.filter((memtable) => !flushed.includes(memtable));
    this.#replaceView(this.#makeView([this.writer.active, ...this.#frozen]));
    for (const sst of removed) this.catalog.retire(sst);
    this.parts.logWriter.forgetBelow(this.state.logPosition);
  }

  #replaceView(view: ReadView): void {
    const old = this.#view;
    this.#view = view;
    old.unpin();
  }

  #makeView(memtables: readonly Memtable[]): ReadView {
    const { heap, kernels } = this.parts;
    const [level0, ...levels] = this.state.version.levels;
    const open = (info: SstInfo): Sst => this.sstOf(info);
    const runs = [...level0.map((info) => [open(info)]), ...levels.map((level) => level.map(open))];
    const parts = { heap, kernels, catalog: this.catalog, onMemtableFree: (memtable: Memtable) => this.freeMemtable(memtable) };
    return new ReadView(parts, memtables, runs);
  }

  // The end ---------------------------------------------------------------------------------------------------------------------------

  /** Waits for writes under way, leaves the log durable and marked as closed, and gives everything back. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const closed = new StorageError('CLOSED', 'the database is closed: open it again');
    const { logWriter, log, store, unlock } = this.parts;
    const failures: unknown[] = [];
    const { pipeline } = this.writer;
    const steps: (() => unknown)[] = [
      () => this.#flushLarge(),
      () => (pipeline.failed ? undefined : this.writer.sync()),
      () => {
        const durable = !pipeline.failed && failures.length === 0;
        this.#drained = true;
        pipeline.fail(closed);
        return durable ? this.#markClosed() : undefined;
      },
      () => this.scheduler.stop(closed),
      () => logWriter.close(),
      () => log.close(),
      () => this.catalog.close(),
      () => unlock(),
      () => store.close?.(),
    ];
    // Whatever fails, everything else is given back.
    for (const step of steps) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0] as Error;
  }

  /** What would take long to replay is flushed. Where that fails the log has it all the same. */
  async #flushLarge(): Promise<void> {
    const logged = [this.writer.active, ...this.#frozen].reduce((sum, { tail, arena }) => sum + tail - arena, 0);
    if (logged < FLUSH_AT_CLOSE_BYTES || this.writer.pipeline.failed) return;
    try {
      await this.freezeActive();
      while (this.#frozen.length > 0 && !this.ended) await this.maintenance.flusher.start()?.done;
    } catch (error) {
      this.jobFailed(error);
    }
  }

  /** The log says of itself that all of it is durable. Nothing else is appended any more. */
  async #markClosed(): Promise<void> {
    const { logWriter, segments, heap } = this.parts;
    const { active, seed } = this.writer;
    if (active.freeBytes < 64) return;
    const length = segments.writeClose(active.tail, logWriter.position, seed, logWriter.synced);
    await logWriter.append(heap.bytes.subarray(active.tail, active.tail + length));
  }
}
