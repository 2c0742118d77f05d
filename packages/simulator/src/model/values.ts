// Values that carry their number, so that the model knows a value by a number and still sees every byte that is not as it was written.
//
//   u32 number | a piece of one text, as long as belongs to the number, from where the number's low byte says

import { seededRandom } from '@varve/core';

const NUMBER_BYTES = 4;
const LARGEST = 1 << 17;
/** Values are cut from pieces of this size: a piece is cheaper than as many small ones. */
const PIECE_BYTES = 1 << 18;

const text = words(LARGEST + 0x100);

export class Values {
  /** Of each number, its size. */
  readonly #sizes: number[] = [];
  #piece = new Uint8Array(0);
  #used = 0;

  /** A new value of about `size` bytes. */
  make(size: number): number {
    return this.#sizes.push(Math.min(LARGEST, Math.max(NUMBER_BYTES, size))) - 1;
  }

  bytesOf(number: number): Uint8Array {
    const size = this.#sizes[number];
    if (this.#used + size > this.#piece.length) {
      this.#piece = new Uint8Array(PIECE_BYTES);
      this.#used = 0;
    }
    const bytes = this.#piece.subarray(this.#used, (this.#used += size));
    for (let i = 0; i < NUMBER_BYTES; i++) bytes[i] = number >>> (8 * i);
    bytes.set(bodyOf(number, size), NUMBER_BYTES);
    return bytes;
  }

  /** The number of a value that was read; -1 for bytes that nobody wrote. */
  numberOf(bytes: Uint8Array): number {
    if (bytes.length < NUMBER_BYTES) return -1;
    const number = (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16) | (bytes[3] << 24)) >>> 0;
    if (bytes.length !== this.#sizes[number]) return -1;
    const from = (number & 0xff) - NUMBER_BYTES;
    for (let i = NUMBER_BYTES; i < bytes.length; i++) if (bytes[i] !== text[from + i]) return -1;
    return number;
  }
}

/** Words of a small vocabulary: it can be compressed, but not to nothing. */
function words(length: number): Uint8Array {
  const draw = seededRandom(1);
  const vocabulary = Array.from({ length: 40 }, (_, i) => draw.fill(new Uint8Array(3 + i)));
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const word = vocabulary[draw.uint32() % vocabulary.length].subarray(0, length - at);
    bytes.set(word, at);
    at += word.length;
  }
  return bytes;
}

function bodyOf(number: number, size: number): Uint8Array {
  const from = number & 0xff;
  return text.subarray(from, from + size - NUMBER_BYTES);
}
