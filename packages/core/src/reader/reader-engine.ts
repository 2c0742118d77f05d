// The state of a database that is open for reading: the newest manifest that was looked at, and what it names. Nothing runs by itself, there is no timer:
// reads ask for a look when the last one is too long ago.
//
// A reader has no lock and no pin in the store. Who writes deletes what merges have replaced, and does not ask: a read that meets a missing object
// looks whether the newest manifest still names it. If not, nothing is damaged, and the read is `EXPIRED`.

import type { Kernels } from '@varve/wasm-kernels';
import type { Clock } from '../base/clock.ts';
import { closed, StorageError } from '../base/errors.ts';
import { letGo } from '../base/maybe-promise.ts';
import { BlockCache } from '../cache/block-cache.ts';
import type { MemoryPlan } from '../db/memory-plan.ts';
import type { ReadHost } from '../db/read-host.ts';
import { epochToBigInt, later, type Epoch } from '../format/epoch.ts';
import { idText, metaName, sstName } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { Heap } from '../heap/heap.ts';
import { MergeRoom } from '../iterators/merge-room.ts';
import { PageScanner } from '../iterators/page-scanner.ts';
import { ReadView } from '../iterators/read-view.ts';
import type { Memtable } from '../memtable/memtable.ts';
import { Snapshots, type EpochPin, type Pins } from '../mvcc/snapshots.ts';
import { PointReader } from '../read/point-reader.ts';
import { runJob } from '../scheduler/job.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { Turns } from '../scheduler/turn.ts';
import { largestMetaBytes } from '../sst/arrived-metas.ts';
import { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import { tell, type OnEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { SstPlaces } from '../version/ancestors.ts';
import { readNewer, type ManifestParts } from '../version/manifest.ts';
import type { LogFollower } from './follow.ts';
import { Moment } from './moment.ts';
import { OneForAll } from './one-for-all.ts';
import { pagesByPiece, pointsByPiece, type Piecemeal } from './piecemeal.ts';

/** Looks in a row that meet a log of which the writer cuts off the beginning while it is read. */
const MOST_LOOKS = 5;
/** When those who need a look take another's for lost. */
const LOST_LOOK_MS = 2000;

export interface ReaderParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  /** Where SSTs lie. */
  readonly places: SstPlaces;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly plan: MemoryPlan;
  readonly blockSizeBytes: number;
  /** Reads see nothing that is older; undefined: they see what `refresh` found. */
  readonly staleMs: number | undefined;
  readonly onEvent: OnEvent | undefined;
  /** With `follow: 'log'`. */
  readonly log: LogFollower | undefined;
  /** How it reads where nothing may be waited for that belongs to another's request. */
  readonly piecemeal: Piecemeal | undefined;
}

export class ReaderEngine implements ReadHost {
  readonly parts: ReaderParts;
  readonly cache: BlockCache;
  readonly catalog: SstCatalog;
  readonly points: ReadHost['points'];
  readonly pages: ReadHost['pages'];
  /** Claims of scans and snapshots, which keep the view that they read from. */
  readonly snapshots: Pins;
  readonly #pins: Snapshots;
  readonly #log: LogFollower | undefined;
  readonly #manifests: ManifestParts;
  readonly #ssts = new Map<string, Sst>();
  #moment: Moment;
  /** When the look began that `#moment` is of; -Infinity: whatever it is of is not new enough. */
  #lookedAt = -Infinity;
  /** The look that is under way, when it began, and the one that will follow it. */
  #look: Promise<void> | undefined;
  #lookBegan = -Infinity;
  #nextLook: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #looks: OneForAll;

  /** Opens nothing yet: `start` does. */
  constructor(parts: ReaderParts, state: ManifestState) {
    const { heap, kernels, store, plan, turns } = parts;
    this.parts = parts;
    this.#log = parts.log;
    this.#manifests = manifestsOf(parts);
    this.#looks = new OneForAll(parts.clock, turns);
    this.cache = new BlockCache(
      heap,
      parts.blockSizeBytes,
      heap.largestFreeBytes - plan.largeBlockBytes - plan.restBytes,
      plan.largeBlockBytes,
    );
    this.catalog = new SstCatalog({
      heap,
      kernels,
      store: parts.piecemeal?.store ?? store,
      cache: this.cache,
      readingBytes: plan.largeBlockBytes,
      places: placesOf(parts),
      metaBytes: plan.restBytes,
      largestMetaBytes: largestMetaBytes(store, parts.piecemeal !== undefined),
      onGarbage: ({ dataName, metaName }) => {
        for (const name of [dataName, metaName]) letGo({ close: () => this.catalog.closeObject(name) });
      },
      explain: (object) => this.#explain(object),
    });
    const points = new PointReader(heap, kernels, this.catalog);
    // Nothing is merged here: the scheduler has no task.
    const pages = new PageScanner(heap, kernels, this.catalog, new MergeRoom(new Scheduler(turns), this.cache, store.sync !== undefined));
    this.points = parts.piecemeal === undefined ? points : pointsByPiece(parts.piecemeal, points, this.catalog);
    this.pages = parts.piecemeal === undefined ? pages : pagesByPiece(parts.piecemeal, pages, this.catalog);
    this.#pins = new Snapshots((message) => tell(parts.onEvent, { kind: 'warning', message }));
    this.snapshots = { pin: (owner, epoch, warning) => this.#pin(owner, epoch as Moment, warning) };
    this.#moment = new Moment({ ...state, number: 0 }, this.#viewOf([]), 0n);
  }

  /** Begins with this state, which was asked for at the time of `began`. */
  async start(state: ManifestState, began: number): Promise<void> {
    this.#followTo(state);
    if (this.#log !== undefined) return this.refresh();
    this.#lookedAt = began;
  }

  get visible(): Moment {
    return this.#moment;
  }

  viewAt(moment: Epoch): ReadView {
    return (moment as Moment).view;
  }

  get pinned(): number {
    return this.#pins.count;
  }

  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  assertOpen(): void {
    if (this.isClosed) throw closed();
  }

  #pin(owner: object, moment: Moment, warning: string | undefined): EpochPin {
    moment.view.pin();
    return this.#pins.pin(owner, moment, warning, () => moment.view.unpin());
  }

  // Looking ------------------------------------------------------------------------------------------------------------------------

  /** What a read that begins now has to wait for, if anything. */
  fresh(): Promise<void> | undefined {
    if (!this.isFollowing || this.#isNew(this.#lookedAt)) return undefined;
    if (this.parts.piecemeal !== undefined) {
      return this.#looks.until(
        () => this.#isNew(this.#lookedAt),
        (began) => this.#lookNow(began),
        Math.min(LOST_LOOK_MS, this.parts.staleMs!),
      );
    }
    return this.#look !== undefined && this.#isNew(this.#lookBegan) ? this.#look : this.refresh();
  }

  /** A clock that was set back tells nothing. */
  #isNew(time: number): boolean {
    const age = this.parts.clock.now() - time;
    return age >= 0 && age < this.parts.staleMs!;
  }

  /** Reads look by themselves. */
  get isFollowing(): boolean {
    return this.parts.staleMs !== undefined;
  }

  /** Looks for a newer manifest, and goes on to it. What was in the store before the call is seen. */
  async refresh(): Promise<void> {
    this.assertOpen();
    if (this.parts.piecemeal !== undefined) return this.#lookNow(this.parts.clock.now());
    if (this.#look === undefined) return this.#startLook();
    this.#nextLook ??= this.#look
      .catch(() => undefined)
      .then(() => {
        this.#nextLook = undefined;
        return this.#startLook();
      });
    return this.#nextLook;
  }

  #startLook(): Promise<void> {
    this.#lookBegan = this.parts.clock.now();
    this.#look = this.#lookNow(this.#lookBegan).finally(() => (this.#look = undefined));
    return this.#look;
  }

  async #lookNow(began: number): Promise<void> {
    for (let looks = 1; ; looks++) {
      this.assertOpen();
      try {
        await this.#lookOnce();
        break;
      } catch (error) {
        // The log was cut off: a newer manifest says where it begins now.
        if (!isExpired(error) || looks === MOST_LOOKS) throw error;
      }
    }
    this.#lookedAt = began;
  }

  /** What was appended is asked for before the manifest, which says by that whether it can still be lost (docs/PROTOCOL.md, rule 13). */
  async #lookOnce(): Promise<void> {
    await this.#log?.list(this.#moment.state.logPosition);
    const newest = await this.#newest();
    this.assertOpen();
    this.#followTo(newest);
    if (this.#log === undefined) return;
    await this.#log.apply(newest);
    this.assertOpen();
    if (this.#log.epoch > epochToBigInt(this.#moment)) this.#install(newest, [...newest.version.ssts()]);
  }

  async #newest(): Promise<ManifestState> {
    const known = this.#moment.state;
    const newest = await whole(() => runJob(readNewer(this.#manifests, known)));
    if (newest === undefined) throw new StorageError('UNAVAILABLE', 'the database is not here any more');
    if (newest.database !== known.database) {
      throw new StorageError('FENCED', 'another database stands here now: close this reader and open again');
    }
    return newest;
  }

  #followTo(state: ManifestState): void {
    if (state.number <= this.#moment.state.number) return;
    const infos = [...state.version.ssts()];
    const opened: Sst[] = [];
    try {
      for (const info of infos) if (!this.#ssts.has(idText(info.id))) opened.push(this.catalog.open(info));
      for (const sst of opened) this.#ssts.set(idText(sst.info.id), sst);
      this.#install(state, infos);
    } catch (error) {
      for (const sst of opened) this.#ssts.delete(idText(sst.info.id));
      for (const sst of opened) this.catalog.retire(sst);
      throw error;
    }
  }

  #install(state: ManifestState, infos: readonly SstInfo[]): void {
    const old = this.#moment;
    const epochs = [epochToBigInt(old), state.flushedEpoch, this.#log?.epoch ?? 0n, ...infos.map(({ maxEpoch }) => maxEpoch)];
    this.#log?.keepFrom(state.logPosition);
    this.#moment = new Moment(state, this.#viewOf(state.version.levels), epochs.reduce(later));
    old.view.unpin();
    const named = new Set(infos.map(({ id }) => idText(id)));
    for (const [id, sst] of this.#ssts) {
      if (named.has(id)) continue;
      this.#ssts.delete(id);
      this.catalog.retire(sst);
    }
  }

  #viewOf(levels: readonly (readonly SstInfo[])[]): ReadView {
    const { heap, kernels } = this.parts;
    const [level0 = [], ...others] = levels;
    const sst = ({ id }: SstInfo): Sst => this.#ssts.get(idText(id))!;
    const runs = [...level0.map((info) => [sst(info)]), ...others.map((level) => level.map(sst))];
    const onMemtableFree = (memtable: Memtable): void => this.#log?.free(memtable);
    return new ReadView({ heap, kernels, catalog: this.catalog, onMemtableFree }, this.#log?.memtables ?? [], runs);
  }

  /** An object cannot be read. Does the newest manifest name it? It is not gone on to from here: that is a look's work, which may be what waits. */
  async #explain(object: string | undefined): Promise<StorageError | undefined> {
    const { version } = await this.#newest();
    if (object === undefined || [...version.ssts()].some(({ id }) => [sstName(id), metaName(id)].includes(object))) return undefined;
    this.#lookedAt = -Infinity;
    const remedy = this.isFollowing ? 'read again' : 'refresh, and read again';
    return new StorageError('EXPIRED', `what this read was of has been merged away meanwhile: ${remedy}`, { object });
  }

  // The end ------------------------------------------------------------------------------------------------------------------------

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await (this.#nextLook ?? this.#look)?.catch(() => undefined);
    await this.catalog.close();
    await this.#log?.close();
    await this.parts.store.close?.();
  }
}

/** Where requests are cut off everything is read through what is in hand. */
function placesOf({ piecemeal, places }: ReaderParts): Pick<SstPlaces, 'storeOf' | 'databaseOf'> {
  if (piecemeal === undefined) return places;
  return { storeOf: () => piecemeal.store, databaseOf: (id) => places.databaseOf(id) };
}

/** What was read is gone from the store, since newer objects have it. */
export function isExpired(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'EXPIRED';
}

/** What is read of manifests. Those of a chain may be deleted while it is read, since others have come: it is read anew until it is whole, or nothing has changed. */
export async function whole<T>(read: () => Promise<T>): Promise<T> {
  for (let told = ''; ;) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'CORRUPTION' || error.message === told) throw error;
      told = error.message;
    }
  }
}

/** What reads manifests. */
export function manifestsOf({ heap, kernels, store }: Pick<ReaderParts, 'heap' | 'kernels' | 'store'>): ManifestParts {
  return { heap, kernels, store, newNonce: () => '' };
}
