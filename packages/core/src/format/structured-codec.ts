// JavaScript values as they are: all that JSON knows, and undefined, bigint, NaN, Infinity, -0, Date, Map, Set, ArrayBuffer and its views.
// What is refused (functions, symbols, instances of classes, holes, cycles) is a TypeError that says where it stands. Two references to one object come
// back as two objects.
//
// A value is a tag and what follows. Integers of varying size are LEB128 varints.
//
//   00..3f  integer 0..63             70..7f  array of 0..15 items
//   40..5f  string of 0..31 bytes     80 undefined    81 null    82 false    83 true
//   60..6f  object of 0..15 properties
//   84  integer n: varint n           85  integer -1 - n: varint n
//   86  number: 8 bytes, IEEE 754     87  date: 8 bytes, ms since 1970 as a number (NaN: invalid)
//   88  bigint: varint 2 * length + (1 when negative), magnitude, most significant byte first
//   89  string: varint length, UTF-8
//   8a  array: varint count, items    8b  object: varint count, properties (a string and a value each)
//   8c  set: varint count, items      8d  map: varint count, entries (two values each)
//   8e  buffer: u8 kind (BUFFER_KINDS), varint length, bytes
//
// Tags and kinds are persisted: never changed, never reused. Objects are nested 500 deep at most (DEEPEST).

import type { Codec } from './codec.ts';
import { StagedCodec } from './staged-codec.ts';
import { readStructured } from './structured-reader.ts';
import { StructuredWriter } from './structured-writer.ts';

/**
 * JavaScript values with dates, maps, sets, bigints and bytes.
 *
 * @example
 * const people = structured<{ born: Date; tags: Set<string> }>();
 */
export function structured<T>(): Codec<T> {
  let idle: StructuredWriter | undefined;
  const encode = (value: T): Uint8Array => {
    const writer = idle ?? new StructuredWriter();
    idle = undefined; // a getter inside the value may come back here
    const bytes = writer.encode(value);
    idle = writer;
    return bytes;
  };
  return new StagedCodec(
    'structured',
    encode,
    (bytes, offset, length) => readStructured(bytes, offset, length) as T, // the caller's promise, as with every codec
  );
}
