// A small database that has a little of everything, and what it should answer: SSTs on two levels, tombstones, two key spaces, stored and
// compressed blocks, several partitions, a manifest snapshot with edits behind it, and a log of three segments whose last one is open.

import { seededRandom } from '../../src/base/random.ts';
import type { Clock } from '../../src/base/clock.ts';
import { open, type OpenOptions } from '../../src/db/open-database.ts';
import { MANIFEST_PREFIX, manifestName, parseManifestName } from '../../src/format/object-names.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { memoryStore, type MemoryStore, type SyncMemoryStore } from '../../src/store/memory-store.ts';
import { SNAPSHOT_EVERY } from '../../src/version/manifest.ts';
import { imageOf, type Image } from './image.ts';

/** The two key spaces; the first is the database's own. */
export const SPACES = ['', 'words'] as const;
export type Space = (typeof SPACES)[number];

/** What a database holds, or should: for each key space its entries. */
export type Model = Readonly<Record<Space, ReadonlyMap<string, string>>>;

export interface Sample {
  readonly image: Image;
  /** What its SSTs hold. */
  readonly stored: Model;
  /** What it answers: SSTs and log. */
  readonly whole: Model;
}

const SEED = 20261121;
const CODECS = { keys: utf8, values: utf8 };
const STEP_MS = 1000;
/** Entries of the lower level. */
const ENTRIES = 80;

/** Options of every open in these tests: as small as it goes. Time and identities are the same in every run. */
function sampleOptions(seed: number) {
  return {
    ...CODECS,
    memoryBudgetBytes: 4 << 20,
    blockSizeBytes: 512,
    sstSizeBytes: 4096,
    clock: tickingClock(),
    random: seededRandom(seed),
  } satisfies OpenOptions<string, string>;
}

function tickingClock(): Clock {
  let now = Date.UTC(2026, 10, 21);
  return { now: () => (now += STEP_MS) };
}

/** Keys that the sample never had, before, between and behind its own. */
export const ABSENT = ['', 'key-', 'key-0007x', 'key-9999', 'z'];

/**
 * How the last session ends. Each leaves another proof of what had been durable: a record of its own segment, the fence of the last segment alone, or the
 * header of a segment that the same writer began behind it.
 */
export type Ending = 'synced' | 'unsynced' | 'rolled';

/** `salt`: another one, with identities and values of its own. */
export async function makeSample(ending: Ending = 'synced', salt = 0): Promise<Sample> {
  const writer = new SampleWriter(memoryStore(), SEED + salt * 1000);
  const stored = await writer.session(async () => {
    // History first, so that a snapshot stands in the middle of what follows.
    while (writer.manifest() < SNAPSHOT_EVERY - 3) {
      await writer.put('', keyOf(0), 'again and again');
      await writer.flush();
    }
    for (let i = 0; i < ENTRIES; i++) await writer.put(i % 4 === 3 ? 'words' : '', keyOf(i), valueOf(i, salt));
    await writer.compact();
    for (let i = 0; i < ENTRIES; i += 5) await writer.delete(i % 4 === 3 ? 'words' : '', keyOf(i));
    for (let i = 2; i < ENTRIES; i += 9) await writer.put('', keyOf(i), `second ${i}${'!'.repeat(salt)}`);
    await writer.put('words', 'last', 'word');
    await writer.flush();
    const model = writer.model();
    await writer.put('', keyOf(1), 'logged by the first');
    await writer.put('words', 'more', 'words');
    return model;
  });
  await writer.session(async () => {
    await writer.put('', keyOf(2), 'synced by the second', 'synced');
    await writer.delete('', keyOf(3));
    await writer.put('', keyOf(4), 'buffered by the second');
  });
  const end = ending === 'rolled' ? await rolledEnd(writer) : { image: await simpleEnd(writer, ending === 'synced'), stored };
  return { image: withoutOldManifests(end.image), stored: end.stored, whole: writer.model() };
}

async function simpleEnd(writer: SampleWriter, synced: boolean): Promise<Image> {
  return writer.session(async () => {
    await writer.put('', keyOf(5), 'buffered by the third');
    await writer.put('words', 'more', 'of the third', synced ? 'synced' : 'buffered');
    await writer.delete('words', 'last');
    await writer.put('', 'zz', 'nothing knows that this is durable');
    return imageOf(writer.store.share());
  });
}

