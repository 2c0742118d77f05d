// Deletes what nobody needs any more while the database is open: SSTs that compactions replaced, manifests below the chain. And once, at open, what
// earlier writers left behind. A failure here loses nothing: the next open collects what is left.
//
// Readers beside the writer are asked for in this order (docs/PROTOCOL.md, rule 12): the floor rises with a manifest, then pins are looked for, then objects
// go that neither a pin names nor the floor has spared.

import type { Clock } from '../base/clock.ts';
import { idText, manifestName, metaName, MANIFEST_PREFIX, sstName, type ObjectId } from '../format/object-names.ts';
import { io, same, type Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import type { EngineStats } from '../stats/engine-stats.ts';
import type { EngineEvent } from '../stats/events.ts';
import type { LogStore } from '../store/log-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { ManifestState, RetiredSst } from '../version/manifest-state.ts';
import { firstNeededManifest } from '../version/manifest.ts';
import type { ObjectIds } from '../version/object-ids.ts';
import { collectGarbage, NAMES_AT_ONCE } from './object-gc.ts';
import type { Pinned } from './pinned.ts';

const URGENCY = 2;

export interface CollectorHost {
  readonly store: ObjectStore;
  readonly catalog: SstCatalog;
  readonly scheduler: Scheduler;
  readonly stats: EngineStats;
  readonly state: ManifestState;
  readonly ended: boolean;
  readonly objectIds: ObjectIds;
  readonly pinned: Pinned;
  /** How long what went out of use stays, ms. */
  readonly retainMs: number;
  /** Wall time, ms, which never runs backwards. */
  now(): number;
  readonly clock: Clock;
  tell(event: EngineEvent): void;
}

export class Collector {
  readonly #host: CollectorHost;
  /** What is to be deleted, in this order: manifests ascending, or a writer that was overtaken long ago would not notice (version/manifest.ts). */
  readonly #garbage: string[] = [];
  /** SSTs that nobody here needs. The floor may be below them. */
  readonly #unused = new Map<string, ObjectId>();
  /** Those of them that were pinned when that was looked at last. */
  readonly #kept = new Map<string, ObjectId>();
  /** When retired SSTs were first seen, by this clock: what an earlier one says may lie ahead of it. */
  readonly #seen = new Map<string, number>();
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
    const { scheduler, store, catalog, objectIds, pinned, state } = this.#host;
    // What jobs are making, and what readers still hold although no version names it any more.
    const inUse = (): ObjectId[] => [...objectIds.pending, ...catalog.openIds];
    for (const { id } of state.retired) this.#unused.set(idText(id), id);
    scheduler.add(this.#quietly(collectGarbage(store, pinned, () => this.#host.state, inUse)), URGENCY);
    scheduler.add(this.#quietly(this.#findOldManifests()), URGENCY);
    // Whoever died between a flush's manifest and its truncation left segments that nobody replays.
    scheduler.add(this.#quietly(same(() => this.#log.truncate(this.#host.state.logPosition))), URGENCY);
  }

  /** How far the floor rises with a manifest of these edits, if it does: what went out of use at most then is deleted when the manifest is there. */
  floorWith(edits: readonly EditJson[]): number | undefined {
    const { state, retainMs } = this.#host;
    if (retainMs === 0) return edits.some(({ kind }) => kind === 'ssts') || state.retired.length > 0 ? state.number + 1 : undefined;
    return state.retired.filter((sst) => this.#isDue(sst)).at(-1)?.number;
  }

  #isDue({ id, at }: RetiredSst): boolean {
    const { retainMs, clock } = this.#host;
    if (this.#host.now() - at >= retainMs) return true;
    const text = idText(id);
    const seen = this.#seen.get(text);
    if (seen === undefined) this.#seen.set(text, clock.now());
    return seen !== undefined && clock.now() - seen >= retainMs;
  }

  /** An SST that nobody here needs any more: its objects go, sooner or later. */
  discard({ info: { id } }: Sst): void {
    this.#unused.set(idText(id), id);
    this.#start();
  }

  /** After each manifest: old ones go once a snapshot stands above them. */
  afterCommit(): void {
    if (this.#manifestsFrom !== undefined) {
      const first = firstNeededManifest(this.#host.state.number);
      for (; this.#manifestsFrom < first; this.#manifestsFrom++) this.#garbage.push(manifestName(this.#manifestsFrom));
    }
    this.#start();
  }

  *#findOldManifests(): Job<void> {
    const infos = yield* io(this.#host.store, (door) => door.list(MANIFEST_PREFIX));
    this.#manifestsFrom = firstNeededManifest(this.#host.state.number);
    const keep = manifestName(this.#manifestsFrom);
    for (const { name } of infos) if (name < keep) this.#garbage.push(name);
    this.#start();
  }

  #start(): void {
    if (this.#running || this.#host.ended || (this.#garbage.length === 0 && this.#due().length === 0)) return;
    this.#running = true;
    this.#host.scheduler.add(this.#quietly(this.#job()), URGENCY);
  }

  /** Unused, and not above the floor. */
  #due(): ObjectId[] {
    if (this.#unused.size === 0) return [];
    const spared = new Set(this.#host.state.retired.map(({ id }) => idText(id)));
    return [...this.#unused].filter(([text]) => !spared.has(text)).map(([, id]) => id);
  }

  /** What could not be deleted is tried again before anything behind it. */
  *#job(): Job<void> {
    const { store, catalog, stats } = this.#host;
    let deleted = 0;
    try {
      for (;;) {
        yield* this.#choose();
        if (this.#garbage.length === 0) break;
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

  /** Of what is due, what no pin names is garbage. What was pinned before is looked at again on this occasion. */
  *#choose(): Job<void> {
    const due = this.#due();
    if (due.length === 0) return;
    const isPinned = yield* this.#host.pinned.look();
    for (const id of [...due, ...this.#kept.values()]) {
      const text = idText(id);
      this.#unused.delete(text);
      this.#seen.delete(text);
      this.#kept.delete(text);
      if (isPinned(id)) this.#kept.set(text, id);
      else this.#garbage.push(sstName(id), metaName(id));
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
