// `open`: checks the options, chooses defaults, and puts a database together.
//
// The engine is imported first, and it imports the kernels first: bundlers keep that order, and gzip packs the kernels' text, which is like nothing
// else in a bundle, 1.1 KB better at its start than in its middle (scripts/check-size.mjs).

import { openEngine } from './open.ts';
import { checkCodec, checkInteger, checkOptions, checkWord } from '../base/argument-checks.ts';
import { systemClock } from '../base/clock.ts';
import { describe } from '../base/describe.ts';
import { StorageError } from '../base/errors.ts';
import { systemRandom, type Random } from '../base/random.ts';
import type { CompactionDelegate } from '../compaction/delegate.ts';
import { bytes, type BytesLike } from '../format/bytes-codec.ts';
import type { Codec, KeyCodec } from '../format/codec.ts';
import { hostTurns } from '../scheduler/turn.ts';
import { asSlowAs } from '../version/ancestors.ts';
import type { LogStore } from '../store/log-store.ts';
import type { ObjectStore, SyncOperations } from '../store/object-store.ts';
import type { Durability } from '../write/durability.ts';
import type { Batch } from './batch.ts';
import { DatabaseHandle } from './database.ts';
import type { HostOptions } from './host-options.ts';
import type { KeySpace } from './key-space.ts';
import { KeySpaces, ROOT } from './key-spaces.ts';
import { defaultBudgetBytes, MIN_BUDGET_BYTES } from './memory-plan.ts';
import type { SyncReads, SyncWrites } from './types.ts';

/** Options of {@link open}. */
export interface OpenOptions<K = Uint8Array, V = Uint8Array, P = K, KI = K, VI = V> extends HostOptions {
  /** Codec of the keys. Default: bytes; strings are taken as UTF-8. Recorded: later opens must name the same. */
  readonly keys?: KeyCodec<K, P, KI> | undefined;
  /** Codec of the values. Default: bytes; strings are taken as UTF-8. */
  readonly values?: Codec<V, VI> | undefined;
  /** Durability of a write that names none. Default: what the log is good at (`buffered` on a disk). */
  readonly durability?: Durability | undefined;
  /**
   * At least so much time between two requests to the log, ms: what is written meanwhile goes in one, and is acknowledged with it. For stores that are paid
   * by the request; synchronous writes and `sync` do not wait. Default 0: the next goes out when the one before is answered.
   */
  readonly commitIntervalMs?: number | undefined;
  /** What to do when another writer has the database open: refuse (default), wait for it, or take over and fence it. */
  readonly takeover?: 'fail' | 'wait' | 'now' | undefined;
  /** Linear memory for everything: memtables, cache, merges. Default 64 MiB (32 in Cloudflare's workerd), at least 4 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Data block before compression. Default: what the store prefers. */
  readonly blockSizeBytes?: number | undefined;
  /** SST that a compaction writes, about. Default: as large as a memtable, and at least 4 MiB: each needs some memory. */
  readonly sstSizeBytes?: number | undefined;
  /** Compression of blocks, but for the youngest of a busy database, which the next merge compresses. Default `lz4`. */
  readonly compression?: 'lz4' | 'none' | undefined;
  /**
   * How long what merges have replaced stays for readers elsewhere that hold no pin (`openReader`), ms. Default: 5 minutes where a store has no lock and
   * does not answer at once, so that others may share it, else 0.
   */
  readonly retainMs?: number | undefined;
  /** Where SSTs are merged. Default: here. `remoteCompaction()` of `@varve/core/compactor` has it done by compactors. */
  readonly compaction?: CompactionDelegate | undefined;
  /** A log of another place than the store's own. */
  readonly log?: LogStore | undefined;
  /**
   * Called when background work begins, with a promise that is fulfilled when all of it is done: for hosts that end what nobody waits for, such as `waitUntil`
   * of an event or of a Durable Object's context.
   */
  readonly waitUntil?: ((work: Promise<void>) => void) | undefined;
  /** Stops the waiting for another writer. */
  readonly signal?: AbortSignal | undefined;
  /** Where identities come from. For tests. */
  readonly random?: Random | undefined;
}

const OPTIONS: readonly (keyof OpenOptions)[] = [
  'keys',
  'values',
  'durability',
  'commitIntervalMs',
  'takeover',
  'memoryBudgetBytes',
  'blockSizeBytes',
  'sstSizeBytes',
  'compression',
  'retainMs',
  'compaction',
  'log',
  'ancestors',
  'waitUntil',
  'onEvent',
  'signal',
  'clock',
  'random',
  'turns',
  'newMemory',
];

const LEAST_SST_BYTES = 4 * 2 ** 20;
const SHARED_RETAIN_MS = 5 * 60_000;

type SyncNames = keyof SyncReads<unknown, unknown> | keyof SyncWrites<unknown, unknown>;
type IsSync<S> = S extends { readonly sync: SyncOperations } ? true : false;

/** A key space; its synchronous calls exist only where the store is synchronous. */
export type SpaceOf<S, K, V, P = K, KI = K, VI = V> =
  IsSync<S> extends true ? KeySpace<K, V, P, KI, VI> : Omit<KeySpace<K, V, P, KI, VI>, SyncNames>;

