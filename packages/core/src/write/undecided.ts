// What a waiting write is refused with when the log fails under it.

import { StorageError, type StorageErrorCode } from '../base/errors.ts';

/** These say what became of the write, or that nobody will find it. */
const DECIDED: readonly StorageErrorCode[] = ['FENCED', 'QUOTA', 'CLOSED'];

/** The error for a write that was handed to the log: it may be there, whole, and appear after the next open (PROTOCOL.md, rule 7). */
export function undecided(error: unknown): unknown {
  if (error instanceof StorageError && DECIDED.includes(error.code)) return error;
  const message = 'the write may have been kept or not: close the database, open it again and look';
  return new StorageError('UNKNOWN', message, { cause: error });
}
