// Deletes what nobody needs any more while the database is open: SSTs that compactions replaced, manifests below the chain. And once, at open, what
// earlier writers left behind. A failure here loses nothing: the next open collects what is left.

import { manifestName, MANIFEST_PREFIX } from '../format/object-names.ts';
import { io, same, type Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import type { EngineStats } from '../stats/engine-stats.ts';
import type { EngineEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { SNAPSHOT_EVERY } from '../version/manifest.ts';
import { collectGarbage, deleteObjects } from './object-gc.ts';

const URGENCY = 2;

export interface CollectorHost {
  readonly store: ObjectStore;
  readonly catalog: SstCatalog;
  readonly scheduler: Scheduler;
  readonly stats: EngineStats;
  readonly state: ManifestState;
  readonly ended: boolean;
  tell(event: EngineEvent): void;
}

export class Collector {
  readonly #host: CollectorHost;
  readonly #garbage: string[] = [];
  /** Manifests below are gone, or named already. */
  #manifestsFrom = 1;
  #running = false;

  constructor(host: CollectorHost) {
    this.#host = host;
  }

  /** What earlier writers left. */
  begin(): void {
    const { scheduler, store } = this.#host;
    this.#manifestsFrom = this.#firstNeededManifest();
    scheduler.add(this.#quietly(collectGarbage(store, () => this.#host.state)), URGENCY);
    scheduler.add(this.#quietly(this.#oldManifests()), URGENCY);
  }

  /** An SST that nobody needs any more: its objects go. */
  discard(sst: Sst): void {
    this.#garbage.push(sst.dataName, sst.metaName);
    this.#start();
  }

  /** After each manifest: old ones go once a snapshot stands above them. */
  afterCommit(): void {
    const first = this.#firstNeededManifest();
    for (; this.#manifestsFrom < first; this.#manifestsFrom++) this.#garbage.push(manifestName(this.#manifestsFrom));
    this.#start();
  }

  /** The snapshot before the newest one and all above stay: a reader may be in the middle of the chain. */
  #firstNeededManifest(): number {
    return Math.max(1, (Math.floor(this.#host.state.number / SNAPSHOT_EVERY) - 1) * SNAPSHOT_EVERY);
  }

  #start(): void {
    if (this.#running || this.#garbage.length === 0 || this.#host.ended) return;
    this.#running = true;
    this.#host.scheduler.add(this.#quietly(this.#job()), URGENCY);
  }

  *#job(): Job<void> {
    const { store, catalog, stats } = this.#host;
    try {
      while (this.#garbage.length > 0) {
        const names = this.#garbage.splice(0);
        for (const name of names) yield* same(() => catalog.closeObject(name));
        yield* deleteObjects(store, names);
        stats.deletedObjects += names.length;
        this.#host.tell({ kind: 'garbage', objects: names.length });
      }
    } finally {
      this.#running = false;
    }
  }

  *#oldManifests(): Job<void> {
    const { store } = this.#host;
    const keep = manifestName(this.#firstNeededManifest());
    const infos = yield* io(store, (door) => door.list(MANIFEST_PREFIX));
    yield* deleteObjects(
      store,
      infos.map((info) => info.name).filter((name) => name < keep),
    );
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
