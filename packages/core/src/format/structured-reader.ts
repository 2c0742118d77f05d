// Reads structured values (layout: structured-codec.ts). Time and memory are bounded by the bytes given: every item takes at least one, nothing is
// allocated by a count, nesting has a limit. What does not fit is a StorageError CORRUPTION.

import { dateAt } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { ByteReader } from './byte-reader.ts';
import { readMagnitude } from './magnitude.ts';
import * as tag from './structured-tags.ts';
import { readUtf8 } from './utf8-text.ts';
import { DEEPEST } from './value-trail.ts';

/** The value in `bytes[offset, offset + length)`. */
export function readStructured(bytes: Uint8Array, offset: number, length: number): unknown {
  const reader = new ByteReader('structured', bytes, offset, length);
  const value = readValue(reader, 0);
  reader.finish();
  return value;
}

function readValue(reader: ByteReader, depth: number): unknown {
  const type = reader.byte();
  if (type < tag.SHORT_STRING) return type - tag.SMALL_INTEGER;
  if (type < tag.SMALL_OBJECT) return readText(reader, type - tag.SHORT_STRING);
  if (type < tag.SHORT_ARRAY) return readObject(reader, type - tag.SMALL_OBJECT, depth + 1);
  if (type < tag.UNDEFINED) return readArray(reader, type - tag.SHORT_ARRAY, depth + 1);
  switch (type) {
    case tag.UNDEFINED:
      return undefined;
    case tag.NULL:
      return null;
    case tag.FALSE:
      return false;
    case tag.TRUE:
      return true;
    case tag.INTEGER:
      return readVarint(reader);
    case tag.NEGATIVE_INTEGER:
      return -1 - readVarint(reader);
    case tag.NUMBER:
      return readDouble(reader);
    case tag.DATE:
      return dateAt(readDouble(reader));
    case tag.BIGINT:
      return readBigint(reader);
    case tag.STRING:
      return readText(reader, readVarint(reader));
    case tag.ARRAY:
      return readArray(reader, readVarint(reader), depth + 1);
    case tag.OBJECT:
      return readObject(reader, readVarint(reader), depth + 1);
    case tag.SET:
      return new Set(readArray(reader, readVarint(reader), depth + 1));
    case tag.MAP:
      return readMap(reader, readVarint(reader), depth + 1);
    case tag.BUFFER:
      return readBuffer(reader);
    default:
      throw reader.damage(`has a value of unknown type tag=${type}`);
  }
}

function readArray(reader: ByteReader, count: number, depth: number): unknown[] {
  checkDepth(reader, depth);
  const items: unknown[] = [];
  for (let i = 0; i < count; i++) items.push(readValue(reader, depth));
  return items;
}

function readObject(reader: ByteReader, count: number, depth: number): object {
  checkDepth(reader, depth);
  const object: Record<string, unknown> = {};
  for (let i = 0; i < count; i++) {
    const key = readKey(reader);
    const value = readValue(reader, depth);
    if (key === '__proto__') Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
    else object[key] = value;
  }
  return object;
}

function readKey(reader: ByteReader): string {
  const type = reader.byte();
  if (type === tag.STRING) return readText(reader, readVarint(reader));
  if (type < tag.SHORT_STRING || type >= tag.SMALL_OBJECT) throw reader.damage('has a property without a name');
  return readText(reader, type - tag.SHORT_STRING);
}

function readMap(reader: ByteReader, count: number, depth: number): Map<unknown, unknown> {
  checkDepth(reader, depth);
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < count; i++) {
    const key = readValue(reader, depth);
    map.set(key, readValue(reader, depth));
  }
  return map;
}

function checkDepth(reader: ByteReader, depth: number): void {
  if (depth > DEEPEST) throw reader.damage(`is nested deeper than ${DEEPEST} levels`);
}

function readText(reader: ByteReader, length: number): string {
  return readUtf8(reader.bytes, reader.skip(length), length);
}

function readDouble(reader: ByteReader): number {
  const { bytes } = reader;
  return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(reader.skip(8), true);
}

function readBigint(reader: ByteReader): bigint {
  const head = readVarint(reader);
  const length = Math.floor(head / 2);
  const magnitude = readMagnitude(reader.bytes, reader.skip(length), length);
  return head % 2 === 0 ? magnitude : -magnitude;
}

function readBuffer(reader: ByteReader): unknown {
  const name = tag.BUFFER_KINDS[reader.byte()];
  if (name === undefined) throw reader.damage('has a buffer of unknown kind');
  const length = readVarint(reader);
  const start = reader.skip(length);
  const { buffer } = new Uint8Array(reader.bytes.subarray(start, start + length)); // a copy
  if (name === 'ArrayBuffer') return buffer;
  const View = (globalThis as unknown as Record<string, (new (buffer: ArrayBuffer) => ArrayBufferView) | undefined>)[name];
  if (View === undefined) throw new StorageError('UNSUPPORTED', `stored value needs a type that this runtime lacks type=${name}`);
  const { BYTES_PER_ELEMENT: elementBytes = 1 } = View as { BYTES_PER_ELEMENT?: number };
  if (length % elementBytes !== 0) throw reader.damage('has a typed array with half an element');
  return new View(buffer);
}

/** A LEB128 number up to 2^53 - 1. */
function readVarint(reader: ByteReader): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
    const byte = reader.byte();
    value += (byte & 0x7f) * scale;
    if (byte < 0x80 && value <= Number.MAX_SAFE_INTEGER) return value;
  }
  throw reader.damage('has an integer that is too large');
}
