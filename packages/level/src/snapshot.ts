// Explicit snapshots: what `db.snapshot()` returns and reads take as an option.

import { AbstractSnapshot } from 'abstract-level';
import type { LevelSpace, Moment } from './level-space.ts';

/** Options that abstract-level makes: which database, or sublevel, closes the snapshot when it is closed itself. */
export interface SnapshotOptions {
  readonly owner: object;
}

// Its types leave the constructor out.
const Base = AbstractSnapshot as unknown as new (options: SnapshotOptions) => AbstractSnapshot;

export class Snapshot extends Base {
  readonly #moment: Moment;

  constructor(options: SnapshotOptions, moment: Moment) {
    super(options);
    this.#moment = moment;
  }

  /** The moment that a snapshot option names; undefined: none. A snapshot of another database is a TypeError: it says nothing of this one. */
  static momentOf(snapshot: AbstractSnapshot | undefined, space: LevelSpace): Moment | undefined {
    if (!snapshot) return undefined;
    if (snapshot instanceof Snapshot && snapshot.#moment.space === space) return snapshot.#moment;
    throw new TypeError('the snapshot belongs to another database');
  }

  protected async _close(): Promise<void> {
    this.#moment.close();
  }
}
