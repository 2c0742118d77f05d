// Options that go beyond those of abstract-level, and what the engine is told of them.

import type {
  AbstractBatchOptions,
  AbstractChainedBatch,
  AbstractChainedBatchWriteOptions,
  AbstractDatabaseOptions,
  AbstractDelOptions,
  AbstractOpenOptions,
  AbstractPutOptions,
} from 'abstract-level';
import type { OpenOptions as EngineOptions } from '@varve/core';

/** Options of the engine that are handed on as they are. */
const ENGINE_OPTIONS = [
  'blockSizeBytes',
  'durability',
  'log',
  'memoryBudgetBytes',
  'onEvent',
  'signal',
  'sstSizeBytes',
  'takeover',
] as const satisfies readonly (keyof EngineOptions)[];

/** Options of `open()`, which the constructor takes as well: those of Level, and Varve's own. */
export interface OpenOptions extends AbstractOpenOptions, Pick<EngineOptions, (typeof ENGINE_OPTIONS)[number]> {
  /** Compression of blocks. Default true, which is `lz4`. */
  readonly compression?: boolean | EngineOptions['compression'];
}

/** Options of the constructors. */
export interface DatabaseOptions<K, V> extends AbstractDatabaseOptions<K, V>, Omit<OpenOptions, 'passive'> {}

/** Options of every write. */
export interface WriteOptions {
  /** True: the write survives a power cut before its promise is fulfilled. Default: the `durability` of the database. */
  readonly sync?: boolean | undefined;
}

/** Options of `put()`. */
export interface PutOptions<K, V> extends AbstractPutOptions<K, V>, WriteOptions {}

/** Options of `del()`. */
export interface DelOptions<K> extends AbstractDelOptions<K>, WriteOptions {}

/** Options of `batch([...])`. */
export interface BatchOptions<K, V> extends AbstractBatchOptions<K, V>, WriteOptions {}

/** Options of `batch().write()`. */
export interface ChainedBatchWriteOptions extends AbstractChainedBatchWriteOptions, WriteOptions {}

/** What `batch()` returns. */
export interface ChainedBatch<TDatabase, KDefault, VDefault> extends AbstractChainedBatch<TDatabase, KDefault, VDefault> {
  write(): Promise<void>;
  write(options: ChainedBatchWriteOptions): Promise<void>;
}

/** What the engine is opened with. It refuses options that it does not know; Level's databases overlook those of one another. */
export function engineOptions(options: OpenOptions): EngineOptions {
  const chosen = Object.fromEntries(ENGINE_OPTIONS.map((name) => [name, options[name]]));
  return { ...chosen, compression: compressionOf(options.compression) };
}

function compressionOf(compression: OpenOptions['compression']): EngineOptions['compression'] {
  if (typeof compression !== 'boolean') return compression;
  return compression ? 'lz4' : 'none';
}
