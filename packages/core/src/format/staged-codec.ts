// Codecs that must encode a value to know its size: `maxBytes` encodes, `encodeInto` takes over what was made. The two belong together (see
// codec.ts); for any other value than the one that was just measured the work is done again.

import { bytes, type BytesLike } from './bytes-codec.ts';
import type { Codec } from './codec.ts';

export class StagedCodec<T, I = T> implements Codec<T, I> {
  readonly name: string;
  readonly decode: Codec<T>['decode'];
  readonly #encode: (value: I) => BytesLike;
  #value: I | undefined;
  #staged: BytesLike | undefined;

  constructor(name: string, encode: (value: I) => BytesLike, decode: Codec<T>['decode']) {
    this.name = name;
    this.#encode = encode;
    this.decode = decode;
  }

  maxBytes(value: I): number {
    this.#staged = undefined;
    const staged = this.#encode(value);
    const most = bytes.maxBytes(staged);
    this.#value = value;
    this.#staged = staged;
    return most;
  }

  encodeInto(value: I, target: Uint8Array, offset: number): number {
    const staged = this.#value === value ? this.#staged : undefined;
    this.#value = this.#staged = undefined;
    return bytes.encodeInto(staged ?? this.#encode(value), target, offset);
  }
}
