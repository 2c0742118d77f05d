// What a write is told when the log fails under it (docs/PROTOCOL.md, rule 7): a write that was handed to the log may be there, whole, and appear
// after the next open; one that was not is refused, and nobody will ever find it.

import { StorageError, type StorageErrorCode } from '../base/errors.ts';

/** Reasons that a caller can act on: they are told as they are. */
const TOLD: readonly StorageErrorCode[] = ['FENCED', 'CLOSED', 'QUOTA'];

/** The error for a write that was handed to the log. */
export function undecided(cause: unknown): StorageError {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new StorageError('UNKNOWN', `the write may have been kept or not, close the database, open it again and look${why}`, { cause });
}

/** The error for a write that was not. */
export function refused(cause: unknown): StorageError {
  if (cause instanceof StorageError && TOLD.includes(cause.code)) return new StorageError(cause.code, cause.message, { cause });
  const message = 'an earlier write failed, so this handle no longer writes: close it and open again to see what was kept';
  return new StorageError('READ_ONLY', message, { cause });
}
