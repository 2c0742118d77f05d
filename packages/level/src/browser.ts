// Public names where there is no file system: a browser's bundle must not even meet an import of one.

export { MemoryLevel } from './memory-level.ts';
export { StoreLevel } from './store-level.ts';
export type { Data } from './formats.ts';
export type {
  BatchOptions,
  ChainedBatch,
  ChainedBatchWriteOptions,
  DatabaseOptions,
  DelOptions,
  OpenOptions,
  PutOptions,
  WriteOptions,
} from './options.ts';
export type { TypedLevel } from './typed-level.ts';

// What abstract-level leaves as it is, under the names that classic-level gives it.
export type {
  AbstractBatchOperation as BatchOperation,
  AbstractClearOptions as ClearOptions,
  AbstractGetManyOptions as GetManyOptions,
  AbstractGetOptions as GetOptions,
  AbstractHasManyOptions as HasManyOptions,
  AbstractHasOptions as HasOptions,
  AbstractIterator as Iterator,
  AbstractIteratorOptions as IteratorOptions,
  AbstractKeyIterator as KeyIterator,
  AbstractKeyIteratorOptions as KeyIteratorOptions,
  AbstractSnapshot as Snapshot,
  AbstractSublevel as Sublevel,
  AbstractValueIterator as ValueIterator,
  AbstractValueIteratorOptions as ValueIteratorOptions,
} from 'abstract-level';
