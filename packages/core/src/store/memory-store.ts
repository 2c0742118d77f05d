// A store in memory: for tests, for caches that need not last, and as the shortest complete example of a store. Several handles may share its data
// (two writers), calls can be delayed and failed to order, and a power cut leaves what a disk would have kept.

import { StorageError } from '../base/errors.ts';
import type { LogStore } from './log-store.ts';
import { MemoryData } from './memory-data.ts';
import { MemoryHandle, type MemoryStoreOptions, type Perform, type PerformNow } from './memory-handle.ts';
import { memoryLog } from './memory-log.ts';
import { memoryWriter } from './memory-writer.ts';
import type {
  AsyncOperations,
  LockOptions,
  ObjectInfo,
  ObjectReader,
  ObjectStore,
  StoreCapabilities,
  SyncOperations,
} from './object-store.ts';

/** A power cut, and the orders for the store that sees what it left. */
export interface PowerCut extends MemoryStoreOptions {
  /**
   * What becomes of the bytes of a log segment that were appended but not synced. Default: they are lost. Return the first half to tear them,
   * zeros or noise to damage them, all of them where only the process died.
   */
  readonly unsynced?: (bytes: Uint8Array, segment: number) => Uint8Array;
}

/** A store in memory, asynchronous unless the type says more. */
export interface MemoryStore extends ObjectStore {
  openLog(): LogStore;
  /** Another handle on the same objects and log, as a second process would have. Orders are its own. */
  share(options: MemoryStoreOptions & { sync: false }): MemoryStore;
  share(options?: MemoryStoreOptions): SyncMemoryStore;
  /** A store that sees what a power cut at this moment leaves. This one goes on with its own copy. */
  crash(cut: PowerCut & { sync: false }): MemoryStore;
  crash(cut?: PowerCut): SyncMemoryStore;
}

/** A store in memory that answers at once. */
export interface SyncMemoryStore extends MemoryStore {
  readonly sync: SyncOperations;
}

/**
 * A store in memory.
 * @example
 * const db = await open(memoryStore());
 */
export function memoryStore(options: MemoryStoreOptions & { sync: false }): MemoryStore;
export function memoryStore(options?: MemoryStoreOptions): SyncMemoryStore;
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return store(new MemoryData(), options);
}

const CAPABILITIES: StoreCapabilities = { kind: 'memory', blockSizeBytes: 4096, largestObjectBytes: 2 ** 31 };

/** `options.sync` decides which of the two it is; the types of those who call say so. */
function store(data: MemoryData, options: MemoryStoreOptions): SyncMemoryStore;
function store(data: MemoryData, options: MemoryStoreOptions): MemoryStore {
  const handle = new MemoryHandle(data, options);
  return {
    ...operations(handle, handle.later),
    ...(handle.sync && { sync: operations(handle, handle.now) }),
    capabilities: CAPABILITIES,
    replace: (name, bytes) => {
      const late = handle.readLate(bytes);
      return handle.later('replace', name, () => handle.replace(name, late()));
    },
    openLog: () => memoryLog(handle),
    lock: (how) => handle.later('lock', '', () => lock(data, how)),
    close() {},
    share: (more: MemoryStoreOptions = {}) => store(data, more),
    crash: ({ unsynced = () => new Uint8Array(0), ...more }: PowerCut = {}) => store(data.afterPowerCut(unsynced), more),
  };
}

function operations(handle: MemoryHandle, perform: PerformNow): SyncOperations;
function operations(handle: MemoryHandle, perform: Perform): AsyncOperations;
function operations(handle: MemoryHandle, perform: Perform): AsyncOperations {
  const { objects } = handle.data;
  return {
    put: (name, bytes) => {
      const late = handle.readLate(bytes);
      return perform('put', name, () => handle.create(name, late()));
    },
    putIfAbsent: (name, bytes) => {
      const late = handle.readLate(bytes);
      return perform('putIfAbsent', name, () => handle.createIfAbsent(name, late()));
    },
    get: (name) => perform('get', name, () => objects.get(name)?.slice()),
    has: (name) => perform('has', name, () => objects.has(name)),
    openObject: (name) => perform('openObject', name, () => reader(perform, name, objects.get(name))),
    createObject: (name, sizeHint) => perform('createObject', name, () => memoryWriter(handle, name, sizeHint)),
    list: (prefix, startAfter = '') =>
      perform('list', prefix, () =>
        [...objects]
          .filter(([name]) => name.startsWith(prefix) && name > startAfter)
          .map(objectInfo)
          .sort(byName),
      ),
    delete: (names) =>
      perform('delete', names.join(' '), () => {
        for (const name of names) objects.delete(name);
      }),
  };
}

function reader(perform: Perform, object: string, bytes: Uint8Array | undefined): ObjectReader {
  if (bytes === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object });
  return {
    readInto: (target, offset) =>
      perform('readInto', object, () => {
        const found = bytes.subarray(offset, offset + target.length);
        if (found.length < target.length) throw new StorageError('CORRUPTION', 'object is too short', { object, offset });
        target.set(found);
      }),
    close() {},
  };
}

function lock(data: MemoryData, { takeOver }: LockOptions = {}): (() => void) | undefined {
  if (data.lock && !takeOver) return undefined;
  const mine = {};
  data.lock = mine;
  return () => {
    if (data.lock === mine) data.lock = undefined;
  };
}

function objectInfo([name, bytes]: [string, Uint8Array]): ObjectInfo {
  return { name, size: bytes.length };
}

/** Names are ASCII, so the order of UTF-16 units is that of bytes. */
function byName(a: ObjectInfo, b: ObjectInfo): number {
  return a.name < b.name ? -1 : 1;
}
