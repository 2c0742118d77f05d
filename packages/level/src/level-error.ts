// The engine's errors in the words of Level: the code that its users look for, the engine's own error as the cause.

import { StorageError, type StorageErrorCode } from '@varve/core';
import ModuleError from 'module-error';

const CODES: Readonly<Record<StorageErrorCode, string>> = {
  CORRUPTION: 'LEVEL_CORRUPTION',
  LOCKED: 'LEVEL_LOCKED',
  FENCED: 'LEVEL_LOCKED',
  CLOSED: 'LEVEL_DATABASE_NOT_OPEN',
  UNSUPPORTED: 'LEVEL_NOT_SUPPORTED',
  STORE_UNSAFE: 'LEVEL_NOT_SUPPORTED',
  QUOTA: 'LEVEL_IO_ERROR',
  UNAVAILABLE: 'LEVEL_IO_ERROR',
  UNKNOWN: 'LEVEL_IO_ERROR',
  READ_ONLY: 'LEVEL_IO_ERROR',
  CONFLICT: 'LEVEL_IO_ERROR',
  EXPIRED: 'LEVEL_IO_ERROR',
};

/** Throws the error as Level's users know it; what is not the engine's stays as it is. */
export function rethrow(error: unknown): never {
  if (error instanceof StorageError) throw new ModuleError(error.message, { code: CODES[error.code], cause: error });
  throw error;
}

/** Does the work; what the engine throws is rethrown in the words of Level. */
export function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    rethrow(error);
  }
}

/** A read that its signal ended. */
export class AbortError extends ModuleError {
  // The name that the web gives it: https://dom.spec.whatwg.org/#aborting-ongoing-activities
  override readonly name = 'AbortError';

  constructor(signal: AbortSignal) {
    const reason: unknown = signal.reason;
    super('the read was aborted', { code: 'LEVEL_ABORTED', ...(reason instanceof Error && { cause: reason }) });
  }
}
