// Identities and nonces: random bytes as hexadecimal digits.

import type { Random } from './random.ts';

/** `byteLength` random bytes, two digits each. */
export function randomHex(random: Random, byteLength: number): string {
  return [...random.fill(new Uint8Array(byteLength))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
