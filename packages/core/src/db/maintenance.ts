// When background work runs and how hard: flushes, compactions, deletions, and when writers have to wait for them.
//
// Writers pay in proportion: every so many logged bytes they let the background breathe, the more often the further it lags. They slow down
// before they stop: at SLOW_RUNS of L0 a breath becomes several, at STOP_RUNS writes wait.

import { Compactor } from '../compaction/compactor.ts';
import type { CompactionHost } from '../compaction/delegate.ts';
import type { TreeShape } from '../compaction/planner.ts';
import { Flusher, type FlushHost } from '../flush/flusher.ts';
import { Collector, type CollectorHost } from '../gc/collector.ts';
import type { Task } from '../scheduler/scheduler.ts';
import type { LogStore } from '../store/log-store.ts';
import type { Version } from '../version/version.ts';
import type { EngineParts } from './engine-parts.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { Pause, type PauseHost } from './pause.ts';

/** Runs of L0 at which they are merged, at which writers slow down, and at which they stop. */
const MERGE_RUNS = 8;
const SLOW_RUNS = 14;
const STOP_RUNS = 24;
const MOST_INPUTS = 16;
const FAN_OUT = 8;
/** Kernel state of one input of a merge, about. */
const INPUT_STATE_BYTES = 8192;

type StallReason = 'memtable' | 'level 0';

/** What maintenance needs of the engine, besides what its jobs need. */
export interface MaintenanceHost extends FlushHost, CompactionHost, CollectorHost, PauseHost {
  readonly parts: EngineParts;
}

/** The tree's shape with these SSTs: as many inputs a merge as the workspace holds. */
export function treeShape(version: Version, plan: MemoryPlan): TreeShape {
  let largest = 0;
  for (const sst of version.ssts()) largest = Math.max(largest, sst.longestBlock);
  const inputBytes = Math.max(plan.chunkBytes, largest + 64) + largest + INPUT_STATE_BYTES;
  const atOnce = Math.max(2, Math.min(MOST_INPUTS, Math.floor(plan.mergeBytes / inputBytes) - 1));
  return { level0Runs: MERGE_RUNS, level0RunsAtOnce: atOnce, level1Bytes: MERGE_RUNS * plan.memtableBytes, fanOut: FAN_OUT };
}

export class Maintenance {
  readonly flusher: Flusher;
  readonly compactor: Compactor;
  readonly collector: Collector;
  readonly #host: MaintenanceHost;
  readonly #pause: Pause;

  constructor(host: MaintenanceHost, log: LogStore) {
    this.#host = host;
    this.flusher = new Flusher(host, log);
    this.compactor = new Compactor(host);
    this.collector = new Collector(host, log);
    const isStalled = (): boolean => this.#stallReason() !== undefined || !host.parts.arenas.reserve();
    this.#pause = new Pause(host, isStalled, () => this.compactor.startQuiet());
  }

  /** After each manifest: what became due is started. */
  afterCommit(): void {
    this.collector.afterCommit();
    this.compactor.start();
    this.#pause.listen();
  }

  /** Called by the writer every so many logged bytes. */
  pace(sync: boolean): void {
    const { scheduler } = this.#host;
    this.#pause.listen();
    this.compactor.delegated?.attend();
    if (!scheduler.busy) return;
    const breaths = this.#breaths();
    scheduler.breathsPerTurn = Math.max(2, breaths);
    scheduler.run(breaths, sync);
  }

  #breaths(): number {
    const runs = this.#host.state.version.levels[0].length;
    const flushing = this.flusher.running ? 1 + Math.floor(this.#host.writer.active.fill * 3) : 0;
    if (runs < MERGE_RUNS) return flushing + 1;
    return flushing + 2 + Math.max(0, runs - SLOW_RUNS);
  }

  /** What a write that needs a new memtable has to wait for, if anything. */
  mustWait(): Promise<void> | undefined {
    if (this.#host.ended) return undefined;
    const { arenas } = this.#host.parts;
    const reason = this.#stallReason();
    if (reason !== undefined) {
      const relief = this.#relieve(reason)?.done;
      // A flush goes on when it has given its memtables back: it truncates the log, which takes requests on object storage.
      return relief !== undefined && reason === 'memtable' ? Promise.race([relief, arenas.given()]) : relief;
    }
    // A reader that waits for its blocks may hold the second memtable: it gives it back.
    return arenas.reserve() ? undefined : arenas.given();
  }

  /** Works until nothing has to be waited for. */
  waitSync(): void {
    for (let reason = this.#stallReason(); reason !== undefined; reason = this.#stallReason()) {
      const task = this.#relieve(reason);
      if (task === undefined) return;
      this.#host.scheduler.driveUntil(() => task.ended);
      this.#host.writer.pipeline.assertWritable();
      if (task.failure !== undefined) throw task.failure as Error;
    }
  }

  /** Starts what ends the stall. */
  #relieve(reason: StallReason): Task<void> | undefined {
    this.#host.stats.stalls++;
    this.#host.tell({ kind: 'stall', reason });
    return reason === 'memtable' ? this.flusher.start() : this.compactor.start();
  }

  #stallReason(): StallReason | undefined {
    if (this.#host.frozen.length > 0 && !this.#host.parts.arenas.available) return 'memtable';
    if (this.#host.state.version.levels[0].length >= STOP_RUNS) return 'level 0';
    return undefined;
  }
}
