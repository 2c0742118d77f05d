// Background work of a database: when to flush, when to compact, how hard to work, and when writers have to wait.
//
// Writers pay in proportion: every so many logged bytes they let the background breathe, the more often the further it lags. They slow down
// before they stop: at SLOW_RUNS of L0 a breath becomes several, at STOP_RUNS writes wait.

import type { ObjectId } from '../format/object-names.ts';
import { manifestName, MANIFEST_PREFIX } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import { planCompaction, planRange, type CompactionPlan, type TreeShape } from '../compaction/planner.ts';
import { deleteObjects } from '../gc/object-gc.ts';
import type { MergeSource } from '../iterators/merge-input.ts';
import { mergeToSsts, type MergeParts, type MergePlan } from '../iterators/merge-to-ssts.ts';
import { adoptSsts } from '../iterators/adopt-ssts.ts';
import type { WrittenSst } from '../iterators/sst-writer.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { io, same, type Job } from '../scheduler/job.ts';
import type { Task } from '../scheduler/scheduler.ts';
import type { Sst } from '../sst/sst.ts';
import { sstsEdit } from '../version/manifest-format.ts';
import { LEVELS, type Version } from '../version/version.ts';
import type { Engine } from './engine.ts';

const FLUSH = 0;
const COMPACT = 1;
const COLLECT = 2;
const MIB = 1024 * 1024;
/** Runs of L0 at which writers slow down, and at which they stop. */
const SLOW_RUNS = 14;
const STOP_RUNS = 24;
const NO_LIMIT = 0x7fffffff;

type StallReason = 'memtable' | 'level 0';

