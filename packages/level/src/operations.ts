// Operations of batches as abstract-level hands them on, and the options of writes.

import type { Data } from './formats.ts';
import type { WriteOptions } from './options.ts';

/** A write of a batch, key and value encoded. */
export interface Operation {
  readonly type: 'put' | 'del';
  readonly key: Data;
  /** Of a put. */
  readonly value: Data;
  /** Set where the operation is meant for a sublevel that is not of this database. */
  readonly sublevel?: unknown;
}

const SYNCED = { durability: 'synced' } as const;

/** What the engine is told of the option `sync`. */
export function durabilityOf({ sync }: WriteOptions): typeof SYNCED | undefined {
  return sync === true ? SYNCED : undefined;
}

/** A key without the prefix of its sublevel would end up among the database's own. */
export function assertOwn({ sublevel }: Operation): void {
  if (sublevel !== undefined && sublevel !== null) throw new TypeError('the sublevel of a batch operation belongs to another database');
}
