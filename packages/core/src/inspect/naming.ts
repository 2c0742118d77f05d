// Decoders of a part do not know which object it belongs to. Here their errors get its name, and what fails for its shape alone (JSON that is none, a length that
// no memory has) is CORRUPTION as well.

import { StorageError } from '../base/errors.ts';

/** Runs a decoder of bytes of `object`; `offset` says where they stand in it. */
export function naming<T>(object: string, offset: number, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof StorageError && cause.object !== undefined) throw cause;
    const code = cause instanceof StorageError ? cause.code : 'CORRUPTION';
    throw new StorageError(code, (cause as Error).message, { object, offset, cause });
  }
}