export class Maintenance {
  readonly #engine: Engine;
  readonly #parts: MergeParts;
  #flush: Task<void> | undefined;
  #compaction: Task<void> | undefined;
  #collection: Task<void> | undefined;
  readonly #garbage: string[] = [];
  #manifestsFrom = 0;
  #shape: TreeShape | undefined;
  #shapeOf: Version | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#parts = { ...engine.parts, catalog: engine.catalog };
  }

  /** Recomputed when the version changes: writers ask often. */
  get shape(): TreeShape {
    const { version } = this.#engine.state;
    if (this.#shapeOf !== version) {
      const { plan } = this.#engine.parts;
      this.#shape = { level0Runs: 8, level0RunsAtOnce: this.#runsAtOnce(), level1Bytes: Math.max(8 * plan.memtableBytes, MIB), fanOut: 8 };
      this.#shapeOf = version;
    }
    return this.#shape!;
  }

  /** As many inputs as the workspace holds. */
  #runsAtOnce(): number {
    const { plan } = this.#engine.parts;
    let largest = 0;
    for (const sst of this.#engine.state.version.ssts()) largest = Math.max(largest, sst.longestBlock);
    const perInput = Math.max(plan.chunkBytes, largest + 64) + largest + 8192;
    return Math.max(2, Math.min(16, Math.floor(plan.mergeBytes / perInput) - 1));
  }

  // Pacing --------------------------------------------------------------------------------------------------------------------------

  /** Called by the writer every so many logged bytes. */
  pace(sync: boolean): void {
    const { scheduler } = this.#engine;
    if (!scheduler.busy) return;
    const breaths = this.#breaths();
    scheduler.breathsPerTurn = Math.max(2, breaths);
    scheduler.run(breaths, sync);
  }

  #breaths(): number {
    const runs = this.#engine.state.version.levels[0].length;
    const flushing = this.#flush !== undefined ? 1 + Math.floor(this.#engine.writer.active.fill * 3) : 0;
    const { level0Runs } = this.shape;
    if (runs < level0Runs) return flushing + 1;
    return flushing + 2 + Math.max(0, runs - SLOW_RUNS);
  }

  /** What a write that needs a new memtable has to wait for, if anything. */
  mustWait(): Promise<void> | undefined {
    const reason = this.#stallReason();
    if (reason === undefined) return undefined;
    const task = this.#relieve(reason);
    if (task !== undefined || reason === 'level 0') return task?.done;
    // Everything is flushed: it is a reader that still holds the memtable.
    return this.#engine.parts.arenas.whenGiven();
  }

  /** Works until nothing has to be waited for. */
  waitSync(): void {
    for (let reason = this.#stallReason(); reason !== undefined; reason = this.#stallReason()) {
      const task = this.#relieve(reason);
      if (task === undefined) return;
      this.#engine.scheduler.driveUntil(() => task.ended);
      this.#engine.writer.pipeline.assertWritable();
    }
  }

  /** Starts what ends the stall. */
  #relieve(reason: StallReason): Task<void> | undefined {
    this.#engine.stats.stalls++;
    this.#engine.tell({ kind: 'stall', reason });
    return reason === 'memtable' ? this.startFlush() : this.startCompaction();
  }

  #stallReason(): StallReason | undefined {
    if (!this.#engine.parts.arenas.available) return 'memtable';
    if (this.#engine.state.version.levels[0].length >= STOP_RUNS) return 'level 0';
    return undefined;
  }

  // Flush -----------------------------------------------------------------------------------------------------------------------------

  /** Flushes all frozen memtables, unless a flush is under way. */
  startFlush(): Task<void> | undefined {
    if (this.#flush === undefined && this.#engine.frozen.length > 0 && !this.#engine.writer.pipeline.failed) {
      this.#flush = this.#engine.scheduler.add(this.#flushJob(), FLUSH);
    }
    return this.#flush;
  }

  *#flushJob(): Job<void> {
    const engine = this.#engine;
    const memtables = [...engine.frozen];
    const ids = new Set<ObjectId>();
    for (const memtable of memtables) memtable.pins++;
    try {
      const sources = memtables.filter((memtable) => memtable.count > 0).map((memtable) => ({ memtable: memtable.address }));
      const longest = longestOf(memtables);
      const plan = this.#mergePlan(ids, sources, longest, { fileSizeBytes: NO_LIMIT, bottom: isEmpty(engine) });
      const written = sources.length === 0 ? [] : (yield* mergeToSsts(this.#parts, plan)).ssts;
      yield* engine.commit(
        () => [
          sstsEdit([], 0, infosOf(written)),
          { kind: 'log', position: String(engine.positionAfter(memtables)) },
        ],
        () => engine.install(this.#adopt(written), [], memtables),
        ids,
      );
      this.#countFlush(written);
      yield* this.#truncateLog();
    } catch (error) {
      engine.fail(error);
      throw error;
    } finally {
      engine.releaseIds(ids);
      for (const memtable of memtables) if (--memtable.pins === 0) engine.parts.arenas.give(memtable);
      this.#flush = undefined;
      if (engine.frozen.length > 0 && !engine.closed) this.startFlush();
    }
  }

  *#truncateLog(): Job<void> {
    const { log } = this.#engine.parts;
    const position = this.#engine.state.logPosition;
    yield* same(() => log.truncate(position));
  }

  #countFlush(written: readonly WrittenSst[]): void {
    const { stats } = this.#engine;
    const bytes = bytesOf(written);
    stats.flushes++;
    stats.flushedBytes += bytes;
    this.#engine.tell({ kind: 'flush', entries: written.reduce((sum, { info }) => sum + info.entries, 0), bytes });
  }

  // Compaction ------------------------------------------------------------------------------------------------------------------------

  /** Starts the most urgent compaction, if one is due and none runs. */
  startCompaction(): Task<void> | undefined {
    const engine = this.#engine;
    if (this.#compaction !== undefined || engine.closed || engine.writer.pipeline.failed) return this.#compaction;
    const plan = planCompaction(engine.state.version, this.shape);
    if (plan !== undefined) this.#compaction = engine.scheduler.add(this.#compactionJob(plan), COMPACT);
    return this.#compaction;
  }

  /** Merges everything of the range down to the last level that holds any of it. */
  async compactRange(smallest: Uint8Array, largest: Uint8Array): Promise<void> {
    const engine = this.#engine;
    for (let level = 0; level < LEVELS - 1; ) {
      while (this.#compaction !== undefined) await this.#compaction.done;
      engine.assertOpen();
      const { version } = engine.state;
      const deeper = version.levels.slice(level + 1).some((_, i) => version.overlapping(level + 1 + i, smallest, largest).length > 0);
      const needed = deeper || level === 0 || version.overlapping(level, smallest, largest).some((sst) => sst.tombstones > 0);
      const plan = needed ? planRange(version, level, smallest, largest) : undefined;
      if (plan === undefined) level++;
      else {
        this.#compaction = engine.scheduler.add(this.#compactionJob(plan), COMPACT);
        await this.#compaction.done;
        if (plan.level > 0 || engine.state.version.levels[0].length === 0) level++;
      }
    }
  }

  *#compactionJob(plan: CompactionPlan): Job<void> {
    const engine = this.#engine;
    const inputs = [...plan.inputs, ...plan.below].map((info) => engine.sstOf(info.id));
    for (const sst of inputs) engine.catalog.pin(sst);
    try {
      yield* plan.move ? this.#move(plan) : this.#merge(plan, inputs);
    } catch (error) {
      engine.fail(error);
      throw error;
    } finally {
      this.#compaction = undefined;
      for (const sst of inputs) engine.catalog.unpin(sst);
    }
    this.startCompaction();
  }

  *#move(plan: CompactionPlan): Job<void> {
    yield* this.#engine.commit(
      () => [sstsEdit(plan.inputs, plan.outputLevel, plan.inputs)],
      () => this.#engine.install([], []),
    );
    this.#engine.stats.moves++;
    this.#tellCompaction(plan, 0, 0);
  }

  *#merge(plan: CompactionPlan, inputs: readonly Sst[]): Job<void> {
    const engine = this.#engine;
    const ids = new Set<ObjectId>();
    const open = (info: SstInfo): Sst => engine.sstOf(info.id);
    const upper: MergeSource[] = plan.level === 0 ? plan.inputs.map((info) => ({ run: [open(info)] })) : [{ run: plan.inputs.map(open) }];
    const sources = plan.below.length === 0 ? upper : [...upper, { run: plan.below.map(open) }];
    try {
      const longest = {
        key: Math.max(...inputs.map(({ info }) => info.longestKey)),
        block: Math.max(...inputs.map(({ info }) => info.longestBlock)),
      };
      const mergePlan = this.#mergePlan(ids, sources, longest, { fileSizeBytes: engine.parts.settings.sstSizeBytes, bottom: plan.bottom });
      const { ssts, readBytes } = yield* mergeToSsts(this.#parts, mergePlan);
      yield* engine.commit(
        () => [sstsEdit(infosOf(inputs), plan.outputLevel, infosOf(ssts))],
        () => engine.install(this.#adopt(ssts), inputs),
        ids,
      );
      this.#tellCompaction(plan, readBytes, bytesOf(ssts));
    } finally {
      engine.releaseIds(ids);
    }
  }

  #tellCompaction(plan: CompactionPlan, readBytes: number, writtenBytes: number): void {
    const { stats } = this.#engine;
    stats.compactions++;
    stats.compactionReadBytes += readBytes;
    stats.compactionWrittenBytes += writtenBytes;
    const inputs = plan.inputs.length + plan.below.length;
    this.#engine.tell({ kind: 'compaction', level: plan.level, inputs, readBytes, writtenBytes, moved: plan.move });
  }

  #mergePlan(ids: Set<ObjectId>, sources: readonly MergeSource[], longest: { key: number; block: number }, output: { fileSizeBytes: number; bottom: boolean }): MergePlan {
    const engine = this.#engine;
    const { plan, settings, clock } = engine.parts;
    return {
      sources,
      longestKey: longest.key,
      longestBlock: longest.block,
      chunkBytes: plan.chunkBytes,
      blockSizeBytes: settings.blockSizeBytes,
      partitionSizeBytes: engine.parts.cache.framePayloadBytes,
      compression: settings.compression,
      readers: engine.neededEpochs(),
      now: Math.max(engine.state.now, clock.now()),
      nextId: () => engine.takeId(ids),
      ...output,
    };
  }

  #adopt(written: readonly WrittenSst[]): Sst[] {
    return adoptSsts(this.#parts, written);
  }

  // Garbage ---------------------------------------------------------------------------------------------------------------------------

  /** An SST that nobody needs any more: its objects go. */
  discard(sst: Sst): void {
    this.#garbage.push(sst.dataName, sst.metaName);
    this.#startCollection();
  }

  /** After each manifest: old ones go once a snapshot stands above them; what became due is started. */
  afterCommit(): void {
    const { number } = this.#engine.state;
    if (number % 16 === 0) {
      for (let n = Math.max(1, this.#manifestsFrom); n < number - 16; n++) this.#garbage.push(manifestName(n));
      this.#manifestsFrom = number - 16;
      this.#startCollection();
    }
    this.startCompaction();
  }

  #startCollection(): void {
    if (this.#collection !== undefined || this.#garbage.length === 0 || this.#engine.closed) return;
    this.#collection = this.#engine.scheduler.add(this.#collectionJob(), COLLECT);
  }

  *#collectionJob(): Job<void> {
    const engine = this.#engine;
    try {
      while (this.#garbage.length > 0) {
        const names = this.#garbage.splice(0);
        for (const name of names) yield* same(() => engine.catalog.closeObject(name));
        yield* deleteObjects(engine.parts.store, names);
        engine.stats.deletedObjects += names.length;
        engine.tell({ kind: 'garbage', objects: names.length });
      }
    } catch (error) {
      // Nothing is lost: the next open collects what is left.
      engine.tell({ kind: 'warning', message: `could not delete objects that are no longer needed: ${String(error)}` });
    } finally {
      this.#collection = undefined;
    }
  }

  /** Manifests below the chain that an earlier writer left. */
  *collectManifests(): Job<void> {
    const { store } = this.#engine.parts;
    const keep = manifestName(Math.max(1, Math.floor(this.#engine.state.number / 16) * 16 - 16));
    const infos = yield* io(store, (door) => door.list(MANIFEST_PREFIX));
    yield* deleteObjects(
      store,
      infos.map((info) => info.name).filter((name) => name < keep),
    );
  }
}

function longestOf(memtables: readonly Memtable[]): { key: number; block: number } {
  return {
    key: Math.max(...memtables.map((memtable) => memtable.longestKey)),
    block: Math.max(...memtables.map((memtable) => memtable.largestEntry)) + 64,
  };
}

function infosOf(ssts: readonly { readonly info: SstInfo }[]): SstInfo[] {
  return ssts.map(({ info }) => info);
}

function bytesOf(written: readonly WrittenSst[]): number {
  return written.reduce((sum, { info }) => sum + info.dataBytes + info.metaBytes, 0);
}

function isEmpty(engine: Engine): boolean {
  return engine.state.version.sstCount === 0;
}
