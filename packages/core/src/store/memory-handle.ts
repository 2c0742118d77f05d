// One handle on the data of a memory store: every call goes through `now` or `later` here, where it is counted, delayed and failed to order. So a
// test can stop the world at any call and fail it before or after its effect.

import { StorageError } from '../base/errors.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { MemoryData } from './memory-data.ts';

/** Operations of a memory store that can be delayed or failed: its own, those of its readers and writers, those of its log. */
export type MemoryOperation =
  | 'put'
  | 'putIfAbsent'
  | 'replace'
  | 'get'
  | 'has'
  | 'openObject'
  | 'readInto'
  | 'createObject'
  | 'append'
  | 'finish'
  | 'abort'
  | 'list'
  | 'delete'
  | 'lock'
  | 'log.segments'
  | 'log.read'
  | 'log.create'
  | 'log.append'
  | 'log.sync'
  | 'log.makeDurable'
  | 'log.truncate';

/** One call that reaches a memory store. */
export interface MemoryCall {
  readonly operation: MemoryOperation;
  /** Name of the object, prefix of a list, names of a delete joined by spaces, number of the log segment or segments. */
  readonly name: string;
  /** 1 for the first call of this operation through this handle. */
  readonly count: number;
}

/** What a call is to suffer: it throws `error`, before anything happened or after all of it did. */
export interface MemoryFault {
  readonly when: 'before' | 'after';
  readonly error: Error;
}

/** Orders to a memory store. The object is read at every call, so a test may change it meanwhile (but for `sync`). */
export interface MemoryStoreOptions {
  /** False: there is no synchronous half, and every call returns a promise. Default true. */
  readonly sync?: boolean;
  /** Writes that would take objects and log together above this many bytes fail with `QUOTA`. Default (and 0): no limit. */
  quotaBytes?: number | undefined;
  /** A call for which this returns a promise takes place when that is fulfilled. Calls of the synchronous half are not delayed. */
  delay?: ((call: MemoryCall) => Promise<void> | undefined) | undefined;
  /** Decides the fate of a call; undefined: it succeeds. See {@link failCall}. */
  fault?: ((call: MemoryCall) => MemoryFault | undefined) | undefined;
}

/** Makes a call take place: it is done when this returns or when its promise is fulfilled. */
export type Perform = <T>(operation: MemoryOperation, name: string, effect: () => T) => MaybePromise<T>;

/** Makes a call take place: it is done when this returns. */
export type PerformNow = <T>(operation: MemoryOperation, name: string, effect: () => T) => T;

/** Shared data as one user of it sees them. */
export class MemoryHandle {
  readonly data: MemoryData;
  readonly options: MemoryStoreOptions;
  readonly sync: boolean;
  readonly #counts = new Map<MemoryOperation, number>();

  constructor(data: MemoryData, options: MemoryStoreOptions) {
    this.data = data;
    this.options = options;
    this.sync = options.sync !== false;
  }

  readonly now: PerformNow = (operation, name, effect) => this.#perform(this.#next(operation, name), effect);

  readonly later: Perform = (operation, name, effect) => {
    const call = this.#next(operation, name);
    const delay = this.options.delay?.(call);
    if (this.sync && !delay) return this.#perform(call, effect);
    return Promise.resolve(delay).then(() => this.#perform(call, effect));
  };

  /** Throws `QUOTA` when `more` bytes would not fit. */
  reserve(more: number): void {
    const { quotaBytes } = this.options;
    if (!quotaBytes || this.data.usedBytes() + more <= quotaBytes) return;
    throw new StorageError('QUOTA', `memory store is full: delete something, or give it more quotaBytes=${quotaBytes}`);
  }

  /** Adds an object unless its name is taken. */
  createIfAbsent(name: string, bytes: Uint8Array): boolean {
    const { objects } = this.data;
    if (objects.has(name)) return false;
    this.reserve(bytes.length);
    objects.set(name, bytes.slice());
    return true;
  }

  /** Adds an object whose name was never used; the same once more is no error: a call that is pending may be repeated. */
  create(name: string, bytes: Uint8Array): void {
    if (!this.createIfAbsent(name, bytes) && !isSame(this.data.objects.get(name)!, bytes)) {
      throw new StorageError('CONFLICT', 'object is there already', { object: name });
    }
  }

  /** Adds an object, or puts it in the place of one of that name. */
  replace(name: string, bytes: Uint8Array): void {
    this.reserve(bytes.length - (this.data.objects.get(name)?.length ?? 0));
    this.data.objects.set(name, bytes.slice());
  }

  /** Bytes as a system sees them that reads late: what is changed too early is seen changed, but WebAssembly memory may grow (detaching the view). */
  readLate(bytes: Uint8Array): () => Uint8Array {
    const copy = this.sync && !this.options.delay ? bytes : bytes.slice();
    return () => (bytes.length ? bytes : copy);
  }

  #next(operation: MemoryOperation, name: string): MemoryCall {
    const count = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, count);
    return { operation, name, count };
  }

  #perform<T>(call: MemoryCall, effect: () => T): T {
    const fault = this.options.fault?.(call);
    if (fault?.when === 'before') throw fault.error;
    const result = effect();
    if (fault) throw fault.error;
    return result;
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/**
 * A fault for the n-th call of an operation.
 * @example
 * const store = memoryStore({ fault: failCall('putIfAbsent', 3, 'after', new StorageError('UNAVAILABLE', 'the answer was lost')) });
 */
export function failCall(
  operation: MemoryOperation,
  count: number,
  when: MemoryFault['when'],
  error: Error,
): (call: MemoryCall) => MemoryFault | undefined {
  return (call) => (call.operation === operation && call.count === count ? { when, error } : undefined);
}
