// Codecs: keys and values into linear memory and out of it again.

import { type Codec, json, structured, tuple, utf8 } from '@varve/core';
import { type Measurement, nanoseconds } from './measurement.ts';

const CALLS = 100_000;
const PLACE = 4096; // somewhere in memory
const TEXT_LENGTHS = [8, 16, 32, 64];

export function codecs(): Measurement[] {
  const object = { id: 12345, title: 'a varve is one layer', done: false, tags: ['lake', 'ice'], at: { x: 1.5, y: -2 } };
  return [
    ...TEXT_LENGTHS.flatMap((length) => both(`text of ${length}`, utf8, flat('sediment'.repeat(length / 8)))),
    ...both('tuple of string and number', tuple('string', 'number'), ['room/general', 1_790_000_000_000] as const),
    ...both('json of a small object', json<object>(), object),
    ...both('structured of a small object', structured<object>(), object),
  ];
}

/** The same text in one piece, as keys usually are; `repeat` makes a tree of pieces. */
function flat(text: string): string {
  return Buffer.from(text).toString('latin1');
}

function both<T>(name: string, codec: Codec<T>, value: T): Measurement[] {
  const memory = new Uint8Array(new WebAssembly.Memory({ initial: 64 }).buffer);
  let sum = codec.maxBytes(value);
  const length = codec.encodeInto(value, memory, PLACE) - PLACE;
  const encode = nanoseconds(`${name}: encode`, CALLS, () => {
    for (let i = 0; i < CALLS; i++) sum += codec.maxBytes(value) + codec.encodeInto(value, memory, PLACE);
  });
  const decode = nanoseconds(`${name}: decode`, CALLS, () => {
    for (let i = 0; i < CALLS; i++) if (codec.decode(memory, PLACE, length) === undefined) sum++;
  });
  if (sum < 0) throw new Error('a sum of lengths is never negative'); // uses what the loops made
  return [encode, decode];
}
