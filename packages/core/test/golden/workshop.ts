// A writer that makes a golden database and keeps beside it what it holds. Time stands still between sessions and identities come from a seed.

import type { Clock } from '../../src/base/clock.ts';
import { seededRandom } from '../../src/base/random.ts';
import type { BatchTarget } from '../../src/db/batch.ts';
import { open } from '../../src/db/open-database.ts';
import type { Writes } from '../../src/db/types.ts';
import { MANIFEST_PREFIX, parseManifestName } from '../../src/format/object-names.ts';
import { memoryStore, type MemoryStore } from '../../src/store/memory-store.ts';
import type { Durability } from '../../src/write/durability.ts';
import { imageOf, storeOf, type Image } from '../rot/image.ts';
import { codecsOf, hexOf, type SpaceCodecs } from './codecs.ts';
import type { Contents, SpaceContents } from './contents.ts';
import { meaningOf, type Notation } from './notation.ts';

/** Every longest key is allowed. */
const BUDGET_BYTES = 32 << 20;
const BLOCK_BYTES = 1024;
const SST_BYTES = 8192;
const FIRST_MS = Date.UTC(2026, 10, 21);
const HOUR_MS = 3_600_000;

/** Name of the key space, and of its codecs. */
export type SpaceNames = Pick<SpaceContents, 'name' | 'keys' | 'values'>;

/** An operation of a batch: without a value it deletes. */
export type Operation = readonly [space: string, key: Notation, value?: Notation | undefined];

interface Model extends SpaceNames {
  readonly codecs: SpaceCodecs;
  /** By the key's bytes; those that are gone have no value. */
  readonly entries: Map<string, { readonly key: Notation; readonly value: Notation | undefined }>;
}

type Writable = Pick<Writes<unknown, unknown>, 'put' | 'delete'> & BatchTarget<unknown, unknown>;
type Opened = Awaited<ReturnType<typeof openWith>>;

function openWith(store: MemoryStore, codecs: SpaceCodecs, seed: number, clock: Clock) {
  const sizes = { memoryBudgetBytes: BUDGET_BYTES, blockSizeBytes: BLOCK_BYTES, sstSizeBytes: SST_BYTES };
  return open(store, { ...codecs, ...sizes, random: seededRandom(seed), clock });
}

export class Workshop {
  #store = memoryStore();
  readonly #models = new Map<string, Model>();
  readonly #seed: number;
  #sessions = 0;
  #db: Opened | undefined;

  constructor(seed: number, root: Omit<SpaceNames, 'name'>) {
    this.#seed = seed;
    this.addSpace({ ...root, name: '' });
  }

  /** A key space for the next writes. */
  addSpace(names: SpaceNames): void {
    this.#models.set(names.name, { ...names, codecs: codecsOf(names), entries: new Map() });
  }

  /** Opens, works, closes cleanly. */
  async session(work: () => Promise<void>): Promise<void> {
    await this.#open(this.#store.share());
    try {
      await work();
    } finally {
      await this.db.close();
    }
  }

  /**
   * Opens and works; the process dies, and leaves the image that is returned. What comes next goes on from there. `withoutSsts`: no SST gets done meanwhile,
   * so that a flush that was begun stays what it is.
   */
  async crash(work: () => Promise<void>, { withoutSsts = false } = {}): Promise<Image> {
    let release = (): void => undefined;
    const gate = withoutSsts ? new Promise<void>((resolve) => (release = resolve)) : undefined;
    await this.#open(this.#store.share({ sync: false, delay: ({ operation }) => (operation === 'createObject' ? gate : undefined) }));
    const { db } = this;
    try {
      await work();
      const image = await this.image();
      this.#store = await storeOf(image);
      return image;
    } finally {
      release();
      await db.close();
    }
  }

  async #open(store: MemoryStore): Promise<void> {
    const now = FIRST_MS + ++this.#sessions * HOUR_MS;
    this.#db = await openWith(store, this.#model('').codecs, this.#seed + this.#sessions, { now: () => now });
  }

  /** The open database. */
  get db(): Opened {
    return this.#db!;
  }

  /** What a process that is killed now leaves. */
  image(): Promise<Image> {
    return imageOf(this.#store.share());
  }

  /** Number of the newest manifest. */
  get manifest(): number {
    return Math.max(...this.#store.sync.list(MANIFEST_PREFIX).map(({ name }) => parseManifestName(name)!));
  }

  async put(space: string, key: Notation, value: Notation, durability: Durability = 'buffered'): Promise<void> {
    this.note([space, key, value]);
    await this.#space(space).put(meaningOf(key), meaningOf(value), { durability });
  }

  async delete(space: string, key: Notation): Promise<void> {
    this.note([space, key]);
    await this.#space(space).delete(meaningOf(key));
  }

  /** Begins a flush that nobody waits for: the process dies before it is done, and it is told so. */
  beginFlush(): void {
    this.db.flush().catch(() => undefined);
  }

  /** Everything in one batch, so in one record of the log. */
  async batch(operations: readonly Operation[]): Promise<void> {
    const batch = this.db.batch();
    for (const [space, key, value] of operations) {
      this.note([space, key, value]);
      if (value === undefined) batch.delete(this.#space(space), meaningOf(key));
      else batch.put(this.#space(space), meaningOf(key), meaningOf(value));
    }
    await this.db.write(batch);
  }

  /** A key space goes, with everything in it. */
  async drop(space: string): Promise<void> {
    await this.db.dropKeyspace(space);
    this.#models.delete(space);
  }

  /** Keeps in mind what was written. */
  note([space, key, value]: Operation): void {
    const { codecs, entries } = this.#model(space);
    entries.set(hexOf(codecs.keys, key), { key, value });
  }

  /** What the database holds. */
  contents(about: string): Contents {
    const spaces = [...this.#models.values()].map(({ name, keys, values, entries }) => {
      const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
      const there = sorted.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const]));
      return { name, keys, values, entries: there, gone: sorted.filter(({ value }) => value === undefined).map(({ key }) => key) };
    });
    return { about, spaces };
  }

  #model(name: string): Model {
    return this.#models.get(name)!;
  }

  #space(name: string): Writable {
    return name === '' ? this.db : this.db.keyspace(name, this.#model(name).codecs);
  }
}
