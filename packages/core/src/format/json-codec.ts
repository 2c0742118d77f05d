// JSON values that come back as they went in. What JSON would drop or change (undefined, NaN, a Date, a class instance, ...) is a TypeError that
// says where it stands; only -0 comes back as 0.
//
//   the text that JSON.stringify makes, in UTF-8

import { StorageError } from '../base/errors.ts';
import type { Codec } from './codec.ts';
import { StagedCodec } from './staged-codec.ts';
import { type InputOf, type OutputOf, type StandardSchema, validate } from './standard-schema.ts';
import { loneSurrogate, readUtf8 } from './utf8-text.ts';
import { isPlainObject, ValueTrail } from './value-trail.ts';

/**
 * JSON values. With a Standard Schema (Zod, Valibot, ArkType, ...) each value is checked as it is put, and what the schema makes of it is stored; values that
 * are read are trusted.
 *
 * @example
 * const todos = json<{ title: string; done: boolean }>();
 */
export function json<T>(): Codec<T>;
export function json<Schema extends StandardSchema>(schema: Schema): Codec<OutputOf<Schema>, InputOf<Schema>>;
export function json(schema?: StandardSchema): Codec<unknown> {
  return new StagedCodec('json', schema === undefined ? encode : (value) => encode(validate(schema, value)), decode);
}

function encode(value: unknown): string {
  check(value, new ValueTrail('json'), false);
  const text = JSON.stringify(value);
  // JSON writes a lone surrogate as \ud... and so does nothing else but a text with such characters in it: worth a second look, not a first.
  if (text.includes('\\ud')) check(value, new ValueTrail('json'), true);
  return text;
}

function decode(bytes: Uint8Array, offset: number, length: number): unknown {
  const text = readUtf8(bytes, offset, length);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StorageError('CORRUPTION', `stored value is not JSON length=${length}`, { cause });
  }
}

/** Throws unless JSON keeps the value. `strings`: looks into strings as well. */
function check(value: unknown, trail: ValueTrail, strings: boolean): void {
  switch (typeof value) {
    case 'object':
      if (value !== null) checkObject(value, trail, strings);
      return;
    case 'string':
      if (strings) checkString(value, trail);
      return;
    case 'number':
      if (!Number.isFinite(value)) throw trail.refusal(value);
      return;
    case 'boolean':
      return;
    default:
      throw trail.refusal(value, remedy(value));
  }
}

function checkObject(value: object, trail: ValueTrail, strings: boolean): void {
  trail.enter(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) checkItem(value[i], i, trail, strings);
  } else {
    if (!isPlainObject(value)) throw trail.refusal(value, remedy(value));
    for (const key of Object.keys(value)) {
      checkItem((value as Record<string, unknown>)[key], key, trail, strings);
      if (strings) checkString(key, trail);
    }
  }
  trail.leave();
}

function checkItem(item: unknown, step: string | number, trail: ValueTrail, strings: boolean): void {
  trail.step(step);
  check(item, trail, strings);
  trail.back();
}

function checkString(text: string, trail: ValueTrail): void {
  if (loneSurrogate(text) >= 0) throw trail.error('a string with a lone surrogate');
}

function remedy(value: unknown): string {
  if (value === undefined) return 'leave it out or use null';
  if (typeof value === 'bigint') return 'structured() can';
  return typeof value === 'object' ? 'make a plain object of it, or try structured()' : '';
}
