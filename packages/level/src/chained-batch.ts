// `db.batch().put(...).del(...).write()`: operations are encoded as they are added.

import { AbstractChainedBatch } from 'abstract-level';
import type { Batch } from '@varve/core';
import type { Data } from './formats.ts';
import { rethrow } from './level-error.ts';
import type { LevelSpace } from './level-space.ts';
import type { WriteOptions } from './options.ts';
import { assertOwn, durabilityOf, type Operation } from './operations.ts';

export class LevelBatch<TDatabase, KDefault, VDefault> extends AbstractChainedBatch<TDatabase, KDefault, VDefault> {
  readonly #space: LevelSpace;
  #batch: Batch<Data, Data>;

  constructor(db: TDatabase, space: LevelSpace) {
    super(db);
    this.#space = space;
    this.#batch = space.newBatch();
  }

  protected _put(key: Data, value: Data, operation: Operation): void {
    assertOwn(operation);
    this.#batch.put(this.#space.writes, key, value);
  }

  protected _del(key: Data, operation: Operation): void {
    assertOwn(operation);
    this.#batch.delete(this.#space.writes, key);
  }

  protected _clear(): void {
    this.#batch = this.#space.newBatch();
  }

  protected _write(options: WriteOptions): Promise<void> {
    return this.#space.write(this.#batch, durabilityOf(options)).catch(rethrow);
  }
}
