// The parts that a tuple key is made of. Every part is a tag and what follows; it ends by itself. Parts of different types sort by their tags:
// bytes < string < number < bigint < boolean < date. Tags are persisted: never changed, never reused; never 00 or ff (see ordered-bytes.ts).
//
//   bytes      10  escaped bytes, 00             (ordered-bytes.ts)
//   string     18  escaped UTF-8, 00
//   number     20  8 bytes                       (ordered-number.ts)
//   bigint     28  head, magnitude               (ordered-bigint.ts)
//   boolean    30 is false, 31 is true
//   date       38  8 bytes: ms since 1970, as a number

import { dateAt, isDate } from '../base/clock.ts';
import { describe } from '../base/describe.ts';
import type { ByteReader } from './byte-reader.ts';
import { isBytes } from './bytes-codec.ts';
import { orderedBigintBytes, readOrderedBigint, writeOrderedBigint } from './ordered-bigint.ts';
import { endOrderedBytes, maxOrderedBytes, readOrderedBytes } from './ordered-bytes.ts';
import { ORDERED_NUMBER_BYTES, readOrderedNumber, writeOrderedNumber } from './ordered-number.ts';
import { maxUtf8Bytes, readUtf8, writeUtf8 } from './utf8-text.ts';

/** What a part of a tuple key can be. */
export type KeyPart = Uint8Array | string | number | bigint | boolean | Date;

/** How the type of a part is written in `tuple(...)`. */
export type PartName = 'bytes' | 'string' | 'number' | 'bigint' | 'boolean' | 'date';

const TAG_BYTES = 0x10;
const TAG_STRING = 0x18;
const TAG_NUMBER = 0x20;
const TAG_BIGINT = 0x28;
const TAG_FALSE = 0x30;
const TAG_TRUE = 0x31;
const TAG_DATE = 0x38;

/** The name of a part's type, or undefined when it is none that a key can hold. */
export function partName(part: unknown): PartName | undefined {
  const type = typeof part;
  if (type === 'string' || type === 'number' || type === 'bigint' || type === 'boolean') return type;
  if (isDate(part)) return 'date';
  return isBytes(part) ? 'bytes' : undefined;
}

/** Bytes that the part takes at most. Throws a TypeError when it has no place in an order. */
export function maxPartBytes(part: KeyPart): number {
  if (typeof part === 'string') return 1 + maxOrderedBytes(maxUtf8Bytes(part));
  if (typeof part === 'bigint') return 1 + orderedBigintBytes(part);
  if (typeof part === 'boolean') return 1;
  if (isBytes(part)) return 1 + maxOrderedBytes(part.length);
  if (Number.isNaN(Number(part))) throw new TypeError(`a key cannot hold ${typeof part === 'number' ? describe(part) : 'an invalid Date'}`);
  return 1 + ORDERED_NUMBER_BYTES;
}

/** Writes the part and returns the offset behind it. */
export function writePart(part: KeyPart, target: Uint8Array, offset: number): number {
  const at = offset + 1;
  switch (typeof part) {
    case 'string':
      target[offset] = TAG_STRING;
      return endOrderedBytes(target, at, writeUtf8(part, target, at));
    case 'number':
      target[offset] = TAG_NUMBER;
      return writeOrderedNumber(part, target, at);
    case 'bigint':
      target[offset] = TAG_BIGINT;
      return writeOrderedBigint(part, target, at);
    case 'boolean':
      target[offset] = part ? TAG_TRUE : TAG_FALSE;
      return at;
    default:
      return writeObjectPart(part, target, offset);
  }
}

function writeObjectPart(part: Uint8Array | Date, target: Uint8Array, offset: number): number {
  if (isDate(part)) {
    target[offset] = TAG_DATE;
    return writeOrderedNumber(part.getTime(), target, offset + 1);
  }
  target[offset] = TAG_BYTES;
  target.set(part, offset + 1);
  return endOrderedBytes(target, offset + 1, offset + 1 + part.length);
}

/** The next part. */
export function readPart(reader: ByteReader): KeyPart {
  const tag = reader.byte();
  switch (tag) {
    case TAG_BYTES:
      return readOrderedBytes(reader, (bytes, offset, length) => bytes.slice(offset, offset + length));
    case TAG_STRING:
      return readOrderedBytes(reader, readUtf8);
    case TAG_NUMBER:
      return readOrderedNumber(reader);
    case TAG_BIGINT:
      return readOrderedBigint(reader);
    case TAG_FALSE:
    case TAG_TRUE:
      return tag === TAG_TRUE;
    case TAG_DATE:
      return readDate(reader);
    default:
      throw reader.damage(`has a part of unknown type tag=${tag}`);
  }
}

function readDate(reader: ByteReader): Date {
  const time = readOrderedNumber(reader);
  const date = dateAt(time);
  if (date.getTime() !== time) throw reader.damage('has a date that is never written');
  return date;
}