type Handle<S, K, V, P, KI, VI> =
  IsSync<S> extends true ? DatabaseHandle<K, V, P, KI, VI> : Omit<DatabaseHandle<K, V, P, KI, VI>, SyncNames>;

/** An open database. */
export type Database<S = ObjectStore, K = Uint8Array, V = Uint8Array, P = K, KI = K, VI = V> = Omit<
  Handle<S, K, V, P, KI, VI>,
  'keyspace'
> & {
  keyspace<K2, V2, P2 = K2, KI2 = K2, VI2 = V2>(
    name: string,
    options: { readonly keys: KeyCodec<K2, P2, KI2>; readonly values: Codec<V2, VI2> },
  ): SpaceOf<S, K2, V2, P2, KI2, VI2>;
  batch(): Batch<KI, VI>;
};

/**
 * Opens a database, or creates it where the store is empty.
 *
 * @throws StorageError `LOCKED` when another writer has it open, `CORRUPTION` when stored bytes are damaged or a manifest is missing,
 * `UNSUPPORTED` when it needs a newer version or was made with other codecs.
 *
 * @example
 * import { open, memoryStore, utf8, json } from '@varve/core';
 * const db = await open(memoryStore(), { keys: utf8, values: json<{ population: number }>() });
 * await db.put('city/NO/Oslo', { population: 709_000 });
 * for await (const [key, value] of db.scan({ prefix: 'city/NO/' })) console.log(key, value.population);
 * await db.close();
 */
export async function open<S extends ObjectStore, K = Uint8Array, V = Uint8Array, P = BytesLike, KI = BytesLike, VI = BytesLike>(
  store: S,
  options: OpenOptions<K, V, P, KI, VI> = {},
): Promise<Database<S, K, V, P, KI, VI>> {
  check(store, options);
  const log = options.log ?? store.openLog?.();
  if (log === undefined) {
    throw new StorageError('UNSUPPORTED', `store kind=${store.capabilities.kind} has no log of its own: give one as { log }`);
  }
  const memoryBudgetBytes = options.memoryBudgetBytes ?? defaultBudgetBytes();
  const { ancestors = [] } = options;
  const engine = await openEngine(
    {
      store: asSlowAs(store, ancestors),
      ancestors,
      log,
      clock: options.clock ?? systemClock,
      random: options.random ?? systemRandom,
      turns: options.turns ?? hostTurns,
      newMemory: options.newMemory,
      waitUntil: options.waitUntil,
    },
    {
      memoryBudgetBytes,
      durability: options.durability ?? log.defaultDurability,
      commitIntervalMs: options.commitIntervalMs ?? 0,
      takeover: options.takeover ?? 'fail',
      blockSizeBytes: options.blockSizeBytes ?? store.capabilities.blockSizeBytes,
      sstSizeBytes: options.sstSizeBytes ?? Math.max(LEAST_SST_BYTES, memoryBudgetBytes / 8),
      compression: options.compression ?? 'lz4',
      lastEpochLow: 0xf0000000,
      retainMs: options.retainMs ?? (isShared(store) ? SHARED_RETAIN_MS : 0),
      onEvent: options.onEvent,
      compaction: options.compaction,
    },
    options.signal,
  );
  try {
    const spaces = new KeySpaces(engine);
    const keys = (options.keys ?? bytes) as KeyCodec<K, P, KI>;
    const values = (options.values ?? bytes) as unknown as Codec<V, VI>;
    const root = spaces.open(ROOT, keys, values);
    await root.settled();
    return new DatabaseHandle(engine, spaces, root) as unknown as Database<S, K, V, P, KI, VI>;
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Others reach it as well: a bucket. What answers at once is this machine's, or this object's. */
const isShared = (store: ObjectStore): boolean => store.lock === undefined && store.sync === undefined;

function check(store: ObjectStore, options: Omit<OpenOptions, 'keys' | 'values'> & { keys?: unknown; values?: unknown }): void {
  if (typeof store !== 'object' || store === null || typeof store.putIfAbsent !== 'function') {
    throw new TypeError(`open takes a store, such as fsStore('./data') or memoryStore(), not ${describe(store)}`);
  }
  checkOptions(options, OPTIONS);
  checkCodec('keys', options.keys ?? bytes);
  checkCodec('values', options.values ?? bytes);
  checkWord('durability', options.durability, ['memory', 'buffered', 'synced']);
  checkWord('takeover', options.takeover, ['fail', 'wait', 'now']);
  checkWord('compression', options.compression, ['lz4', 'none']);
  if (options.compaction !== undefined && typeof options.compaction.begin !== 'function') {
    throw new TypeError(`compaction takes what remoteCompaction() returns, not ${describe(options.compaction)}`);
  }
  checkInteger('memoryBudgetBytes', options.memoryBudgetBytes, MIN_BUDGET_BYTES, 0x7fff0000);
  checkInteger('blockSizeBytes', options.blockSizeBytes, 512, 1 << 20);
  checkInteger('sstSizeBytes', options.sstSizeBytes, 4096, 1 << 30);
  checkInteger('commitIntervalMs', options.commitIntervalMs, 0, 60_000);
  checkInteger('retainMs', options.retainMs, 0, Number.MAX_SAFE_INTEGER);
}
