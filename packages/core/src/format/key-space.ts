// A key space as the engine sees it: an id in front of every stored key, and two codecs. Keys of different spaces never mix: the id's
// ordered varint keeps them apart and in order.

import { assert } from '../base/errors.ts';
import type { Codec, KeyCodec } from './codec.ts';
import { orderedVarintBytes, writeOrderedVarint } from './ordered-varint.ts';
import { prefixSuccessor } from './prefix-successor.ts';

/** Longest user key. */
export const MAX_KEY_BYTES = 65535;

export class KeySpaceCodec<K, V, P = K, KI = K, VI = V> {
  readonly id: number;
  readonly keys: KeyCodec<K, P, KI>;
  readonly values: Codec<V, VI>;
  /** Bytes of the id. */
  readonly prefixBytes: number;
  /** The stretch of all its stored keys: from the id up to, not including, the next id. */
  readonly whole: { readonly lower: Uint8Array; readonly upper: Uint8Array };
  readonly #longestKeyBytes: number;

  constructor(id: number, keys: KeyCodec<K, P, KI>, values: Codec<V, VI>, longestKeyBytes = MAX_KEY_BYTES) {
    this.#longestKeyBytes = longestKeyBytes;
    this.id = id;
    this.keys = keys;
    this.values = values;
    this.prefixBytes = orderedVarintBytes(id);
    const lower = idBytes(id);
    const upper = prefixSuccessor(lower);
    assert(upper !== undefined, 'an id is never all ff');
    this.whole = { lower, upper };
  }

  /** Room that the stored key needs at most. */
  maxKeyBytes(key: KI): number {
    return this.prefixBytes + this.keys.maxBytes(key);
  }

  /** Writes the stored key and returns the offset behind it. */
  writeKey(key: KI, target: Uint8Array, offset: number): number {
    let at = offset + 1;
    if (this.prefixBytes === 1) target[offset] = this.id;
    else at = writeOrderedVarint(this.id, target, offset);
    const end = this.keys.encodeInto(key, target, at);
    if (end - at > this.#longestKeyBytes) throw this.#tooLong(end - at);
    return end;
  }

  #tooLong(bytes: number): RangeError {
    const limit = this.#longestKeyBytes;
    return new RangeError(
      `key is too long: at most ${limit} bytes${limit < MAX_KEY_BYTES ? ' with this memoryBudgetBytes' : ''} bytes=${bytes}`,
    );
  }
}

function idBytes(id: number): Uint8Array {
  const bytes = new Uint8Array(orderedVarintBytes(id));
  writeOrderedVarint(id, bytes, 0);
  return bytes;
}
