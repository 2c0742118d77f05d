// Flush: frozen memtables become one SST of L0. Prepare (pin what is frozen, make the segment durable that the log will begin with), build (merge),
// install (manifest names the SST, the log begins behind what was flushed), release (memtables and log segments go). One flush at a time; it takes
// all memtables that are frozen when it begins.

import type { LogStore } from '../store/log-store.ts';
import type { ObjectId } from '../format/object-names.ts';
import { bytesOf, infosOf, type MergeHost } from '../iterators/merge-host.ts';
import { mergeToSsts } from '../iterators/merge-to-ssts.ts';
import type { WrittenSst } from '../iterators/sst-writer.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { same, type Job } from '../scheduler/job.ts';
import type { Task } from '../scheduler/scheduler.ts';
import { sstsEdit, type EditJson } from '../version/manifest-format.ts';

const URGENCY = 0;
/** A flush makes one SST, however large. */
const NO_LIMIT = 0x7fffffff;
/** A memtable as full as this is one of many: the merge that soon takes its run packs it, and once is enough. */
const ONE_OF_MANY = 0.75;
/** What a block needs besides its entry. */
const BLOCK_SLACK = 64;

export interface FlushHost extends MergeHost {
  /** Memtables that wait for their flush, newest first. */
  readonly frozen: readonly Memtable[];
  /** Log position once these memtables are flushed. */
  positionAfter(flushed: readonly Memtable[]): number;
  /** A failure after which nothing more is written. */
  fail(error: unknown): void;
  /** A memtable that nobody needs any more. */
  freeMemtable(memtable: Memtable): void;
}

export class Flusher {
  readonly #host: FlushHost;
  readonly #log: LogStore;
  #task: Task<void> | undefined;

  constructor(host: FlushHost, log: LogStore) {
    this.#host = host;
    this.#log = log;
  }

  get running(): boolean {
    return this.#task !== undefined;
  }

  /** Flushes what is frozen, unless a flush is under way. */
  start(): Task<void> | undefined {
    return this.#host.frozen.length > 0 ? this.begin() : this.#task;
  }

  /** The same; without anything frozen it only lets go of old log segments. */
  begin(): Task<void> | undefined {
    const host = this.#host;
    if (this.#task === undefined && !host.ended) this.#task = host.scheduler.add(this.#job(), URGENCY);
    return this.#task;
  }

  *#job(): Job<void> {
    const host = this.#host;
    const memtables = [...host.frozen];
    const ids = new Set<ObjectId>();
    const pinned = [...memtables];
    for (const memtable of pinned) memtable.pins++;
    const unpin = (): void => {
      for (const memtable of pinned.splice(0)) if (--memtable.pins === 0) host.freeMemtable(memtable);
    };
    try {
      const position = host.positionAfter(memtables);
      yield* this.#anchor(position);
      const written = yield* this.#build(memtables, ids);
      yield* host.commit(
        () => [sstsEdit([], 0, infosOf(written)), logEdit(position, memtables)],
        () => host.install(written, [], memtables),
        ids,
      );
      // Before anything else is waited for: a writer may need the room.
      unpin();
      if (written.length > 0) this.#count(written);
      yield* same(() => this.#log.truncate(position));
    } catch (error) {
      host.jobFailed(error);
      throw error;
    } finally {
      host.objectIds.release(ids);
      unpin();
      this.#task = undefined;
    }
    this.start();
  }

  /**
   * The segment that a manifest names as the log's beginning survives a power cut: if it is missing later, the log is. A failure is the writer's end, as
   * with every sync of the log: the next attempt might succeed although the system has dropped what it could not write.
   */
  *#anchor(segment: number): Job<void> {
    try {
      yield* this.#makeDurable(segment);
    } catch (error) {
      this.#host.fail(error);
      throw error;
    }
  }

  *#makeDurable(segment: number): Job<void> {
    try {
      yield {
        later: () => this.#log.makeDurable([segment]),
        now: () => this.#log.makeDurableNow!([segment]),
      };
    } catch (error) {
      yield* same(() => this.#host.mergeParts.catalog.unread(error));
    }
  }

  *#build(memtables: readonly Memtable[], ids: Set<ObjectId>): Job<readonly WrittenSst[]> {
    const host = this.#host;
    const sources = memtables.filter((memtable) => memtable.count > 0).map((memtable) => ({ memtable: memtable.address }));
    if (sources.length === 0) return [];
    const plan = host.planMerge({
      ids,
      sources,
      longestKey: Math.max(...memtables.map((memtable) => memtable.longestKey)),
      longestBlock: Math.max(...memtables.map((memtable) => memtable.largestEntry)) + BLOCK_SLACK,
      fileSizeBytes: NO_LIMIT,
      sourceBytes: memtables.reduce((sum, { tail, arena }) => sum + tail - arena, 0),
      bottom: host.state.version.sstCount === 0,
      packed: memtables.every((memtable) => memtable.fill < ONE_OF_MANY),
    });
    return (yield* mergeToSsts(host.mergeParts, plan)).ssts;
  }

  #count(written: readonly WrittenSst[]): void {
    const { stats } = this.#host;
    const bytes = bytesOf(written);
    stats.flushes++;
    stats.flushedBytes += bytes;
    this.#host.tell({ kind: 'flush', entries: written.reduce((sum, { info }) => sum + info.entries, 0), bytes });
  }
}

/** The log begins at `position` now; what is in SSTs goes as far as the newest of the memtables. */
function logEdit(position: number, memtables: readonly Memtable[]): EditJson {
  const newest = memtables[0]?.newestEpoch;
  return { kind: 'log', position: String(position), ...(newest !== undefined && { epoch: String(newest) }) };
}
