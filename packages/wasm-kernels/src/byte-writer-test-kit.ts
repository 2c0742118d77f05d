// For tests: bytes written one behind the other, little-endian.

/** A buffer that grows as it is written to. */
export class ByteWriter {
  length = 0;
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);

  u8(value: number): void {
    this.#reserve(1);
    this.#view.setUint8(this.#advance(1), value);
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#advance(2), value, true);
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#advance(4), value, true);
  }

  u64(value: bigint): void {
    this.#reserve(8);
    this.#view.setBigUint64(this.#advance(8), value, true);
  }

  varint(value: bigint | number): void {
    let rest = BigInt(value);
    for (; rest >= 0x80n; rest >>= 7n) this.u8(Number(rest & 0x7fn) | 0x80);
    this.u8(Number(rest));
  }

  bytes(source: Uint8Array): void {
    this.#reserve(source.length);
    this.#bytes.set(source, this.#advance(source.length));
  }

  /** Zeros up to a multiple of `unit`. */
  align(unit: number): void {
    const padding = (unit - (this.length % unit)) % unit;
    this.#reserve(padding);
    this.#bytes.fill(0, this.length, this.length + padding);
    this.length += padding;
  }

  /** A copy of what was written. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.length);
  }

  #advance(count: number): number {
    this.length += count;
    return this.length - count;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}
