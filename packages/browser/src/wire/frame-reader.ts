// A message that is being read. What comes from it refers to it: bytes that are kept longer are copied by who keeps them.

const utf8 = /* @__PURE__ */ new TextDecoder();

export class FrameReader {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  #at = 0;

  constructor(message: Uint8Array<ArrayBuffer>) {
    this.bytes = message;
    this.#view = new DataView(message.buffer, message.byteOffset, message.length);
  }

  get isDone(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** Goes on behind a frame. */
  seek(at: number): void {
    this.#at = at;
  }

  /** Where the frame ends that begins here with its length. */
  end(): number {
    const length = this.u32();
    return this.#at + length;
  }

  /** The same message, read from here on by somebody else. */
  rest(): FrameReader {
    const rest = new FrameReader(this.bytes);
    rest.seek(this.#at);
    return rest;
  }

  u8(): number {
    return this.bytes[this.#at++];
  }

  u32(): number {
    this.#at += 4;
    return this.#view.getUint32(this.#at - 4, true);
  }

  u64(): bigint {
    this.#at += 8;
    return this.#view.getBigUint64(this.#at - 8, true);
  }

  f64(): number {
    this.#at += 8;
    return this.#view.getFloat64(this.#at - 8, true);
  }

  /** Where the next bytes lie, for who decodes them in place. */
  span(): { readonly at: number; readonly length: number } {
    const length = this.u32();
    const at = this.#at;
    this.#at += length;
    return { at, length };
  }

  take(): Uint8Array<ArrayBuffer> {
    const { at, length } = this.span();
    return this.bytes.subarray(at, at + length);
  }

  text(): string {
    return utf8.decode(this.take());
  }
}
