// What can go wrong outside of us, in one class. TypeError and RangeError are for the caller's mistakes, `assert` for ours.
// A new code only where the caller would act differently.

/** What the user can do about a {@link StorageError}: see each member. */
export type StorageErrorCode =
  /** Stored bytes contradict the format or their checksum: restore the named object from a backup. */
  | 'CORRUPTION'
  /** Another writer has taken the database over: this handle is dead, open again. */
  | 'FENCED'
  /** Another writer has the database open: close it, or open with `takeover`. */
  | 'LOCKED'
  /** The store is full: free space, then open again. */
  | 'QUOTA'
  /** The store did not answer or refused for now: retry. */
  | 'UNAVAILABLE'
  /** This version, runtime or store cannot do it. */
  | 'UNSUPPORTED'
  /** Something read or promised has changed meanwhile: read again and retry. */
  | 'CONFLICT'
  /** The snapshot, scan or transaction is gone: open a new one. */
  | 'EXPIRED'
  /** It is not known whether the write took place; it may appear later. */
  | 'UNKNOWN'
  /** The handle is closed. */
  | 'CLOSED'
  /** The database was opened for reading, or stopped accepting writes after a failure. */
  | 'READ_ONLY'
  /** The store does not honour create-if-absent: data would be lost on it. */
  | 'STORE_UNSAFE';

/** An error of the world outside: storage, other writers, damaged bytes. `code` says what to do. */
export class StorageError extends Error {
  readonly code: StorageErrorCode;
  /** Name of the object the error speaks of, where there is one. */
  readonly object: string | undefined;
  /** Byte offset in that object, where there is one. */
  readonly offset: number | undefined;

  constructor(code: StorageErrorCode, message: string, details: { cause?: unknown; object?: string; offset?: number } = {}) {
    super(place(message, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'StorageError';
    this.code = code;
    this.object = details.object;
    this.offset = details.offset;
  }
}

function place(message: string, { object, offset }: { object?: string; offset?: number }): string {
  return message + (object === undefined ? '' : ` object=${object}`) + (offset === undefined ? '' : ` offset=${offset}`);
}

/** Another writer took over. */
export function fenced(object?: string): StorageError {
  const message = 'another writer has taken this database over: close this handle and open again';
  return new StorageError('FENCED', message, object === undefined ? {} : { object });
}

/** Written by a version that knows more. */
export function unreadable(what: string, value: string, place?: { object?: string; offset?: number }): StorageError {
  return new StorageError('UNSUPPORTED', `${what} cannot be read: use a newer version ${value}`, place);
}

/** A synchronous call where none can be had. */
export function asynchronous(): StorageError {
  return new StorageError('UNSUPPORTED', 'this store answers asynchronously: use the call without "Sync" and await it');
}

/** The database was closed. */
export function closed(): StorageError {
  return new StorageError('CLOSED', 'the database is closed: open it again');
}

/** A failure of ours, never of the caller or the store. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws an {@link AssertionError} unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
