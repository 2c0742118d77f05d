// abstract-level's types, with the options that are ours.

import type { AbstractBatchOperation, AbstractLevel } from 'abstract-level';
import type { Data } from './formats.ts';
import type { BatchOptions, ChainedBatch, DatabaseOptions, DelOptions, OpenOptions, PutOptions } from './options.ts';

/** What every database of this package does: everything of an `AbstractLevel`, with the option `sync` on writes and Varve's own at `open()`. */
export interface TypedLevel<KDefault, VDefault> extends AbstractLevel<Data, KDefault, VDefault> {
  open(): Promise<void>;
  open(options: OpenOptions): Promise<void>;

  put(key: KDefault, value: VDefault): Promise<void>;
  put<K = KDefault, V = VDefault>(key: K, value: V, options: PutOptions<K, V>): Promise<void>;

  del(key: KDefault): Promise<void>;
  del<K = KDefault>(key: K, options: DelOptions<K>): Promise<void>;

  batch(operations: AbstractBatchOperation<this, KDefault, VDefault>[]): Promise<void>;
  batch<K = KDefault, V = VDefault>(operations: AbstractBatchOperation<this, K, V>[], options: BatchOptions<K, V>): Promise<void>;
  batch(): ChainedBatch<this, KDefault, VDefault>;
}

/** A constructor of abstract-level that makes a {@link TypedLevel}. */
export type TypedLevelConstructor = new <KDefault, VDefault>(
  manifest: ConstructorParameters<typeof AbstractLevel>[0],
  options: DatabaseOptions<KDefault, VDefault> | undefined,
) => TypedLevel<KDefault, VDefault>;
