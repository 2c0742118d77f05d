// Codecs by the names that are stored.

import type { Codec, KeyCodec } from '../../src/format/codec.ts';
import { bytes } from '../../src/format/bytes-codec.ts';
import { json } from '../../src/format/json-codec.ts';
import type { PartName } from '../../src/format/key-part.ts';
import { structured } from '../../src/format/structured-codec.ts';
import { tuple } from '../../src/format/tuple-codec.ts';
import { utf8 } from '../../src/format/utf8-codec.ts';
import { meaningOf, type Notation } from './notation.ts';

export interface SpaceCodecs {
  readonly keys: KeyCodec<unknown>;
  readonly values: Codec<unknown>;
}

/** Both codecs of a key space. */
export function codecsOf({ keys, values }: { readonly keys: string; readonly values: string }): SpaceCodecs {
  return { keys: keyCodecOf(keys), values: valueCodecOf(values) };
}

function keyCodecOf(name: string): KeyCodec<unknown> {
  const parts = /^tuple\((.*)\)$/.exec(name)?.[1];
  if (parts === 'any') return tuple.any as KeyCodec<unknown>;
  if (parts !== undefined) return tuple(...(parts.split(',') as PartName[])) as unknown as KeyCodec<unknown>;
  if (name === 'utf8') return utf8 as KeyCodec<unknown>;
  if (name === 'bytes') return bytes as KeyCodec<unknown>;
  throw new Error(`golden files know no codec of keys called ${name}`);
}

function valueCodecOf(name: string): Codec<unknown> {
  if (name === 'json') return json<unknown>();
  if (name === 'structured') return structured<unknown>();
  return keyCodecOf(name);
}

/** The bytes of what is written down, two digits each: they sort as the bytes do. */
export function hexOf(codec: Codec<unknown>, notation: Notation): string {
  const value = meaningOf(notation);
  const target = new Uint8Array(codec.maxBytes(value));
  return digitsOf(target.subarray(0, codec.encodeInto(value, target, 0)));
}

export function digitsOf(encoded: Uint8Array): string {
  return Array.from(encoded, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
