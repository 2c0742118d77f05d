// A database under test and the model of it, side by side: what is written goes to both, what is read is compared.

import {
  AssertionError,
  memoryStore,
  open,
  type BatchTarget,
  type Database,
  type Durability,
  type MemoryStore,
  type MemoryStoreOptions,
  type ObjectStore,
  type OpenOptions,
  type PowerCut,
  type Reads,
  type ScanRange,
  type SyncMemoryStore,
  type SyncReads,
  type SyncWrites,
  type Writes,
} from '@varve/core';
import { ModelHistory, sameBytes, type Change, type ModelEntry } from '../model/history.ts';
import { binaryKeyOf, binaryPrefixOf, BYTES, KINDS, valueBytesOf, type SpaceKind } from '../model/spaces.ts';
import type { Draw } from '../world/draw.ts';
import { Trace } from '../world/trace.ts';

export type AnyReads = Reads<unknown, unknown> & SyncReads<unknown, unknown>;
export type AnySpace = AnyReads & Writes<unknown, unknown> & SyncWrites<unknown, unknown> & BatchTarget<unknown, unknown>;
export type AnyDatabase = Database<SyncMemoryStore, unknown, unknown, unknown, unknown, unknown>;

/** A key space that is open, and the name of it that is used once. */
export interface ModelSpace {
  readonly id: string;
  readonly kind: SpaceKind;
  readonly space: AnySpace;
}

