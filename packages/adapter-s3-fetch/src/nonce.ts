// Names that nobody else will ever use.

import { systemRandom } from '@varve/core';

/** 32 random hexadecimal digits. */
export function newNonce(): string {
  return Array.from(systemRandom.fill(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
