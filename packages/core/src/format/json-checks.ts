// What stands in stored JSON, once its checksum is right, may still be of a wrong type or out of range: CORRUPTION. Numbers beyond 2^53 stand as
// decimal digits, others may; only the usual way to write one is taken.

import { StorageError } from '../base/errors.ts';

/** A whole number from 0 to `max`. */
export function storedNumber(stored: unknown, max = Number.MAX_SAFE_INTEGER): number {
  const number = Number(stored);
  if (Number.isInteger(number) && number >= 0 && number <= max && String(number) === String(stored)) return number;
  throw unsound(stored);
}

/** An unsigned number of 64 bits. */
export function storedEpoch(stored: string): bigint {
  const epoch = BigInt.asUintN(64, BigInt(stored));
  if (String(epoch) === stored) return epoch;
  throw unsound(stored);
}

/** A text. */
export function storedText(stored: unknown): string {
  if (typeof stored === 'string') return stored;
  throw unsound(stored);
}

/** An identity of 128 bits, in hexadecimal digits. */
export function storedIdentity(stored: unknown): string {
  if (/^[0-9a-f]{32}$/.test(String(stored))) return storedText(stored);
  throw unsound(stored);
}

/** Throws when two of them are equal. */
export function checkDistinct(stored: readonly (string | number)[]): void {
  if (new Set(stored).size !== stored.length) throw unsound(stored);
}

/** The error for something that cannot be what was written. */
export function unsound(stored: unknown): StorageError {
  return new StorageError('CORRUPTION', `stored JSON is not sound: ${JSON.stringify(stored)}`);
}
