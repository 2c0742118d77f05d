// The kinds of key spaces that runs write to: one of each family of codecs, with keys that collide often, share prefixes and are sometimes
// very long. The model knows keys and values by their encoded bytes; a key is held as a binary string, whose order is that of the bytes.

import { bytes, json, tuple, utf8, type Codec, type KeyCodec } from '@varve/core';
import type { Draw } from '../world/draw.ts';

/** A kind of key space, with the types of keys and values forgotten. */
export interface SpaceKind {
  readonly name: string;
  readonly keys: KeyCodec<unknown, unknown, unknown>;
  readonly values: Codec<unknown, unknown>;
  key(draw: Draw): unknown;
  prefix(draw: Draw): unknown;
  value(draw: Draw): unknown;
}

const LARGE_VALUE = 60_000;

/** The database's own key space. */
export const BYTES: SpaceKind = {
  name: '',
  keys: bytes as KeyCodec<unknown, never, never> as KeyCodec<unknown, unknown, unknown>,
  values: bytes as Codec<unknown, never> as Codec<unknown, unknown>,
  key: binaryKey,
  prefix: (draw) => binaryKey(draw).subarray(0, draw.below(3)),
  value: (draw) => draw.bytes(valueSize(draw)),
};

const TEXT: SpaceKind = {
  name: 'text',
  keys: utf8 as KeyCodec<unknown, never, never> as KeyCodec<unknown, unknown, unknown>,
  values: bytes as Codec<unknown, never> as Codec<unknown, unknown>,
  key: textKey,
  prefix: (draw) => draw.pick(['user/', 'user/1', 'deep/', 'a', 'abc', '', 'zz']),
  value: (draw) => draw.bytes(valueSize(draw)),
};

const TUPLES: SpaceKind = {
  name: 'tuples',
  keys: tuple('string', 'number') as KeyCodec<unknown, never, never> as KeyCodec<unknown, unknown, unknown>,
  values: json<unknown>(),
  key: (draw) => [draw.pick(['a', 'a\0', 'b', 'bb', '']), draw.pick([-Infinity, -1.5, 0, 1, 2, 10, 1e300])],
  prefix: (draw) => [draw.pick(['a', 'b', 'c'])],
  value: (draw) => ({ text: 'v'.repeat(valueSize(draw) / 2), n: draw.below(1000) }),
};

/** Kinds of the key spaces besides the database's own. */
export const KINDS: readonly SpaceKind[] = [TEXT, TUPLES];

function textKey(draw: Draw): string {
  if (draw.chance(0.002)) return 'k'.repeat(draw.longestKey - draw.below(3));
  if (draw.chance(0.01)) return `deep/${'x/'.repeat(draw.below(400))}${draw.below(9)}`;
  if (draw.chance(0.3)) return `user/${draw.below(12)}/item/${draw.below(20)}`;
  if (draw.chance(0.1)) return 'aé水🙂'.slice(0, draw.pick([0, 1, 2, 3, 5])) + draw.below(5);
  return 'abc'.repeat(9).slice(draw.below(20)) + draw.below(40);
}

function binaryKey(draw: Draw): Uint8Array {
  const length = draw.chance(0.002) ? draw.longestKey : draw.skewed(0, 12);
  return Uint8Array.from({ length }, () => draw.pick([0, 0, 1, 0x7f, 0xff]));
}

function valueSize(draw: Draw): number {
  if (draw.chance(0.002)) return LARGE_VALUE;
  return draw.chance(0.05) ? draw.below(9000) : draw.skewed(0, 300);
}

export function binaryKeyOf(kind: SpaceKind, key: unknown): string {
  return binaryOf(encoded(kind.keys, key));
}

export function binaryPrefixOf(kind: SpaceKind, prefix: unknown): string {
  const target = new Uint8Array(kind.keys.maxPrefixBytes(prefix));
  return binaryOf(target.subarray(0, kind.keys.encodePrefixInto(prefix, target, 0)));
}

export function valueBytesOf(kind: SpaceKind, value: unknown): Uint8Array {
  return encoded(kind.values, value);
}

function encoded(codec: Codec<unknown, unknown>, value: unknown): Uint8Array {
  const target = new Uint8Array(codec.maxBytes(value));
  return target.subarray(0, codec.encodeInto(value, target, 0));
}

/** A string whose characters are bytes. */
function binaryOf(source: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < source.length; i += 8192) binary += String.fromCharCode(...source.subarray(i, i + 8192));
  return binary;
}
