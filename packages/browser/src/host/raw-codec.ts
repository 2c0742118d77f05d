// Codecs of the worker: bytes as pages have encoded them, under the name that pages gave.

import type { KeyCodec } from '@varve/core';

/** While a store answers at once, what is read may be looked at where it lies: it is copied into the answer in the same turn. */
export const looking = { inPlace: false };

export function rawCodec(name: string): KeyCodec<Uint8Array> {
  const write = (value: Uint8Array, target: Uint8Array, offset: number): number => {
    target.set(value, offset);
    return offset + value.length;
  };
  const length = (value: Uint8Array): number => value.length;
  return {
    name,
    ordered: true,
    maxBytes: length,
    encodeInto: write,
    maxPrefixBytes: length,
    encodePrefixInto: write,
    decode: (bytes, offset, size, lasting) =>
      lasting === true || looking.inPlace ? bytes.subarray(offset, offset + size) : bytes.slice(offset, offset + size),
  };
}