/** The memtable is frozen and the log goes on in the next segment, but the flush does not get on. What was in the log before is in SSTs by then. */
async function rolledEnd(writer: SampleWriter): Promise<{ image: Image; stored: Model }> {
  let gate: Promise<void> | undefined;
  let goOn = (): void => undefined;
  const held = writer.store.share({ sync: false, delay: ({ operation }) => (operation === 'createObject' ? gate : undefined) });
  return writer.session(async () => {
    await writer.put('', keyOf(4), 'flushed by the third');
    await writer.flush();
    const stored = writer.model();
    gate = new Promise((resolve) => (goOn = resolve));
    await writer.put('', keyOf(5), 'synced by the third', 'synced');
    await writer.put('words', 'more', 'buffered by the third');
    const flushed = writer.flush();
    await writer.put('', keyOf(6), 'in the next segment');
    await writer.delete('words', 'last');
    const image = await imageOf(writer.store.share());
    goOn();
    await flushed;
    return { image, stored };
  }, held);
}

/** What a writer needs of a database, whatever its store. */
type Writable = Pick<SampleDatabase, 'put' | 'delete' | 'flush' | 'compact' | 'close'> & {
  keyspace(name: string, options: typeof CODECS): Pick<SampleDatabase, 'put' | 'delete'>;
};

class SampleWriter {
  readonly store: SyncMemoryStore;
  readonly #model: Record<Space, Map<string, string>> = { '': new Map(), words: new Map() };
  #db: Writable | undefined;
  readonly #seed: number;
  #sessions = 0;

  constructor(store: SyncMemoryStore, seed: number) {
    this.store = store;
    this.#seed = seed;
  }

  model(): Model {
    return { '': new Map(this.#model['']), words: new Map(this.#model.words) };
  }

  /** Number of the newest manifest. */
  manifest(): number {
    return Math.max(...this.store.sync.list(MANIFEST_PREFIX).map(({ name }) => parseManifestName(name)!));
  }

  /** Opens, works, closes. */
  async session<T>(work: () => Promise<T>, store: MemoryStore = this.store.share()): Promise<T> {
    this.#db = await open(store, sampleOptions(this.#seed + ++this.#sessions));
    try {
      return await work();
    } finally {
      await this.#db.close();
    }
  }

  async put(space: Space, key: string, value: string, durability: 'buffered' | 'synced' = 'buffered'): Promise<void> {
    this.#model[space].set(key, value);
    await this.#space(space).put(key, value, { durability });
  }

  async delete(space: Space, key: string): Promise<void> {
    this.#model[space].delete(key);
    await this.#space(space).delete(key);
  }

  async flush(): Promise<void> {
    await this.#db!.flush();
  }

  async compact(): Promise<void> {
    await this.#db!.compact();
  }

  #space(space: Space) {
    return space === '' ? this.#db! : this.#db!.keyspace('words', CODECS);
  }
}

/** Opens a store with the sample's codecs and sizes. */
export function openSample(store: SyncMemoryStore, seed: number) {
  return open(store, sampleOptions(seed));
}

export type SampleDatabase = Awaited<ReturnType<typeof openSample>>;

/** The second key space. */
export function wordsOf(db: SampleDatabase) {
  return db.keyspace('words', CODECS);
}

const keyOf = (i: number): string => `key-${String(i).padStart(4, '0')}`;

/** Most values pack well; those in the middle do not, so that their blocks are stored as they are. */
function valueOf(i: number, salt: number): string {
  if (i !== 30 && i !== 31) return `value ${i} ${salt === 0 ? '' : `of ${salt} `}`.repeat(6);
  const random = seededRandom(SEED + i + salt * 1000);
  return Array.from({ length: 150 }, () => String.fromCodePoint(0x4e00 + (random.uint32() % 0x5000))).join('');
}

/** As the collector leaves it later: nothing below the snapshot that the chain begins with. */
function withoutOldManifests(image: Image): Image {
  const first = manifestName(SNAPSHOT_EVERY);
  return new Map([...image].filter(([name]) => !name.startsWith('manifest/') || name >= first));
}
