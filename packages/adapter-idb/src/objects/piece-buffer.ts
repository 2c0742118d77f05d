// Bytes on their way into pieces: what is appended comes out cut, and the rest waits for more.

import { PIECE_BYTES } from '../connection/schema.ts';
import { ownCopy } from '../own-copy.ts';

export class PieceBuffer {
  #bytes = new Uint8Array(0);
  #length = 0;

  /** The pieces that these bytes complete, copied. */
  add(bytes: Uint8Array): ArrayBuffer[] {
    const whole: ArrayBuffer[] = [];
    for (let from = 0; from < bytes.length;) {
      const taken = Math.min(PIECE_BYTES - this.#length, bytes.length - from);
      this.#reserve(this.#length + taken);
      this.#bytes.set(bytes.subarray(from, from + taken), this.#length);
      this.#length += taken;
      from += taken;
      if (this.#length === PIECE_BYTES) whole.push(this.#take());
    }
    return whole;
  }

  /** What has not become a piece yet: the last one, or nothing. */
  rest(): ArrayBuffer[] {
    return this.#length === 0 ? [] : [ownCopy(this.#bytes.subarray(0, this.#length))];
  }

  /** It grows by doubling, so that a small object takes little. */
  #reserve(length: number): void {
    if (length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.min(PIECE_BYTES, Math.max(length, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  #take(): ArrayBuffer {
    const { buffer } = this.#bytes;
    this.#bytes = new Uint8Array(0);
    this.#length = 0;
    return buffer;
  }
}
