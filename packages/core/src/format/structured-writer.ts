// Writes structured values (layout: structured-codec.ts) into a buffer of its own that grows.

import { isDate } from '../base/clock.ts';
import { magnitudeBytes, writeMagnitude } from './magnitude.ts';
import * as tag from './structured-tags.ts';
import { maxUtf8Bytes, writeUtf8 } from './utf8-text.ts';
import { isPlainObject, ValueTrail } from './value-trail.ts';

const FIRST_BYTES = 1024;
/** A larger buffer is not kept for the next value. */
const KEEP_BYTES = 65536;
const MAX_VARINT_BYTES = 8; // of safe integers

export class StructuredWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #trail = new ValueTrail('structured');

  /** The value's bytes, valid until the next call. */
  encode(value: unknown): Uint8Array {
    this.#end = 0;
    this.#trail = new ValueTrail('structured');
    if (this.#bytes.length > KEEP_BYTES) this.#resize(FIRST_BYTES);
    this.#value(value);
    return this.#bytes.subarray(0, this.#end);
  }

  #value(value: unknown): void {
    switch (typeof value) {
      case 'string':
        return this.#string(value);
      case 'number':
        return this.#number(value);
      case 'boolean':
        return this.#byte(value ? tag.TRUE : tag.FALSE);
      case 'undefined':
        return this.#byte(tag.UNDEFINED);
      case 'bigint':
        return this.#bigint(value);
      case 'object':
        return value === null ? this.#byte(tag.NULL) : this.#object(value);
      default:
        throw this.#trail.refusal(value);
    }
  }

  #object(value: object): void {
    this.#trail.enter(value);
    if (Array.isArray(value)) this.#array(value);
    else if (isPlainObject(value)) this.#properties(value as Record<string, unknown>);
    else if (isDate(value)) this.#double(tag.DATE, value.getTime());
    else if (value instanceof Map) this.#map(value);
    else if (value instanceof Set) this.#set(value);
    else this.#buffer(value);
    this.#trail.leave();
  }

  #item(step: string | number, item: unknown): void {
    this.#trail.step(step);
    this.#value(item);
    this.#trail.back();
  }

  #array(items: readonly unknown[]): void {
    this.#count(tag.SHORT_ARRAY, tag.ARRAY, items.length);
    for (let i = 0; i < items.length; i++) {
      if (items[i] === undefined && !(i in items)) throw this.#trail.error(`an array with a hole at index ${i}`);
      this.#item(i, items[i]);
    }
  }

  #properties(object: Record<string, unknown>): void {
    const keys = Object.keys(object);
    this.#count(tag.SMALL_OBJECT, tag.OBJECT, keys.length);
    for (const key of keys) {
      this.#trail.step(key);
      this.#string(key);
      this.#value(object[key]);
      this.#trail.back();
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>): void {
    this.#tagged(tag.MAP, map.size);
    let index = 0;
    for (const [key, value] of map) {
      this.#item(`key ${index}`, key);
      this.#item(`entry ${index++}`, value);
    }
  }

  #set(set: ReadonlySet<unknown>): void {
    this.#tagged(tag.SET, set.size);
    let index = 0;
    for (const item of set) this.#item(`item ${index++}`, item);
  }

  #buffer(value: object): void {
    const name = Object.prototype.toString.call(value).slice(8, -1);
    const kind = tag.BUFFER_KINDS.indexOf(name as (typeof tag.BUFFER_KINDS)[number]);
    const isView = ArrayBuffer.isView(value);
    if (kind < 0 || !(isView || value instanceof ArrayBuffer)) throw this.#trail.refusal(value, 'make a plain object of it');
    const bytes = isView ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value);
    this.#byte(tag.BUFFER);
    this.#tagged(kind, bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  #string(text: string): void {
    this.#reserve(1 + MAX_VARINT_BYTES + maxUtf8Bytes(text));
    // How long the head is depends on how long the text is, which is known behind it only: guess that it is ASCII.
    const guess = this.#end + stringHeadBytes(text.length);
    const length = this.#text(text, guess) - guess;
    const start = this.#end + stringHeadBytes(length);
    if (start !== guess) this.#bytes.copyWithin(start, guess, guess + length);
    this.#count(tag.SHORT_STRING, tag.STRING, length);
    this.#end += length;
  }

  #text(text: string, offset: number): number {
    try {
      return writeUtf8(text, this.#bytes, offset);
    } catch (cause) {
      throw cause instanceof TypeError ? this.#trail.error('a string with a lone surrogate') : cause;
    }
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#double(tag.NUMBER, value);
    else if (value < 0) this.#tagged(tag.NEGATIVE_INTEGER, -1 - value);
    else if (value < tag.SHORT_STRING) this.#byte(tag.SMALL_INTEGER + value);
    else this.#tagged(tag.INTEGER, value);
  }

  #double(type: number, value: number): void {
    this.#reserve(9);
    this.#bytes[this.#end] = type;
    this.#view.setFloat64(this.#end + 1, value, true);
    this.#end += 9;
  }

  #bigint(value: bigint): void {
    const magnitude = value < 0n ? -value : value;
    const length = magnitudeBytes(magnitude);
    this.#tagged(tag.BIGINT, 2 * length + (value < 0n ? 1 : 0));
    this.#reserve(length);
    writeMagnitude(magnitude, this.#bytes, this.#end, length);
    this.#end += length;
  }

  /** A count inside the tag where it fits: tags of short things have room for 32 (strings) or 16. */
  #count(short: number, long: number, count: number): void {
    if (count < (short === tag.SHORT_STRING ? 32 : 16)) this.#byte(short + count);
    else this.#tagged(long, count);
  }

  #tagged(type: number, value: number): void {
    this.#reserve(1 + MAX_VARINT_BYTES);
    this.#bytes[this.#end++] = type;
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.#bytes[this.#end++] = 0x80 | (rest % 128);
    this.#bytes[this.#end++] = rest;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#end++] = byte;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes > this.#bytes.length) this.#resize(2 * (this.#end + bytes));
  }

  #resize(bytes: number): void {
    const old = this.#bytes;
    this.#bytes = new Uint8Array(bytes);
    this.#bytes.set(old.subarray(0, this.#end));
    this.#view = new DataView(this.#bytes.buffer);
  }
}

function stringHeadBytes(length: number): number {
  if (length < 32) return 1;
  let bytes = 2;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
