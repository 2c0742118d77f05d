// The codecs that a database was made with, from the names that its manifest records. Codecs of an application's own are not known here: their keys
// and values are shown, and taken, as the bytes that they are.

import { bytes, json, structured, tuple, utf8, type Codec, type KeyCodec, type PartName } from '@varve/core';
import { usage } from '../failure.ts';

/** Keys and values of a key space whose types are known when it is opened only. */
export type AnyKeyCodec = KeyCodec<unknown>;
export type AnyCodec = Codec<unknown>;

const VALUE_CODECS: Readonly<Record<string, unknown>> = { bytes, utf8, json: json(), structured: structured<unknown>() };
const KEY_CODECS: Readonly<Record<string, unknown>> = { bytes, utf8, 'tuple(any)': tuple.any };

/** The codec of recorded keys. */
export function recordedKeyCodec(name: string): AnyKeyCodec {
  return knownKeyCodec(name) ?? ({ ...bytes, name } as unknown as AnyKeyCodec);
}

/** The codec of recorded values. */
export function recordedValueCodec(name: string): AnyCodec {
  return (VALUE_CODECS[name] ?? { ...bytes, name }) as AnyCodec;
}

/** The codec that an option names; refuses what is not one of Varve's own. */
export function chosenKeyCodec(name: string): AnyKeyCodec {
  const codec = knownKeyCodec(name === 'tuple' ? 'tuple(any)' : name);
  if (codec === undefined) throw usage(`keys are bytes, utf8, tuple(any) or tuple(<type>,...), not ${name}`);
  return codec;
}

/** The same for values. */
export function chosenValueCodec(name: string): AnyCodec {
  const codec = VALUE_CODECS[name];
  if (codec === undefined) throw usage(`values are ${Object.keys(VALUE_CODECS).join(', ')}, not ${name}`);
  return codec as AnyCodec;
}

function knownKeyCodec(name: string): AnyKeyCodec | undefined {
  const known = KEY_CODECS[name];
  if (known !== undefined) return known as AnyKeyCodec;
  const parts = /^tuple\((.+)\)$/.exec(name)?.[1];
  return parts === undefined ? undefined : (tuple(...(parts.split(',') as PartName[])) as unknown as AnyKeyCodec);
}

/** The types of the parts of a tuple codec; undefined where it is none or takes any. */
export function partNames({ name }: AnyKeyCodec): readonly string[] | undefined {
  const parts = /^tuple\((.+)\)$/.exec(name)?.[1];
  return parts === undefined || parts === 'any' ? undefined : parts.split(',');
}