export function expectThat(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Where a database is kept. */
export interface Place {
  /** For the next open. */
  store(): ObjectStore;
  /** What a crash leaves. The database that is open goes on with what was there. */
  crash(cut: PowerCut): Place;
}

/** In memory. */
export function memoryPlace(orders: MemoryStoreOptions, store: MemoryStore = memoryStore(orders)): Place {
  return {
    store: () => store,
    crash: (cut) => memoryPlace(orders, store.crash({ ...(orders as PowerCut), ...cut })),
  };
}

export class ModelDatabase {
  readonly history = new ModelHistory(sameBytes);
  db!: AnyDatabase;
  spaces: ModelSpace[] = [];
  /** All writes up to this moment survive a power cut, those up to the next one the death of the process. */
  #synced = 0;
  #buffered = 0;
  /** Of everything that was answered. */
  readonly answers = new Trace(() => 0, false);
  #place: Place;
  readonly #settings: OpenOptions;
  readonly #generations = new Map<SpaceKind, number>();

  constructor(place: Place, settings: OpenOptions) {
    this.#place = place;
    this.#settings = settings;
  }

  get root(): ModelSpace {
    return this.spaces[0];
  }

  async open(): Promise<void> {
    this.db = (await open(this.#place.store(), this.#settings)) as unknown as AnyDatabase;
    const names = new Set(this.db.keyspaces().map(({ name }) => name));
    this.spaces = [{ id: 'root', kind: BYTES, space: this.db }];
    for (const kind of KINDS) if (names.has(kind.name)) this.openSpace(kind);
  }

  /** Opens a key space, or makes it. */
  openSpace(kind: SpaceKind): void {
    if (this.spaces.some((open) => open.kind === kind)) return;
    const id = `${kind.name}#${this.#generations.get(kind) ?? 0}`;
    this.spaces.push({ id, kind, space: this.db.keyspace(kind.name, { keys: kind.keys, values: kind.values }) });
  }

  /** Returns what there was. */
  async dropSpace(kind: SpaceKind): Promise<ModelSpace | undefined> {
    const dropped = this.spaces.find((open) => open.kind === kind);
    expectThat((await this.db.dropKeyspace(kind.name)) === (dropped !== undefined), 'dropKeyspace tells another story');
    if (dropped === undefined) return undefined;
    this.spaces = this.spaces.filter((open) => open !== dropped);
    this.#generations.set(kind, (this.#generations.get(kind) ?? 0) + 1);
    for (const [key] of this.history.scan(dropped.id, {})) this.note([{ space: dropped.id, key, value: undefined }], undefined);
    return dropped;
  }

  async close(): Promise<void> {
    await this.db.close();
    this.noteSynced();
  }

  /** Goes on with what a power cut leaves, or (without one) the death of the process. */
  async crash(cut?: PowerCut): Promise<void> {
    const dead = this.db;
    this.#place = this.#place.crash(cut ?? { unsynced: (bytes: Uint8Array) => bytes });
    await dead.close().catch(() => undefined);
    await this.open();
    const found = new Map<string, ModelEntry[]>();
    for (const { id, kind, space } of this.spaces) found.set(id, encodedEntries(kind, await space.scan().all()));
    const earliest = cut === undefined ? this.#buffered : this.#synced;
    const moment = this.history.momentOf(found, earliest);
    expectThat(moment !== undefined, `what is left is no prefix that holds all up to ${earliest} of ${this.history.now}`);
    this.history.cutAfter(moment);
    // What was found has been made durable.
    this.#synced = this.#buffered = moment;
  }

  change({ id, kind }: ModelSpace, key: unknown, value?: unknown): Change {
    return { space: id, key: binaryKeyOf(kind, key), value: value === undefined ? undefined : valueBytesOf(kind, value) };
  }

  /** Notes a write that was acknowledged, and what that promises of it and all before. */
  note(changes: readonly Change[], durability: Durability | undefined): void {
    const now = this.history.add(changes);
    if (durability !== 'memory') this.#buffered = now;
    if (durability === 'synced') this.#synced = now;
  }

  /** Everything so far survives power cuts. */
  noteSynced(): void {
    this.#synced = this.#buffered = this.history.now;
  }

  expectValue({ id, kind }: ModelSpace, key: unknown, found: unknown, moment?: number): void {
    const wanted = this.history.get(id, binaryKeyOf(kind, key), moment);
    const got = found === undefined ? undefined : valueBytesOf(kind, found);
    this.answers.bytes(got ?? NOTHING);
    expectThat(sameBytes(wanted, got), `get of ${keyText(key)} in ${id}: wanted ${valueText(wanted)}, got ${valueText(got)}`);
  }

  /** What a scan of a range must give at a moment. */
  wanted({ id, kind }: ModelSpace, range: ScanRange<unknown, unknown>, moment?: number): ModelEntry[] {
    const { gt, gte, lt, lte, prefix, reverse, limit } = range;
    const key = (bound: unknown): string | undefined => (bound === undefined ? undefined : binaryKeyOf(kind, bound));
    const start = prefix === undefined ? undefined : binaryPrefixOf(kind, prefix);
    return this.history.scan(id, { gt: key(gt), gte: key(gte), lt: key(lt), lte: key(lte), prefix: start, reverse, limit }, moment);
  }

  expectEntries({ id, kind }: ModelSpace, wanted: readonly ModelEntry[], found: readonly (readonly [unknown, unknown])[]): void {
    const got = encodedEntries(kind, found);
    for (const [key, value] of got) {
      this.answers.note(key);
      this.answers.bytes(value);
    }
    expectSame(id, wanted, got);
  }

  expectKeys({ id, kind }: ModelSpace, wanted: readonly ModelEntry[], found: readonly unknown[]): void {
    const none = new Uint8Array(0);
    expectSame(
      id,
      wanted.map(([key]) => [key, none]),
      found.map((key) => [binaryKeyOf(kind, key), none]),
    );
  }
}

const NOTHING = Uint8Array.of(0, 1, 2);

function expectSame(id: string, wanted: readonly ModelEntry[], found: readonly ModelEntry[]): void {
  const wrong = wanted.findIndex(([key, value], i) => found[i]?.[0] !== key || !sameBytes(found[i][1], value));
  expectThat(wrong < 0, `scan of ${id}: entry ${wrong} of ${wanted.length} is wrong among ${found.length}`);
  expectThat(found.length === wanted.length, `scan of ${id}: ${found.length} entries, wanted ${wanted.length}`);
}

function encodedEntries(kind: SpaceKind, entries: readonly (readonly [unknown, unknown])[]): ModelEntry[] {
  return entries.map(([key, value]) => [binaryKeyOf(kind, key), valueBytesOf(kind, value)]);
}

/** A range with any of the limits, in any direction. */
export function drawRange(draw: Draw, kind: SpaceKind): ScanRange<unknown, unknown> {
  const lower = draw.pick(['gt', 'gte', undefined]);
  const upper = draw.pick(['lt', 'lte', undefined]);
  return {
    ...(lower !== undefined && { [lower]: kind.key(draw) }),
    ...(upper !== undefined && { [upper]: kind.key(draw) }),
    ...(draw.chance(0.2) && { prefix: kind.prefix(draw) }),
    ...(draw.chance(0.5) && { reverse: true }),
    ...(draw.chance(0.2) && { limit: draw.below(30) }),
  };
}

function keyText(key: unknown): string {
  return key instanceof Uint8Array ? `${key.length} bytes ${[...key.subarray(0, 16)].join()}` : JSON.stringify(key).slice(0, 60);
}

function valueText(value: Uint8Array | undefined): string {
  return value === undefined ? 'nothing' : `${value.length} bytes`;
}
