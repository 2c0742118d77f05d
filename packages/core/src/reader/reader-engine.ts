// The state of a database that is open for reading: the newest manifest that was looked at, and what it names. Nothing runs by itself, there is no timer:
// reads ask for a look when the last one is too long ago.
//
// A reader has no lock and no pin in the store. Who writes deletes what merges have replaced, and does not ask: a read that meets a missing object
// looks whether the newest manifest still names it. If not, nothing is damaged, and the read is `EXPIRED`.

import type { Kernels } from '@varve/wasm-kernels';
import type { Clock } from '../base/clock.ts';
import { closed, StorageError } from '../base/errors.ts';
import { BlockCache } from '../cache/block-cache.ts';
import type { MemoryPlan } from '../db/memory-plan.ts';
import type { ReadHost } from '../db/read-host.ts';
import type { Epoch } from '../format/epoch.ts';
import { epochToBigInt } from '../format/epoch.ts';
import { idText } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { Heap } from '../heap/heap.ts';
import { MergeRoom } from '../iterators/merge-room.ts';
import { PageScanner } from '../iterators/page-scanner.ts';
import { ReadView } from '../iterators/read-view.ts';
import { Snapshots, type EpochPin } from '../mvcc/snapshots.ts';
import { PointReader } from '../read/point-reader.ts';
import { runJob } from '../scheduler/job.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { Turns } from '../scheduler/turn.ts';
import { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import { tell, type OnEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { readNewer, readNewest, type ManifestParts } from '../version/manifest.ts';
import { Moment } from './moment.ts';

/** Looks in a row that meet a version whose objects go while they are opened. */
const MOST_LOOKS = 5;

export interface ReaderParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly plan: MemoryPlan;
  readonly blockSizeBytes: number;
  /** Reads see nothing that is older; undefined: they see what `refresh` found. */
  readonly staleMs: number | undefined;
  readonly onEvent: OnEvent | undefined;
}

export class ReaderEngine implements ReadHost {
  readonly parts: ReaderParts;
  readonly cache: BlockCache;
  readonly catalog: SstCatalog;
  readonly points: PointReader;
  readonly pages: PageScanner;
  /** Claims of scans and snapshots, which keep the view that they read from. */
  readonly snapshots: { pin(owner: object, epoch: Epoch, warning?: string): EpochPin };
  readonly #pins: Snapshots;
  readonly #manifests: ManifestParts;
  readonly #ssts = new Map<string, Sst>();
  #moment: Moment;
  /** When the look began that `#moment` is of. */
  #lookedAt = -Infinity;
  /** The look that is under way, and the one that will follow it. */
  #look: Promise<void> | undefined;
  #nextLook: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  /** Opens nothing yet: `start` does. */
  constructor(parts: ReaderParts, state: ManifestState) {
    const { heap, kernels, store, plan, turns } = parts;
    this.parts = parts;
    this.#manifests = manifestsOf(parts);
    this.cache = new BlockCache(
      heap,
      parts.blockSizeBytes,
      heap.largestFreeBytes - plan.largeBlockBytes - plan.restBytes,
      plan.largeBlockBytes,
    );
    this.catalog = new SstCatalog({
      heap,
      kernels,
      store,
      cache: this.cache,
      readingBytes: plan.largeBlockBytes,
      database: state.database,
      onGarbage: ({ dataName, metaName }) => {
        for (const name of [dataName, metaName]) void Promise.resolve(this.catalog.closeObject(name)).catch(() => undefined);
      },
      explain: (object) => this.#explain(object),
    });
    this.points = new PointReader(heap, kernels, this.catalog);
    // Nothing is merged here: the scheduler has no task.
    this.pages = new PageScanner(heap, kernels, this.catalog, new MergeRoom(new Scheduler(turns), this.cache, store.sync !== undefined));
    this.#pins = new Snapshots((message) => tell(parts.onEvent, { kind: 'warning', message }));
    this.snapshots = { pin: (owner, epoch, warning) => this.#pin(owner, epoch as Moment, warning) };
    this.#moment = new Moment({ ...state, number: 0 }, this.#viewOf([]), 0n);
  }

  /** Opens what the state names, or what is the newest by then. */
  async start(state: ManifestState): Promise<void> {
    const began = this.parts.clock.now();
    try {
      await this.#followTo(state);
    } catch (error) {
      if (!isExpired(error)) throw error;
      return this.refresh();
    }
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
    const { staleMs, clock } = this.parts;
    const age = clock.now() - this.#lookedAt;
    return staleMs === undefined || (age >= 0 && age < staleMs) ? undefined : (this.#look ?? this.#startLook());
  }

  /** Looks for a newer manifest, and goes on to it. What was in the store before the call is seen. */
  refresh(): Promise<void> {
    this.assertOpen();
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
    this.#look ??= this.#lookNow().finally(() => (this.#look = undefined));
    return this.#look;
  }

  async #lookNow(): Promise<void> {
    const began = this.parts.clock.now();
    for (let looks = 1; ; looks++) {
      this.assertOpen();
      try {
        await this.#followTo(await this.#newest());
        break;
      } catch (error) {
        // While its objects were being opened that version was replaced.
        if (!isExpired(error) || looks === MOST_LOOKS) throw error;
      }
    }
    this.#lookedAt = began;
  }

  /** Manifests of the chain may be deleted while they are read: then another one is the newest. */
  async #newest(): Promise<ManifestState> {
    const known = this.#moment.state;
    try {
      return await runJob(readNewer(this.#manifests, known));
    } catch (error) {
      const newest = await runJob(readNewest(this.#manifests));
      if (newest === undefined || newest.number < known.number) throw error;
      return newest;
    }
  }

  async #followTo(state: ManifestState): Promise<void> {
    if (state.number === this.#moment.state.number) return;
    const infos = [...state.version.ssts()];
    const opened = await this.#openAll(infos.filter(({ id }) => !this.#ssts.has(idText(id))));
    try {
      this.assertOpen();
      for (const sst of opened) this.#ssts.set(idText(sst.info.id), sst);
      this.#install(state, infos);
    } catch (error) {
      for (const sst of opened) this.#ssts.delete(idText(sst.info.id));
      for (const sst of opened) this.catalog.retire(sst);
      throw error;
    }
  }

  async #openAll(infos: readonly SstInfo[]): Promise<Sst[]> {
    const opening = await Promise.allSettled(infos.map(async (info) => this.catalog.open(info)));
    const opened = opening.filter((one) => one.status === 'fulfilled').map(({ value }) => value);
    const failed = opening.find((one) => one.status === 'rejected');
    if (failed === undefined) return opened;
    for (const sst of opened) this.catalog.retire(sst);
    throw failed.reason;
  }

  #install(state: ManifestState, infos: readonly SstInfo[]): void {
    const old = this.#moment;
    const epochs = [epochToBigInt(old), state.flushedEpoch, ...infos.map(({ maxEpoch }) => maxEpoch)];
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
    return new ReadView({ heap, kernels, catalog: this.catalog, onMemtableFree: () => undefined }, [], runs);
  }

  /** An object cannot be read. Does the newest manifest name it? It is not gone on to from here: that is a look's work, which may be what waits. */
  async #explain(object: string | undefined): Promise<StorageError | undefined> {
    const { version } = await this.#newest();
    const isNamed = [...version.ssts()].some(({ id }) => object?.startsWith(`sst/${idText(id)}.`) === true);
    if (isNamed) return undefined;
    return new StorageError(
      'EXPIRED',
      'what this read was of has been merged away meanwhile: read again',
      object === undefined ? {} : { object },
    );
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
    await this.parts.store.close?.();
  }
}

/** The moment that was read from is gone; the newest one is there. */
export function isExpired(error: unknown): boolean {
  return error instanceof StorageError && error.code === 'EXPIRED';
}

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** What reads manifests. */
export function manifestsOf({ heap, kernels, store }: Pick<ReaderParts, 'heap' | 'kernels' | 'store'>): ManifestParts {
  return { heap, kernels, store, newNonce: () => '' };
}
