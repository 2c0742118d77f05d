// `openReader`: a database that somebody else writes, open for reading.

import { instantiate } from '@varve/wasm-kernels';
import { checkCodec, checkInteger, checkOptions, checkWord } from '../base/argument-checks.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { describe } from '../base/describe.ts';
import { StorageError } from '../base/errors.ts';
import { DEFAULT_BUDGET_BYTES, MIN_BUDGET_BYTES, planMemory } from '../db/memory-plan.ts';
import { bytes, type BytesLike } from '../format/bytes-codec.ts';
import type { Codec, KeyCodec } from '../format/codec.ts';
import { Heap, type NewMemory } from '../heap/heap.ts';
import { runJob } from '../scheduler/job.ts';
import { hostTurns, type Turns } from '../scheduler/turn.ts';
import type { OnEvent } from '../stats/events.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { readNewest } from '../version/manifest.ts';
import { DatabaseReader } from './database-reader.ts';
import { manifestsOf, ReaderEngine, whole } from './reader-engine.ts';

/** Options of {@link openReader}. */
export interface ReaderOptions<K = Uint8Array, V = Uint8Array, P = K, KI = K, VI = V> {
  /** Codec of the keys, as the writer named it. Default: bytes. */
  readonly keys?: KeyCodec<K, P, KI> | undefined;
  /** Codec of the values, as the writer named it. Default: bytes. */
  readonly values?: Codec<V, VI> | undefined;
  /** `manifest` (default): reads look for what the writer has flushed since. `false`: they see what `refresh` has found. */
  readonly follow?: 'manifest' | false | undefined;
  /** With `follow`: a read looks again if the last look was begun so long ago, in milliseconds. Default 1000; 0: each read looks. */
  readonly staleMs?: number | undefined;
  /** Linear memory, most of it cache. Default 64 MiB, at least 4 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Called with warnings. */
  readonly onEvent?: OnEvent | undefined;
  /** Where time comes from. For tests. */
  readonly clock?: Clock | undefined;
  /** Where turns of the event loop come from. For tests. */
  readonly turns?: Turns | undefined;
  /** Where linear memory comes from. For tests. */
  readonly newMemory?: NewMemory | undefined;
}

const OPTIONS: readonly (keyof ReaderOptions)[] = [
  'keys',
  'values',
  'follow',
  'staleMs',
  'memoryBudgetBytes',
  'onEvent',
  'clock',
  'turns',
  'newMemory',
];
const STALE_MS = 1000;
const DAY_MS = 86_400_000;

/**
 * Opens a database for reading, beside its writer and any number of other readers. Nothing is written, not even a lock: read access to the store is enough.
 * A read sees what the writer had flushed `staleMs` before it began, at least: the writer flushes when a memtable is full, when it rests with a quarter of
 * one, and when `flush` is called. A get is repeated by itself when its version was merged away meanwhile; a scan or snapshot ends as `EXPIRED` then, and so
 * does a get with `follow: false`.
 *
 * @throws StorageError `UNAVAILABLE` when there is no database yet, `CORRUPTION` when stored bytes are damaged, `UNSUPPORTED` when it needs a newer version
 * or was made with other codecs.
 *
 * @example
 * import { memoryStore, open, openReader, utf8 } from '@varve/core';
 * const store = memoryStore();
 * const db = await open(store, { keys: utf8, values: utf8 });
 * const epoch = await db.put('city', 'Oslo');
 * await db.flush();
 * const reader = await openReader(store, { keys: utf8, values: utf8 });
 * await reader.waitEpoch(epoch);
 * console.log(await reader.get('city'));
 * await reader.close();
 * await db.close();
 */
export async function openReader<K = Uint8Array, V = Uint8Array, P = BytesLike, KI = BytesLike, VI = BytesLike>(
  store: ObjectStore,
  options: ReaderOptions<K, V, P, KI, VI> = {},
): Promise<DatabaseReader<K, V, P, KI, VI>> {
  check(store, options);
  const memoryBudgetBytes = options.memoryBudgetBytes ?? DEFAULT_BUDGET_BYTES;
  const heap = new Heap(memoryBudgetBytes, options.newMemory);
  const kernels = instantiate(heap.memory);
  const clock = options.clock ?? systemClock;
  let engine: ReaderEngine | undefined;
  try {
    const began = clock.now();
    const state = await whole(() => runJob(readNewest(manifestsOf({ heap, kernels, store }))));
    if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here yet: whoever writes it has to open it first');
    engine = new ReaderEngine(
      {
        heap,
        kernels,
        store,
        plan: planMemory(memoryBudgetBytes),
        blockSizeBytes: store.capabilities.blockSizeBytes,
        clock,
        turns: options.turns ?? hostTurns,
        staleMs: options.follow === false ? undefined : (options.staleMs ?? STALE_MS),
        onEvent: options.onEvent,
      },
      state,
    );
    await engine.start(state, began);
    const reader = new DatabaseReader(engine, {
      keys: (options.keys ?? bytes) as KeyCodec<K, P, KI>,
      values: (options.values ?? bytes) as unknown as Codec<V, VI>,
    });
    // Other codecs than it was made with are refused now.
    reader.scan();
    return reader;
  } catch (error) {
    // The first failure is told.
    await (async () => (engine ?? store).close?.())().catch(() => undefined);
    throw error;
  }
}

function check(store: ObjectStore, options: Omit<ReaderOptions, 'keys' | 'values'> & { keys?: unknown; values?: unknown }): void {
  if (typeof store !== 'object' || store === null || typeof store.list !== 'function') {
    throw new TypeError(`openReader takes a store, such as fsStore('./data') or memoryStore(), not ${describe(store)}`);
  }
  checkOptions(options, OPTIONS);
  checkCodec('keys', options.keys ?? bytes);
  checkCodec('values', options.values ?? bytes);
  if (options.follow !== false) checkWord('follow', options.follow, ['manifest']);
  checkInteger('staleMs', options.staleMs, 0, DAY_MS);
  checkInteger('memoryBudgetBytes', options.memoryBudgetBytes, MIN_BUDGET_BYTES, 0x7fff0000);
}
