// The key space in which a Level database keeps its entries, now and as of other moments, in every format.
//
// It is called `level` and its recorded codecs are `bytes`: keys sort bytewise, as in LevelDB, whatever encoding they came in. Other key spaces may
// stand beside it.

import {
  open,
  type Batch,
  type Database,
  type KeySpace,
  type ObjectStore,
  type OpenOptions,
  type Reads,
  type SyncReads,
} from '@varve/core';
import { ByFormats } from './by-formats.ts';
import { codecs, type Data, type OutFormat } from './formats.ts';
import { translated } from './level-error.ts';

const NAME = 'level';

type Space = KeySpace<Data, Data>;
type Entries = Reads<Data, Data> & SyncReads<Data, Data>;

/** Something to read entries from. */
export interface Source {
  /** Reads that hand out keys and values in these formats. */
  reads(keys: OutFormat, values: OutFormat): Entries;
}

/** The key space of an open database. */
export class LevelSpace implements Source {
  readonly #database: Database;
  readonly #spaces: ByFormats<Space>;
  #closed = false;
  /** The one that is written to: what goes in is the same in all formats. */
  readonly writes: Space;

  private constructor(database: Database) {
    this.#database = database;
    // The synchronous half is there where the store has one; who calls it knows.
    this.#spaces = new ByFormats((keys, values) =>
      translated(() => database.keyspace(NAME, { keys: codecs[keys], values: codecs[values] }) as Space),
    );
    this.writes = this.#spaces.get('view', 'view');
  }

  /** Opens the database in the store, or makes it. Throws the engine's errors; so do reads and writes. */
  static async open(store: ObjectStore, options: OpenOptions): Promise<LevelSpace> {
    const database = await open(store, options);
    try {
      return new LevelSpace(database);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  reads(keys: OutFormat, values: OutFormat): Entries {
    return this.#spaces.get(keys, values);
  }

  /** The moment that is visible now. Close it. */
  moment(): Moment {
    const snapshot = translated(() => this.#database.snapshot());
    return new Moment(this, new ByFormats((keys, values) => snapshot.keyspace(this.#spaces.get(keys, values))), () => snapshot.close());
  }

  newBatch(): Batch<Data, Data> {
    return translated(() => this.#database.batch());
  }

  /** Writes all of the batch or nothing. */
  async write(batch: Batch<Data, Data>, options: { readonly durability: 'synced' } | undefined): Promise<void> {
    await this.#database.write(batch, options);
  }

  /** Whatever fails, everything is given back the first time; the failure is told once, so that whoever closes again may go on and open. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#database.close();
  }
}

/** The key space as it was at one moment. */
export class Moment implements Source {
  readonly space: LevelSpace;
  readonly #reads: ByFormats<Entries>;
  /** Lets go of the moment. Idempotent. */
  readonly close: () => void;

  constructor(space: LevelSpace, reads: ByFormats<Entries>, close: () => void) {
    this.space = space;
    this.#reads = reads;
    this.close = close;
  }

  reads(keys: OutFormat, values: OutFormat): Entries {
    return this.#reads.get(keys, values);
  }

  /** The same for one who does not own it: closing it does nothing. */
  lent(): Moment {
    return new Moment(this.space, this.#reads, () => undefined);
  }
}
