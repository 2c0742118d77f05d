// Codecs of the user's own, from two plain functions.

import { describe } from '../base/describe.ts';
import { type BytesLike, isBytes } from './bytes-codec.ts';
import type { Codec, KeyCodec } from './codec.ts';
import { StagedCodec } from './staged-codec.ts';

/** Two functions that undo each other. */
export interface SimpleCodec<T> {
  /** Recorded with the key space, so that it is never read by another codec. Change it with the layout, as in `msgpack` and `msgpack@2`. */
  readonly name: string;
  /** The value as bytes; a string stands for its UTF-8. Throws a TypeError for a value that it cannot keep. */
  encode(value: T): BytesLike;
  /** The value in these bytes, which may be kept but not changed. */
  decode(bytes: Uint8Array): T;
}

/**
 * A codec for values.
 *
 * @example
 * const point = codec({
 *   name: 'point',
 *   encode: ([x, y]: [number, number]) => new Uint8Array(Float64Array.of(x, y).buffer),
 *   decode: (bytes): [number, number] => [...new Float64Array(bytes.slice().buffer)] as [number, number],
 * });
 */
export function codec<T>(functions: SimpleCodec<T>): Codec<T> {
  return simpleCodec(functions);
}

/**
 * A codec for keys. Its bytes must sort (bytewise, a shorter one first where one begins the other) as the keys are meant to sort, and equal keys must have
 * equal bytes. A range's `prefix` is encoded as a key is.
 *
 * @example
 * const day = keyCodec<Date>({
 *   name: 'day',
 *   encode: (date) => date.toISOString().slice(0, 10),
 *   decode: (bytes) => new Date(new TextDecoder().decode(bytes)),
 * });
 */
export function keyCodec<K>(functions: SimpleCodec<K>): KeyCodec<K> {
  const simple = simpleCodec(functions);
  const maxBytes = (key: K): number => simple.maxBytes(key);
  const encodeInto = (key: K, target: Uint8Array, offset: number): number => simple.encodeInto(key, target, offset);
  const { name, decode } = simple;
  return { name, ordered: true, maxBytes, encodeInto, maxPrefixBytes: maxBytes, encodePrefixInto: encodeInto, decode };
}

function simpleCodec<T>({ name, encode, decode }: SimpleCodec<T>): StagedCodec<T> {
  checkName(name);
  const encodeChecked = (value: T): BytesLike => {
    const made = encode(value);
    if (typeof made === 'string' || isBytes(made)) return made;
    throw new TypeError(`encode must return bytes or a string, not ${describe(made)} codec=${name}`);
  };
  return new StagedCodec(name, encodeChecked, (bytes, offset, length, lasting) =>
    decode(lasting === true ? bytes.subarray(offset, offset + length) : bytes.slice(offset, offset + length)),
  );
}

function checkName(name: unknown): void {
  if (typeof name !== 'string' || name === '') throw new TypeError(`a codec needs a name, not ${describe(name)}`);
  if (/^(?:utf8|bytes|json|structured|tuple\(.*)$/.test(name)) throw new TypeError(`this name is one of Varve's own codecs codec=${name}`);
}
