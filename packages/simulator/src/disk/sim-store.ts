// The objects of a simulated disk as one process sees them: a memory store behind a gate.

import type {
  AsyncOperations,
  MaybePromise,
  ObjectReader,
  ObjectWriter,
  StoreCapabilities,
  SyncOperations,
  SyncWriterOperations,
} from '@varve/core';
import type { Disk } from './disk.ts';
import type { Call, Gate } from './gate.ts';

/** Of a log over objects. */
const LOG_PREFIX = 'wal/';

type Perform = <T>(call: Call<T>) => MaybePromise<T>;
type PerformNow = <T>(call: Call<T>) => T;

/** What core sees: with a synchronous half, whose calls are over when they return, or without one. */
export interface SimStore extends AsyncOperations {
  readonly capabilities: StoreCapabilities;
  readonly sync?: SyncOperations;
  replace(name: string, bytes: Uint8Array): MaybePromise<void>;
}

/** How a store answers: at once; at once or later, as it is asked (a file system); later (all others). */
export type Manner = 'now' | 'both' | 'later';

export function simStore(disk: Disk, gate: Gate, manner: Manner): SimStore {
  const now: PerformNow = (call) => gate.now(call);
  const later: Perform = (call) => gate.later(call);
  const { capabilities } = disk.store;
  const replace: SimStore['replace'] = (name, bytes) =>
    later(writing('replace', name, bytes, (kept) => void disk.store.replace!(name, kept)));
  if (manner === 'later') return { ...operations(disk, later), capabilities, replace };
  const sync = operations(disk, now);
  const rest = manner === 'now' ? sync : operations(disk, later);
  // Long writes are done aside, and may be overtaken by the synchronous half. Readers of a store that can answer at once do so.
  return {
    ...rest,
    openObject: sync.openObject,
    createObject: (name, sizeHint) => writer(disk, later, now, name, sizeHint),
    capabilities,
    replace,
    sync,
  };
}

function operations(disk: Disk, perform: PerformNow): SyncOperations;
function operations(disk: Disk, perform: Perform): AsyncOperations;
function operations(disk: Disk, perform: Perform): AsyncOperations {
  return {
    put: (name, bytes) => perform(writing('put', name, bytes, (kept) => disk.store.sync.put(name, kept))),
    putIfAbsent: (name, bytes) => perform(writing('putIfAbsent', name, bytes, (kept) => disk.store.sync.putIfAbsent(name, kept))),
    get: (name) => perform({ operation: 'get', name, effect: () => disk.store.sync.get(name) }),
    has: (name) => perform({ operation: 'has', name, effect: () => disk.store.sync.has(name) }),
    openObject: (name, size) =>
      perform({ operation: 'openObject', name, effect: () => reader(perform, name, disk.store.sync.openObject(name, size)) }),
    createObject: (name, sizeHint) => writer(disk, perform, undefined, name, sizeHint),
    list: (prefix, startAfter) => perform({ operation: 'list', name: prefix, effect: () => disk.store.sync.list(prefix, startAfter) }),
    delete: (names) => perform({ operation: 'delete', name: names.join(' '), effect: () => disk.store.sync.delete(names) }),
  };
}

/** Bytes are read when the effect happens: whoever changes them too early is found out. */
export function writing<T>(operation: Call<T>['operation'], name: string, bytes: Uint8Array, effect: (bytes: Uint8Array) => T): Call<T> {
  let kept = bytes;
  return { operation, name, effect: () => effect(kept), keep: () => (kept = bytes.slice()) };
}

function reader(perform: Perform, name: string, inner: ObjectReader): ObjectReader {
  return {
    readInto: (target, offset) =>
      perform<void>({
        operation: 'readInto',
        name,
        effect: () => void inner.readInto(target, offset),
        // Damage to the end of a log cannot be told from a crash, so logs are left alone.
        ...(!name.startsWith(LOG_PREFIX) && { spoil: (bit: number) => void (target[(bit >>> 3) % target.length] ^= 1 << (bit & 7)) }),
      }),
    close: () => undefined,
  };
}

/** A writer whose calls go through `perform`, with a twin that goes through `now` where there is one. */
function writer(
  disk: Disk,
  perform: Perform,
  now: PerformNow | undefined,
  name: string,
  sizeHint: number,
): MaybePromise<ObjectWriter & SyncWriterOperations> {
  const make = (): ObjectWriter & SyncWriterOperations => {
    const inner = disk.store.sync.createObject(name, sizeHint).sync!;
    const calls = writerCalls(perform as PerformNow, name, inner);
    return now === undefined ? { ...calls, sync: calls } : { ...calls, sync: writerCalls(now, name, inner) };
  };
  return (now ?? perform)({ operation: 'createObject', name, effect: make }) as MaybePromise<ObjectWriter & SyncWriterOperations>;
}

function writerCalls(perform: PerformNow, name: string, inner: SyncWriterOperations): SyncWriterOperations {
  return {
    append: (bytes, position) => perform(writing('append', name, bytes, (kept) => inner.append(kept, position))),
    finish: () => perform({ operation: 'finish', name, effect: () => inner.finish() }),
    abort: () => perform({ operation: 'abort', name, effect: () => inner.abort() }),
  };
}
