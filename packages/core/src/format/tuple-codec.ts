// Keys of several parts, such as ['room', 7]. They sort part by part, each part by its own order (2 before 10, dates by time, strings by code
// point), and the bytes of a shorter tuple begin the bytes of every longer one that starts with the same parts: so a prefix is a range.
//
//   the parts one behind the other, each of which ends by itself (key-part.ts); nothing in front, between or behind
//
// Read before this was written, and different in their bytes: https://github.com/apple/foundationdb/blob/main/design/tuple.md and the key order
// of Deno KV, https://docs.deno.com/deploy/kv/key_space/.

import { describe } from '../base/describe.ts';
import { nearestName } from '../base/name-hints.ts';
import { ByteReader } from './byte-reader.ts';
import type { KeyCodec } from './codec.ts';
import { type KeyPart, maxPartBytes, type PartName, partName, readPart, writePart } from './key-part.ts';

/** The type that a part's name stands for. */
export type PartOf<Name> = Name extends 'string'
  ? string
  : Name extends 'number'
    ? number
    : Name extends 'bigint'
      ? bigint
      : Name extends 'boolean'
        ? boolean
        : Name extends 'bytes'
          ? Uint8Array
          : Name extends 'date'
            ? Date
            : never;

/** The tuple that names of parts stand for. */
export type PartsOf<Names extends readonly PartName[]> = { [Index in keyof Names]: PartOf<Names[Index]> };

/** The tuple itself and all its beginnings. */
export type Prefixes<T extends readonly unknown[]> = T extends readonly [...infer Rest, unknown]
  ? T | Prefixes<readonly [...Rest]>
  : readonly [];

interface Tuple {
  <const Names extends readonly PartName[]>(...parts: Names): KeyCodec<PartsOf<Names>, Prefixes<PartsOf<Names>>>;
  /** Keys of any parts in any number. Parts of different types sort bytes < string < number < bigint < boolean < date. */
  readonly any: KeyCodec<readonly KeyPart[]>;
}

const PART_NAMES: readonly PartName[] = ['bytes', 'string', 'number', 'bigint', 'boolean', 'date'];

/** Types are known by name only where the parts are fixed; every reader of the bytes can do without. */
class TupleCodec implements KeyCodec<readonly KeyPart[]> {
  readonly name: string;
  readonly ordered = true;
  readonly #types: readonly PartName[] | undefined;

  constructor(types: readonly PartName[] | undefined) {
    this.#types = types;
    this.name = `tuple(${types?.join(',') ?? 'any'})`;
  }

  maxBytes(key: readonly KeyPart[]): number {
    this.#checkArray(key);
    if (key.length !== (this.#types ?? key).length) throw this.#misfit('key', key);
    return this.maxPrefixBytes(key);
  }

  maxPrefixBytes(prefix: readonly KeyPart[]): number {
    this.#checkArray(prefix);
    if (prefix.length > (this.#types ?? prefix).length) throw this.#misfit('prefix', prefix);
    let bytes = 0;
    for (let i = 0; i < prefix.length; i++) {
      this.#checkType(prefix[i], i);
      bytes += maxPartBytes(prefix[i]);
    }
    return bytes;
  }

  encodeInto(key: readonly KeyPart[], target: Uint8Array, offset: number): number {
    let end = offset;
    for (let i = 0; i < key.length; i++) end = writePart(key[i], target, end);
    return end;
  }

  encodePrefixInto(prefix: readonly KeyPart[], target: Uint8Array, offset: number): number {
    return this.encodeInto(prefix, target, offset);
  }

  decode(bytes: Uint8Array, offset: number, length: number): readonly KeyPart[] {
    const reader = new ByteReader(this.name, bytes, offset, length);
    const key: KeyPart[] = [];
    while (reader.left > 0) key.push(readPart(reader));
    if (this.#types !== undefined && !sameTypes(key, this.#types)) throw reader.damage('has parts of other types');
    return key;
  }

  #checkArray(key: unknown): void {
    if (!Array.isArray(key)) throw new TypeError(`expected an array of key parts, not ${describe(key)} codec=${this.name}`);
  }

  #misfit(what: string, key: readonly KeyPart[]): TypeError {
    return new TypeError(`this ${what} does not fit its codec parts=${key.length} codec=${this.name}`);
  }

  #checkType(part: unknown, index: number): void {
    const type = partName(part);
    if (type !== undefined && (this.#types === undefined || this.#types[index] === type)) return;
    const expected = this.#types?.[index] ?? PART_NAMES.join(', ');
    throw new TypeError(`key part ${index} must be of type ${expected}, not ${describe(part)} codec=${this.name}`);
  }
}

function sameTypes(key: readonly KeyPart[], types: readonly PartName[]): boolean {
  return key.length === types.length && key.every((part, i) => partName(part) === types[i]);
}

function typedTuple(...parts: PartName[]): KeyCodec<readonly KeyPart[]> {
  if (parts.length === 0) throw new TypeError("a tuple needs the types of its parts, such as tuple('string', 'number'), or is tuple.any");
  for (const part of parts) {
    if (PART_NAMES.includes(part)) continue;
    const meant = nearestName(String(part), PART_NAMES) ?? PART_NAMES.join(', ');
    throw new TypeError(`a tuple has no part of type ${describe(part)}: did you mean ${meant}?`);
  }
  return new TupleCodec(parts);
}

/**
 * Keys of several parts that sort part by part: `tuple(...types)` for keys of one shape, `tuple.any` for all.
 *
 * @example
 * const keys = tuple('string', 'number'); // keys such as ['room', 7]; the prefix ['room'] is a range
 */
export const tuple = /* @__PURE__ */ Object.assign(typedTuple, { any: /* @__PURE__ */ new TupleCodec(undefined) }) as unknown as Tuple;
