// Bytes as hexadecimal digits: identities and nonces.

import type { Random } from './random.ts';

/** Two digits a byte. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `byteLength` random bytes, two digits each. */
export function randomHex(random: Random, byteLength: number): string {
  return toHex(random.fill(new Uint8Array(byteLength)));
}
