// What readers say of bytes that have changed.

import type { StorageErrorCode } from '@varve/core';

/** A bit that is flipped in the number of a format's version makes the object one of a version to come: no checksum can cover that number. */
export function isDamage(code: StorageErrorCode | undefined): boolean {
  return code === 'CORRUPTION' || code === 'UNSUPPORTED';
}
