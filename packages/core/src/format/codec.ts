// How values become bytes and bytes become values. A codec has a name that is recorded with its key space: a key space written by one codec is
// never read by another.
//
// Codecs write straight into the engine's memory. `maxBytes(x)` tells how much room `x` may take, then `encodeInto(x, ...)` writes it; both are
// called in one turn, in this order, so a codec may keep in the second what it found out in the first. A codec that refuses a value does so with a
// TypeError from either call; nothing is stored then. `codec()` makes one from two plain functions.

/** Turns values of type `T` into bytes and back. `I`: what is accepted where a value goes in, when that is more than `T`. */
export interface Codec<out T, in I = T> {
  /** Recorded in the manifest. A change of layout needs a new name. */
  readonly name: string;
  /** Bytes that `encodeInto` writes for this value at most. */
  maxBytes(value: I): number;
  /** Writes the value to `target` from `offset` on, where at least `maxBytes(value)` bytes are free, and returns the offset behind it. */
  encodeInto(value: I, target: Uint8Array, offset: number): number;
  /**
   * The value in `bytes[offset, offset + length)`. Those bytes may be overwritten later, so the codec copies what it keeps, unless `lasting` is true:
   * then they never change again and the value may refer to them. Bytes that the codec never wrote are a `StorageError` `CORRUPTION`.
   */
  decode(bytes: Uint8Array, offset: number, length: number, lasting?: boolean): T;
}

/** A codec whose bytes sort as its keys do. `P`: what is accepted as the `prefix` of a range. */
export interface KeyCodec<out K, in P = K, in I = K> extends Codec<K, I> {
  readonly ordered: true;
  /** As `maxBytes`, for a prefix. */
  maxPrefixBytes(prefix: P): number;
  /** As `encodeInto`, for a prefix: its bytes begin the bytes of every key that has it, and of no other. */
  encodePrefixInto(prefix: P, target: Uint8Array, offset: number): number;
}
