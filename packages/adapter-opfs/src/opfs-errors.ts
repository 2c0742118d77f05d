// What the browser throws, told as what the caller can do about it.

import { StorageError, type StorageErrorCode } from '@varve/core';

/** Said where a browser has none, or not here. */
export const NO_SYNC =
  'there is no synchronous access to files here: it needs a dedicated worker, and a browser that has it; IndexedDB works everywhere';

const CODES: Readonly<Record<string, readonly [code: StorageErrorCode, what: string]>> = {
  QuotaExceededError: ['QUOTA', 'the quota of this site is used up: free space, or ask for more with navigator.storage.persist()'],
  NoModificationAllowedError: ['LOCKED', 'another tab or worker has this database open'],
  InvalidStateError: ['CLOSED', 'the store is closed'],
  NotSupportedError: ['UNSUPPORTED', NO_SYNC],
  NotAllowedError: ['UNSUPPORTED', 'this context may not store anything: is storage blocked, or the page in private mode?'],
  SecurityError: ['UNSUPPORTED', 'this context may not store anything: is storage blocked, or the page in private mode?'],
};

/** The error as a StorageError, unless it is one, or the caller's mistake. */
export function storageError(error: unknown, object?: string): Error {
  if (error instanceof StorageError || error instanceof RangeError) return error;
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const [code, what] = CODES[name] ?? ['UNAVAILABLE', `the origin private file system failed: ${String(error)}`];
  return new StorageError(code, what, object === undefined ? { cause: error } : { cause: error, object });
}

/** Does it, with errors told. */
export function naming<T>(object: string | undefined, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageError(error, object);
  }
}
