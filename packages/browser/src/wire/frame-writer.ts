// A message that is being written. It grows as needed, and is handed over whole: no copy is made of what codecs write into it.

import type { Codec, KeyCodec } from '@varve/core';

const FIRST_BYTES = 256;
const LARGE_BYTES = 2048;
const LARGEST_FIRST_BYTES = 32 * 1024;
const LENGTH_BYTES = 4;
const utf8 = /* @__PURE__ */ new TextEncoder();

export class FrameWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Takes back what was written behind this length. */
  rewind(length: number): void {
    this.#length = length;
  }

  /** The message; the writer begins anew. */
  take(): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    this.#length = 0;
    // Whoever copies a part of a buffer on its way to another end copies all of it.
    if (2 * length < this.#bytes.length) return this.#bytes.slice(0, length);
    const message = this.#bytes.subarray(0, length);
    // After a large one the next may be large as well: growing by halves would copy it six times.
    this.#bytes = new Uint8Array(length > LARGE_BYTES ? Math.min(this.#bytes.length, LARGEST_FIRST_BYTES) : FIRST_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
    return message;
  }

  /** A copy of what was written from here on. */
  copy(from: number): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(from, this.#length);
  }

  /** Bytes as they are, without their length. */
  raw(value: Uint8Array): this {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  u8(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  /** Writes a number where one stands already. */
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  u64(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  f64(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.u32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  text(value: string): this {
    return this.bytes(utf8.encode(value));
  }

  /** What a codec makes of a value. Throws what the codec throws: then rewind. */
  encoded<I>(codec: Codec<unknown, I>, value: I): this {
    return this.#encoded(codec.maxBytes(value), (at) => codec.encodeInto(value, this.#bytes, at));
  }

  encodedPrefix<P>(codec: KeyCodec<unknown, P, never>, prefix: P): this {
    return this.#encoded(codec.maxPrefixBytes(prefix), (at) => codec.encodePrefixInto(prefix, this.#bytes, at));
  }

  #encoded(maxBytes: number, encode: (at: number) => number): this {
    this.#reserve(LENGTH_BYTES + maxBytes);
    const from = this.#length + LENGTH_BYTES;
    const end = encode(from);
    this.#view.setUint32(this.#length, end - from, true);
    this.#length = end;
    return this;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
