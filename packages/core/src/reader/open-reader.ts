// `openReader`: a database that somebody else writes, open for reading.

import { instantiate } from '@varve/wasm-kernels';
import { checkCodec, checkInteger, checkOptions, checkWord } from '../base/argument-checks.ts';
import { systemClock } from '../base/clock.ts';
import { requestsAreCutOff } from '../base/cut-off.ts';
import { describe } from '../base/describe.ts';
import { StorageError } from '../base/errors.ts';
import { checkAncestors } from '../db/check-ancestors.ts';
import type { HostOptions } from '../db/host-options.ts';
import { defaultBudgetBytes, MIN_BUDGET_BYTES, planMemory } from '../db/memory-plan.ts';
import { bytes, type BytesLike } from '../format/bytes-codec.ts';
import type { Codec, KeyCodec } from '../format/codec.ts';
import { Heap } from '../heap/heap.ts';
import { runJob } from '../scheduler/job.ts';
import { hostTurns } from '../scheduler/turn.ts';
import type { LogStore } from '../store/log-store.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { asSlowAs, SstPlaces } from '../version/ancestors.ts';
import { readNewest } from '../version/manifest.ts';
import { DatabaseReader } from './database-reader.ts';
import { followerOf } from './follow.ts';
import { Piecemeal } from './piecemeal.ts';
import { manifestsOf, ReaderEngine, whole } from './reader-engine.ts';

/** Options of {@link openReader}. */
export interface ReaderOptions<K = Uint8Array, V = Uint8Array, P = K, KI = K, VI = V> extends HostOptions {
  /** Codec of the keys, as the writer named it. Default: bytes. */
  readonly keys?: KeyCodec<K, P, KI> | undefined;
  /** Codec of the values, as the writer named it. Default: bytes. */
  readonly values?: Codec<V, VI> | undefined;
  /**
   * `manifest` (default): reads look for what the writer has flushed since. `log`: for what it has acknowledged since, which takes a log of objects, the
   * store's own or `log`. `false`: they see what `refresh` has found flushed.
   */
  readonly follow?: 'manifest' | 'log' | false | undefined;
  /** With `follow: 'log'`: a log of another place than the store's own, as the writer names it. */
  readonly log?: LogStore | undefined;
  /** With `follow`: a read looks again if the last look was begun so long ago, in milliseconds. Default 1000; 0: each read looks. */
  readonly staleMs?: number | undefined;
  /** Linear memory, most of it cache. Default 64 MiB (32 in Cloudflare's workerd), at least 4 MiB. */
  readonly memoryBudgetBytes?: number | undefined;
}

const OPTIONS: readonly (keyof ReaderOptions)[] = [
  'keys',
  'values',
  'follow',
  'log',
  'staleMs',
  'memoryBudgetBytes',
  'ancestors',
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
 * one, and when `flush` is called. With `follow: 'log'` it sees what was acknowledged by then, flushed or not, but for what a take-over that is under way has still
 * to decide, and for what its memory has no room for until it is flushed (`stats().log` tells). A get is repeated by itself when its version was merged away meanwhile; a scan or snapshot ends as `EXPIRED` then, and so
 * does a get with `follow: false`.
 *
 * @throws StorageError `UNAVAILABLE` when there is no database yet, `CORRUPTION` when stored bytes are damaged, `UNSUPPORTED` when it needs a newer version
 * or was made with other codecs, or when its log cannot be followed.
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
  const memoryBudgetBytes = options.memoryBudgetBytes ?? defaultBudgetBytes();
  const heap = new Heap(memoryBudgetBytes, options.newMemory);
  const kernels = instantiate(heap.memory);
  const { ancestors = [], clock = systemClock, onEvent } = options;
  let engine: ReaderEngine | undefined;
  let log: LogStore | undefined;
  try {
    const began = clock.now();
    const state = await whole(() => runJob(readNewest(manifestsOf({ heap, kernels, store }))));
    if (state === undefined) throw new StorageError('UNAVAILABLE', 'there is no database here yet: whoever writes it has to open it first');
    await checkAncestors(state, store, ancestors);
    const plan = planMemory(memoryBudgetBytes);
    const places = new SstPlaces(state, store, ancestors);
    const piecemeal = requestsAreCutOff() ? new Piecemeal(store, (name) => places.storeOf(name)) : undefined;
    const followsLog = options.follow === 'log';
    if (followsLog && piecemeal !== undefined) throw unfit();
    log = followsLog ? (options.log ?? store.openLog?.()) : undefined;
    engine = new ReaderEngine(
      {
        heap,
        kernels,
        store: asSlowAs(store, ancestors),
        places,
        piecemeal,
        plan,
        // It takes its memory before the cache takes the rest.
        log: followsLog ? followerOf(log, state.log, { heap, kernels, plan, onEvent }) : undefined,
        blockSizeBytes: store.capabilities.blockSizeBytes,
        clock,
        turns: options.turns ?? hostTurns,
        staleMs: options.follow === false ? undefined : (options.staleMs ?? STALE_MS),
        onEvent,
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
    for (const opened of engine === undefined ? [log, store] : [engine]) await (async () => opened?.close?.())().catch(() => undefined);
    throw error;
  }
}

const unfit = (): StorageError =>
  new StorageError('UNSUPPORTED', "follow: 'log' does not go with requests that may be cut off: use follow: 'manifest' in a Worker");

function check(store: ObjectStore, options: Omit<ReaderOptions, 'keys' | 'values'> & { keys?: unknown; values?: unknown }): void {
  if (typeof store !== 'object' || store === null || typeof store.list !== 'function') {
    throw new TypeError(`openReader takes a store, such as fsStore('./data') or memoryStore(), not ${describe(store)}`);
  }
  checkOptions(options, OPTIONS);
  checkCodec('keys', options.keys ?? bytes);
  checkCodec('values', options.values ?? bytes);
  if (options.follow !== false) checkWord('follow', options.follow, ['manifest', 'log']);
  if (options.log !== undefined && options.follow !== 'log') {
    throw new TypeError("log is for follow: 'log' only");
  }
  checkInteger('staleMs', options.staleMs, 0, DAY_MS);
  checkInteger('memoryBudgetBytes', options.memoryBudgetBytes, MIN_BUDGET_BYTES, 0x7fff0000);
}
