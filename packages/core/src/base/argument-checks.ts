// Checks of what callers pass in: TypeError and RangeError with a hint. Only for doors that callers use; inside, types are trusted.

import { describe } from './describe.ts';
import { habitualName, nearestName } from './name-hints.ts';

/**
 * Throws a TypeError unless `options` is undefined or an object that has no other properties than the allowed ones.
 * The message names the option that was probably meant.
 */
export function checkOptions(options: object | undefined, allowed: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError(`options must be an object, not ${describe(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!allowed.includes(name)) throw new TypeError(`unknown option ${name}: ${remedy(name, options, allowed)}`);
  }
}

function remedy(name: string, options: object, allowed: readonly string[]): string {
  const meant = habitualName(name, (options as Record<string, unknown>)[name], allowed) ?? nearestName(name, allowed);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return allowed.length === 0 ? 'there are no options here' : `there are ${allowed.join(', ')}`;
}

/** Throws unless `value` is undefined or a boolean. */
export function checkBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') throw new TypeError(`${name} must be true or false, not ${describe(value)}`);
}

/** Throws unless `value` is undefined or an integer in [least, most]: a TypeError for another type, a RangeError for another number. */
export function checkInteger(name: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined) return;
  if (typeof value !== 'number') throw new TypeError(`${name} must be an integer, not ${describe(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    const limits = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new RangeError(`${name} must be an integer ${limits}, not ${value}`);
  }
}

/** Throws unless `value` is undefined or one of the words. */
export function checkWord(name: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || words.includes(value as string)) return;
  const nearest = typeof value === 'string' ? nearestName(value, words) : undefined;
  const hint = nearest === undefined ? '' : `: did you mean '${nearest}'?`;
  throw new TypeError(`${name} must be ${words.map((word) => `'${word}'`).join(' or ')}, not ${describe(value)}${hint}`);
}

/** Throws unless `value` looks like a codec: a database made without one could never be opened with another. */
export function checkCodec(name: string, value: unknown): void {
  const codec = value as { encodeInto?: unknown; name?: unknown } | undefined | null;
  if (typeof codec?.encodeInto === 'function' && typeof codec.name === 'string') return;
  throw new TypeError(`${name} must be a codec such as utf8, not ${describe(value)}`);
}
