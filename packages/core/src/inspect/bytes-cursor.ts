// Reading numbers and bytes one behind the other, never beyond an end: what lies about its length is CORRUPTION.

import { StorageError } from '../base/errors.ts';

const LONGEST_VARINT = 10;

/** Reads `bytes` from `at` up to `end`. */
export class BytesCursor {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #what: string;

  /** `what` is named in messages. */
  constructor(what: string, bytes: Uint8Array, at: number, end: number) {
    this.#what = what;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.at = at;
    this.#end = Math.min(end, bytes.length);
  }

  get left(): number {
    return this.#end - this.at;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#skip(8), true);
  }

  /** LEB128, at most 10 bytes. */
  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = this.u8();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return value;
    }
    throw this.damage('has a number that does not end');
  }

  /** A copy of the next bytes. */
  take(length: number): Uint8Array {
    const at = this.#skip(length);
    return this.#bytes.slice(at, at + length);
  }

  /** Goes on at the next multiple of `size`, counted from `from`. */
  align(size: number, from: number): void {
    this.#skip((size - ((this.at - from) % size)) % size);
  }

  damage(why: string): StorageError {
    return new StorageError('CORRUPTION', `${this.#what} ${why} at=${this.at}`);
  }

  #skip(length: number): number {
    if (length > this.left) throw this.damage('ends too early');
    const { at } = this;
    this.at += length;
    return at;
  }
}
