// Deletes what nobody needs any more while the database is open: SSTs that compactions replaced, manifests below the chain. And once, at open, what
// earlier writers left behind. A failure here loses nothing: the next open collects what is left.

import { manifestName, MANIFEST_PREFIX, type ObjectId } from '../format/object-names.ts';
import { io, same, type Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import type { EngineStats } from '../stats/engine-stats.ts';
import type { EngineEvent } from '../stats/events.ts';
import type { LogStore } from '../store/log-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { SNAPSHOT_EVERY } from '../version/manifest.ts';
import type { ObjectIds } from '../version/object-ids.ts';
import { collectGarbage, NAMES_AT_ONCE } from './object-gc.ts';

const URGENCY = 2;

export interface CollectorHost {
  readonly store: ObjectStore;
  readonly catalog: SstCatalog;
  readonly scheduler: Scheduler;
  readonly stats: EngineStats;
  readonly state: ManifestState;
  readonly ended: boolean;
  readonly objectIds: ObjectIds;
  tell(event: EngineEvent): void;
}

export class Collector {
  readonly #host: CollectorHost;
  /** What is to be deleted, in this order: manifests ascending, or a writer that was overtaken long ago would not notice (version/manifest.ts). */
  readonly #garbage: string[] = [];
  /** Manifests below are gone, or named already; undefined until those of earlier writers are named. */
  #manifestsFrom: number | undefined;
  #running = false;

  readonly #log: Pick<LogStore, 'truncate'>;

  constructor(host: CollectorHost, log: Pick<LogStore, 'truncate'>) {
    this.#host = host;
    this.#log = log;
  }

  /** What earlier writers left. */
  begin(): void {
    const { scheduler, store, catalog, objectIds } = this.#host;
    // What jobs are making, and what readers still hold although no version names it any more.
    const inUse = (): ObjectId[] => [...objectIds.pending, ...catalog.openIds];
    scheduler.add(this.#quietly(collectGarbage(store, () => this.#host.state, inUse)), URGENCY);
    scheduler.add(this.#quietly(this.#findOldManifests()), URGENCY);
    // Whoever died between a flush's manifest and its truncation left segments that nobody replays.
    scheduler.add(this.#quietly(same(() => this.#log.truncate(this.#host.state.logPosition))), URGENCY);
  }

  /** An SST that nobody needs any more: its objects go. */
  discard(sst: Sst): void {
    this.#garbage.push(sst.dataName, sst.metaName);
    this.#start();
  }

  /** After each manifest: old ones go once a snapshot stands above them. */
  afterCommit(): void {
    if (this.#manifestsFrom === undefined) return;
    const first = this.#firstNeededManifest();
    for (; this.#manifestsFrom < first; this.#manifestsFrom++) this.#garbage.push(manifestName(this.#manifestsFrom));
    this.#start();
  }

  /** The snapshot before the newest one and all above stay: a reader may be in the middle of the chain. */
  #firstNeededManifest(): number {
    return Math.max(1, (Math.floor(this.#host.state.number / SNAPSHOT_EVERY) - 1) * SNAPSHOT_EVERY);
  }

  *#findOldManifests(): Job<void> {
    const infos = yield* io(this.#host.store, (door) => door.list(MANIFEST_PREFIX));
    this.#manifestsFrom = this.#firstNeededManifest();
    const keep = manifestName(this.#manifestsFrom);
    for (const { name } of infos) if (name < keep) this.#garbage.push(name);
    this.#start();
  }

  #start(): void {
    if (this.#running || this.#garbage.length === 0 || this.#host.ended) return;
    this.#running = true;
    this.#host.scheduler.add(this.#quietly(this.#job()), URGENCY);
  }

  /** What could not be deleted is tried again before anything behind it. */
  *#job(): Job<void> {
    const { store, catalog, stats } = this.#host;
    let deleted = 0;
    try {
      while (this.#garbage.length > 0) {
        const names = this.#nextNames();
        for (const name of names) yield* same(() => catalog.closeObject(name));
        yield* io(store, (door) => door.delete(names));
        this.#garbage.splice(0, names.length);
        deleted += names.length;
        yield;
      }
    } finally {
      this.#running = false;
      stats.deletedObjects += deleted;
      if (deleted > 0) this.#host.tell({ kind: 'garbage', objects: deleted });
    }
  }

  /** One manifest, or a handful of SST objects: a store may delete what it is given at once in any order. */
  #nextNames(): string[] {
    const end = this.#garbage.findIndex((name, i) => i === NAMES_AT_ONCE || name.startsWith(MANIFEST_PREFIX));
    return this.#garbage.slice(0, end < 0 ? this.#garbage.length : Math.max(1, end));
  }

  *#quietly(job: Job<unknown>): Job<void> {
    try {
      yield* job;
    } catch (error) {
      if (!this.#host.ended) {
        this.#host.tell({ kind: 'warning', message: `objects that are no longer needed could not be deleted: ${String(error)}` });
      }
    }
  }
}
