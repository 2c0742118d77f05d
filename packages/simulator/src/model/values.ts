// Values that carry their number, so that the model knows a value by a number and still sees every byte that is not as it was written.
//
//   u32 number | the number's low byte, again and again, up to the size that belongs to the number

const NUMBER_BYTES = 4;

export class Values {
  /** Of each number, its size. */
  readonly #sizes: number[] = [];

  /** A new value of about `size` bytes. */
  make(size: number): number {
    return this.#sizes.push(Math.max(NUMBER_BYTES, size)) - 1;
  }

  bytesOf(number: number): Uint8Array {
    const bytes = new Uint8Array(this.#sizes[number]).fill(number & 0xff);
    new DataView(bytes.buffer).setUint32(0, number, true);
    return bytes;
  }

  /** The number of a value that was read; -1 for bytes that nobody wrote. */
  numberOf(bytes: Uint8Array): number {
    if (bytes.length < NUMBER_BYTES) return -1;
    const number = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0, true);
    if (bytes.length !== this.#sizes[number]) return -1;
    for (let i = NUMBER_BYTES; i < bytes.length; i++) if (bytes[i] !== (number & 0xff)) return -1;
    return number;
  }
}
