// Public names of @varve/core, and nothing else.

export { open, type Database, type OpenOptions, type SpaceOf } from './db/open-database.ts';
export type { CompactionDelegate } from './compaction/delegate.ts';
export { openReader, type ReaderOptions } from './reader/open-reader.ts';
export { sharedReader } from './reader/shared-reader.ts';
export type { DatabaseReader, ReaderSnapshot } from './reader/database-reader.ts';
export type { ReaderSpace } from './reader/reader-space.ts';
export type { FollowedLog } from './reader/follow.ts';
export type { ReaderStats } from './reader/reader-stats.ts';
export type { Batch, BatchTarget } from './db/batch.ts';
export type { KeySpace } from './db/key-space.ts';
export type { Snapshot } from './db/snapshot.ts';
export type { DatabaseStats, LevelStats } from './db/stats.ts';
export type { Problem, VerifyReport } from './db/verify.ts';
export type {
  Entry,
  KeySpaceOptions,
  ReadOptions,
  Reads,
  Scan,
  ScanRange,
  SyncReads,
  SyncWrites,
  WriteOptions,
  WriteResult,
  Writes,
} from './db/types.ts';
export type { EngineEvent, OnEvent } from './stats/events.ts';
export type { Durability } from './write/durability.ts';
export type { KeySpaceInfo } from './version/manifest-state.ts';

export { bytes, type BytesLike } from './format/bytes-codec.ts';
export type { Codec, KeyCodec } from './format/codec.ts';
export { json } from './format/json-codec.ts';
export type { KeyPart, PartName } from './format/key-part.ts';
export { codec, keyCodec, type SimpleCodec } from './format/simple-codec.ts';
export type { StandardSchema } from './format/standard-schema.ts';
export { structured } from './format/structured-codec.ts';
export { tuple, type PartOf, type PartsOf, type Prefixes } from './format/tuple-codec.ts';
export { utf8 } from './format/utf8-codec.ts';

export { AssertionError, StorageError, type StorageErrorCode } from './base/errors.ts';
export type { NewMemory } from './heap/heap.ts';
export { hostTurns, type Turns } from './scheduler/turn.ts';
export { isPromise, type MaybePromise } from './base/maybe-promise.ts';
export { systemClock, type Clock } from './base/clock.ts';
export { seededRandom, systemRandom, type Random } from './base/random.ts';
export { failCall, type MemoryCall, type MemoryFault, type MemoryOperation, type MemoryStoreOptions } from './store/memory-handle.ts';
export * from './store/memory-store.ts';
export type { LogSegment, LogStore, SegmentInfo } from './store/log-store.ts';
export type * from './store/object-store.ts';
export type * from './store/request-stats.ts';
