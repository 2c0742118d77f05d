// How keys and values are written on the command line, in files and on the screen. `utf8`, `hex` and `base64` stand for the stored bytes; `json` for
// the value itself, in tagged JSON.

import type { Codec } from '@varve/core';
import { Failure, usage } from '../failure.ts';
import { printable } from '../text/printable.ts';
import { fromBase64, fromHex, toBase64, toHex, toUtf8 } from './byte-text.ts';
import type { AnyCodec } from './recorded-codecs.ts';
import { fromTagged, toTagged } from './tagged-json.ts';

export const NOTATIONS = ['utf8', 'hex', 'base64', 'json'] as const;
export type Notation = (typeof NOTATIONS)[number];

/** The notation that suits a codec: JSON where values have structure. */
export function naturalNotation({ name }: AnyCodec): Notation {
  return name === 'json' || name === 'structured' || name.startsWith('tuple(') ? 'json' : 'utf8';
}

/** The value that a text stands for. */
export function parse(codec: AnyCodec, notation: Notation, text: string): unknown {
  if (notation === 'json') return fromTagged(parseJson(text));
  const bytes = notation === 'hex' ? fromHex(text) : notation === 'base64' ? fromBase64(text) : new TextEncoder().encode(text);
  return codec.decode(bytes, 0, bytes.length);
}

/** The value that one member of a JSON row stands for: a JSON value, or a text in the notation that was asked for. */
export function fromJsonMember(codec: AnyCodec, notation: Notation | undefined, member: unknown): unknown {
  if (notation === undefined || notation === 'json') return fromTagged(member);
  if (typeof member !== 'string') throw usage(`expected a string in ${notation}, not ${JSON.stringify(member)}`);
  return parse(codec, notation, member);
}

/** The value on one line of text. Bytes that are no UTF-8 become hexadecimal with 0x in front. */
export function show(codec: AnyCodec, notation: Notation, value: unknown): string {
  if (notation === 'json') return JSON.stringify(jsonOf(codec, value));
  const text = asText(codec, notation, value);
  return text === undefined ? `0x${toHex(encoded(codec, value))}` : printable(text);
}

/** The value as one member of a JSON row. Without a notation, bytes that are UTF-8 are a string. */
export function toJsonMember(codec: AnyCodec, notation: Notation | undefined, value: unknown): unknown {
  if (notation === undefined || notation === 'json') return jsonOf(codec, value);
  const text = asText(codec, notation, value);
  if (text === undefined) throw new Failure('BAD_INPUT', 'there are bytes that are no UTF-8: show them as hex, base64 or json');
  return text;
}

/** The value as one cell of a CSV file: exact text. */
export function toCell(codec: AnyCodec, notation: Notation, value: unknown): string {
  return notation === 'json' ? JSON.stringify(jsonOf(codec, value)) : (toJsonMember(codec, notation, value) as string);
}

/** The stored bytes of a value. */
export function encoded(codec: Codec<unknown>, value: unknown): Uint8Array {
  const bytes = new Uint8Array(codec.maxBytes(value));
  return bytes.subarray(0, codec.encodeInto(value, bytes, 0));
}

function asText(codec: AnyCodec, notation: Notation, value: unknown): string | undefined {
  const bytes = encoded(codec, value);
  if (notation === 'hex') return toHex(bytes);
  return notation === 'base64' ? toBase64(bytes) : toUtf8(bytes);
}

/** A codec of bytes takes strings as well, so there a string is enough; in a structured value it would be another value. */
function jsonOf(codec: AnyCodec, value: unknown): unknown {
  const isText = value instanceof Uint8Array && naturalNotation(codec) === 'utf8';
  return (isText ? toUtf8(value) : undefined) ?? toTagged(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw usage(`not JSON: ${text} (${(error as Error).message})`);
  }
}
