// What the types of codecs promise. The type checker is the test: an expected error that does not come is an error itself.

import { expectTypeOf, it } from 'vitest';
import { bytes, type BytesLike } from './bytes-codec.ts';
import type { Codec, KeyCodec } from './codec.ts';
import { json } from './json-codec.ts';
import { KeySpaceCodec } from './key-space.ts';
import { type ScanOptions, scanBounds } from './range-bounds.ts';
import { codec, keyCodec } from './simple-codec.ts';
import type { StandardSchema } from './standard-schema.ts';
import { structured } from './structured-codec.ts';
import { tuple } from './tuple-codec.ts';
import { utf8 } from './utf8-codec.ts';

interface Space<K, V, P, KI, VI> {
  get(key: KI): V | undefined;
  put(key: KI, value: VI): void;
  scan(options: ScanOptions<KI, P>): [K, V][];
}

/** Infers as opening a key space does. Its result is never called. */
function space<K, V, P, KI, VI>(keys: KeyCodec<K, P, KI>, values: Codec<V, VI>): Space<K, V, P, KI, VI> {
  const spaceCodec = new KeySpaceCodec<K, V, P, KI, VI>(1, keys, values);
  return {
    get: () => undefined,
    put: () => undefined,
    scan(options) {
      scanBounds(options, spaceCodec);
      return [];
    },
  };
}

function schema<Input, Output>(): StandardSchema<Input, Output> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Output }) } };
}

it('infers tuples, and every beginning of them as a prefix', () => {
  const visits = space(tuple('string', 'number', 'date'), utf8);
  expectTypeOf(visits.scan).returns.toEqualTypeOf<[readonly [string, number, Date], string][]>();
  visits.scan({ prefix: [] });
  visits.scan({ prefix: ['a'], reverse: true });
  visits.scan({ prefix: ['a', 1], gte: ['a', 1, new Date(0)] });
  const refusedByTypes = (): void => {
    // @ts-expect-error a prefix has the types of the first parts
    visits.scan({ prefix: [1] });
    // @ts-expect-error a bound is a whole key
    visits.scan({ gte: ['a'] });
    // @ts-expect-error a key has all its parts
    visits.get(['a', 1]);
    // @ts-expect-error values are strings
    visits.put(['a', 1, new Date(0)], 1);
    // @ts-expect-error there is no part of this type
    tuple('integer');
  };
  expectTypeOf(refusedByTypes).toBeFunction();
});

it('takes any parts where nothing is fixed', () => {
  const anything = space(tuple.any, structured<{ born: Date; tags: Set<string> }>());
  anything.put(['a', 2, 3n, true, new Uint8Array(1), new Date(0)], { born: new Date(0), tags: new Set() });
  expectTypeOf(anything.get).returns.toEqualTypeOf<{ born: Date; tags: Set<string> } | undefined>();
  // @ts-expect-error an object is no part of a key
  expectTypeOf(anything.get).toBeCallableWith([{}]);
});

it('gives out bytes where bytes or strings go in', () => {
  const plain = space(bytes, bytes);
  plain.put('a', new Uint8Array(1));
  plain.put(new Uint8Array(1), 'a');
  expectTypeOf(plain.get).parameter(0).toEqualTypeOf<BytesLike>();
  expectTypeOf(plain.get).returns.toEqualTypeOf<Uint8Array | undefined>();
  expectTypeOf(plain.scan).returns.toEqualTypeOf<[Uint8Array, Uint8Array][]>();
});

it('takes the types of values from a schema', () => {
  const todos = space(utf8, json(schema<{ title: string; done?: boolean }, { title: string; done: boolean }>()));
  todos.put('x', { title: 'moss' });
  expectTypeOf(todos.get).returns.toEqualTypeOf<{ title: string; done: boolean } | undefined>();
  // @ts-expect-error a title is a string
  expectTypeOf(todos.put).toBeCallableWith('x', { title: 1 });
});

it('takes the types of values from the programmer', () => {
  expectTypeOf(json<{ n: number }>()).toEqualTypeOf<Codec<{ n: number }>>();
  expectTypeOf(codec({ name: 'flag', encode: (flag: boolean) => (flag ? '1' : ''), decode: (stored) => stored.length > 0 })).toEqualTypeOf<
    Codec<boolean>
  >();
  expectTypeOf(keyCodec({ name: 'day', encode: (day: Date) => day.toISOString(), decode: () => new Date(0) })).toEqualTypeOf<
    KeyCodec<Date>
  >();
});

it('keeps codecs of values away from keys', () => {
  // @ts-expect-error the bytes of JSON are in no useful order
  expectTypeOf(space).toBeCallableWith(json<string>(), utf8);
});
