// The one place where the state of an open database lives: memtables, version, manifest, views. State changes only in synchronous functions here;
// the jobs (flush, compaction, gc) come back to install what they made.

import type { Clock } from '../base/clock.ts';
import { closed, StorageError, type StorageErrorCode } from '../base/errors.ts';
import type { TreeShape } from '../compaction/planner.ts';
import { compareEpochs, epochToBigInt, type Epoch } from '../format/epoch.ts';
import { idText, type ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { adoptSsts } from '../iterators/adopt-ssts.ts';
import type { MergeRequest } from '../iterators/merge-host.ts';
import { MergeRoom } from '../iterators/merge-room.ts';
import type { MergeParts, MergePlan } from '../iterators/merge-to-ssts.ts';
import { PageScanner } from '../iterators/page-scanner.ts';
import { ReadView } from '../iterators/read-view.ts';
import type { WrittenSst } from '../iterators/sst-writer.ts';
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
import { Pinned } from '../gc/pinned.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { ObjectIds } from '../version/object-ids.ts';
import type { Version } from '../version/version.ts';
import type { SegmentSeed } from '../wal/segment-format.ts';
import { Maintenance, treeShape, type MaintenanceHost } from './maintenance.ts';
import { BatchBuffers } from '../write/batch-buffers.ts';
import { LogPipeline } from '../write/log-pipeline.ts';
import { WriteBatch } from '../write/write-batch.ts';
import { Writer } from '../write/writer.ts';
import { closeEngine } from './close.ts';
import type { EngineParts } from './engine-parts.ts';
import type { ReadHost } from './read-host.ts';
import { Freezer } from './freezer.ts';

/** Failures of a job after which another attempt may succeed. */
const PASSING: readonly StorageErrorCode[] = ['UNAVAILABLE', 'QUOTA'];

export class Engine implements MaintenanceHost, ReadHost {
  readonly parts: EngineParts;
  readonly scheduler: Scheduler;
  readonly snapshots = new Snapshots((message) => this.tell({ kind: 'warning', message }));
  readonly stats = new EngineStats();
  readonly visible: VisibleEpoch;
  readonly catalog: SstCatalog;
  readonly points: PointReader;
  readonly pages: PageScanner;
  readonly writer: Writer;
  readonly maintenance: Maintenance;
  readonly mergeParts: MergeParts;
  readonly objectIds = new ObjectIds();
  readonly pinned: Pinned;
  readonly #freezer = new Freezer(this);
  readonly #commits: Mutex;
  readonly #ssts = new Map<string, Sst>();
  readonly #batchBuffers: BatchBuffers;
  #shape: { readonly of: Version; readonly is: TreeShape } | undefined;
  #frozen: Memtable[] = [];
  #view: ReadView;
  #closing: Promise<void> | undefined;
  /** Closing, and no write waits for room any more. */
  #drained = false;

  constructor(
    parts: EngineParts,
    ssts: readonly Sst[],
    recovered: readonly Memtable[],
    active: { memtable: Memtable; seed: { low: number; high: number }; appended: number },
  ) {
    const { heap, kernels, catalog } = parts;
    const { term } = parts.manifest.state;
    this.parts = parts;
    this.scheduler = new Scheduler(parts.turns, parts.waitUntil);
    this.#commits = new Mutex(this.scheduler);
    this.#batchBuffers = new BatchBuffers(parts.plan.memtableBytes);
    this.catalog = catalog;
    this.pinned = new Pinned(parts, () => parts.clock.now());
    this.visible = new VisibleEpoch(term, 0);
    this.points = new PointReader(heap, kernels, catalog);
    const room = new MergeRoom(this.scheduler, parts.cache, parts.store.sync !== undefined);
    this.pages = new PageScanner(heap, kernels, catalog, room);
    for (const sst of ssts) this.#ssts.set(idText(sst.info.id), sst);
    this.#frozen = [...recovered];
    this.mergeParts = { ...parts, room };
    this.maintenance = new Maintenance(this, parts.log);
    const pipeline = new LogPipeline({
      heap,
      clock: parts.clock,
      turns: parts.turns,
      log: parts.logWriter,
      visible: this.visible,
      overtaken: () => parts.log.isOvertaken?.(this.state.term) ?? parts.logWriter.isTaken() ?? parts.manifest.isOvertaken(),
      asksAtOnce: parts.log.isOvertaken !== undefined || (parts.store.sync !== undefined && parts.log.takeSegments === undefined),
      commitIntervalMs: parts.settings.commitIntervalMs,
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
      freeze: () => this.#freezer.makeRoom(),
      freezeSync: () => this.#freezer.makeRoomSync(),
    });
    this.writer.attach(active.memtable, active.seed, active.appended);
    this.#view = this.#makeView([active.memtable, ...recovered]);
  }

  /** The newest state for readers. Valid until the next `await`, unless pinned. */
  get view(): ReadView {
    return this.#view;
  }

  /** Every moment is seen in the newest state: merges keep what somebody reads as of. */
  viewAt(): ReadView {
    return this.#view;
  }

  /** Of the newest write, visible or not. */
  get newestEpoch(): Epoch {
    return { high: this.visible.high, low: this.writer.newestEpochLow };
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

  get clock(): Clock {
    return this.parts.clock;
  }

  get retainMs(): number {
    return this.parts.settings.retainMs;
  }

  get sstSizeBytes(): number {
    return this.parts.settings.sstSizeBytes;
  }

  /** No background job is begun any more. */
  get ended(): boolean {
    return this.#drained || this.writer.pipeline.failed;
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

  freeMemtable(memtable: Memtable): void {
    this.parts.arenas.give(memtable);
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
    if (this.closed) throw closed();
  }

  /** Epochs that readers see or may come to see while a merge runs, ascending. */
  #neededEpochs(): Epoch[] {
    const now = this.visible.capture();
    const older = this.snapshots.epochs().filter((epoch) => compareEpochs(epoch, now) < 0);
    return [...older, now, ...this.writer.pipeline.pendingEpochs];
  }

  /** Wall time that the database has reached, ms: it never runs backwards. */
  now(): number {
    return Math.max(this.state.now, this.parts.clock.now());
  }

  planMerge({ ids, packed, ...request }: MergeRequest): MergePlan {
    const { plan, settings, cache } = this.parts;
    return {
      ...request,
      chunkBytes: plan.chunkBytes,
      outputs: plan.mergeOutputs,
      blockSizeBytes: settings.blockSizeBytes,
      partitionSizeBytes: cache.framePayloadBytes,
      compression: packed ? settings.compression : 'none',
      readers: this.#neededEpochs(),
      now: this.now(),
      nextId: () => this.objectIds.take(this.state.term, ids),
    };
  }

  // Objects and manifests ---------------------------------------------------------------------------------------------------------

  /** Commits edits as the next manifest and installs them before anybody else runs. */
  *commit(edits: () => readonly EditJson[], install: () => void, ids?: Set<ObjectId>): Job<void> {
    const clock = (): EditJson => ({ kind: 'clock', now: String(this.now()), safeEpoch: String(this.state.safeEpoch) });
    const complete = (some: readonly EditJson[]): EditJson[] => {
      const floor = this.maintenance.collector.floorWith(some);
      return [...some, this.objectIds.edit(ids, floor), clock()];
    };
    yield* this.#commitAlone(() => complete(edits()), install);
    this.maintenance.afterCommit();
  }

  /** A term counts 2^32 writes: before they run out the writer claims the next term for itself. Nothing waits for its acknowledgement. */
  *renewTerm(): Job<void> {
    if (!this.writer.epochsRunOut) return;
    const term = this.state.term + 1;
    const begin = (): void => {
      this.objectIds.restart();
      this.writer.renew(term);
    };
    yield* this.#commitAlone(() => [{ kind: 'claim' }], begin, term);
  }

  /** One after the other: what the edits say rests on the manifest before. Behind one that failed nothing is known of that. */
  *#commitAlone(edits: () => readonly EditJson[], install: () => void, term?: number): Job<void> {
    try {
      yield* this.#commits.exclusively(() => {
        this.writer.pipeline.assertWritable();
        return this.parts.manifest.commit(edits(), term);
      });
      install();
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  // Memtables -----------------------------------------------------------------------------------------------------------------------

  /** The memtable becomes the active one, the old one is frozen. */
  goOnIn(memtable: Memtable, seed: SegmentSeed): void {
    const old = this.writer.active;
    old.newestEpoch = epochToBigInt(this.newestEpoch);
    // All that may fail comes first.
    const view = this.#makeView([memtable, old, ...this.#frozen]);
    this.#frozen.unshift(old);
    this.writer.attach(memtable, seed, memtable.tail);
    this.#replaceView(view);
    this.maintenance.flusher.start();
  }

  /** Freezes what is in the active memtable, if anything, behind all writes so far. */
  freezeActive(): Promise<void> {
    return this.#freezer.freezeActive();
  }

  /** Log position once these memtables are flushed. */
  positionAfter(flushed: readonly Memtable[]): number {
    const rest = this.#frozen.filter((memtable) => !flushed.includes(memtable));
    return (rest.at(-1) ?? this.writer.active).firstSegment;
  }

  /** After a commit: what a job wrote comes, what it was made of goes. `opened`: who wrote it is elsewhere. */
  install(
    added: readonly WrittenSst[],
    removed: readonly Sst[],
    flushed: readonly Memtable[],
    opened: readonly Sst[] = adoptSsts(this.mergeParts, added),
  ): void {
    for (const sst of opened) this.#ssts.set(idText(sst.info.id), sst);
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

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= closeEngine(this);
    return this.#closing;
  }

  /** No job is begun and nothing is written any more; no event tells of it. */
  end(reason: StorageError): void {
    this.#drained = true;
    this.fail(reason);
  }
}
