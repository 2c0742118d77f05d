// Options that name a range of keys.

import type { ScanRange } from '@varve/core';
import { InvalidArgumentError, type Command } from 'commander';
import { naturalNotation, parse, type Notation } from '../codecs/notation.ts';
import type { AnyKeyCodec } from '../codecs/recorded-codecs.ts';
import { fromTagged } from '../codecs/tagged-json.ts';
import { integer } from '../command.ts';

export interface RangeOptions {
  readonly prefix?: string;
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** Adds the options. */
export function withRange(command: Command): Command {
  return command
    .option('--prefix <key>', 'keys that begin with this; of tuples the first parts, as in ["NO"]')
    .option('--gt <key>', 'keys after this one')
    .option('--gte <key>', 'this key and those after it')
    .option('--lt <key>', 'keys before this one')
    .option('--lte <key>', 'this key and those before it')
    .option('--reverse', 'from the last key to the first')
    .option('--limit <n>', 'entries at most', integer(0));
}

/** The range that was asked for. */
export function rangeOf(options: RangeOptions, keys: AnyKeyCodec, keyAs: Notation | undefined): ScanRange<unknown> {
  const notation = keyAs ?? naturalNotation(keys);
  const key = (text: string | undefined): unknown => (text === undefined ? undefined : parse(keys, notation, text));
  const range: Record<string, unknown> = { reverse: options.reverse === true, prefix: prefixOf(options.prefix, keys, notation) };
  for (const side of ['gt', 'gte', 'lt', 'lte'] as const) range[side] = key(options[side]);
  if (options.limit !== undefined) range['limit'] = options.limit;
  return range;
}

/** A tuple's prefix has fewer parts than a key, so its bytes alone cannot be decoded. */
function prefixOf(text: string | undefined, keys: AnyKeyCodec, notation: Notation): unknown {
  if (text === undefined) return undefined;
  if (!keys.name.startsWith('tuple(')) return parse(keys, notation, text);
  try {
    return fromTagged(JSON.parse(text));
  } catch {
    throw new InvalidArgumentError(`a prefix of tuples is a JSON array, such as ["NO"]: ${text}`);
  }
}
