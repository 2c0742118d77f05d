// For tests: keys that are hard on a memtable's tree, beside the shapes that every reader is tested with.

import { randomBytes } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { KEY_SHAPES, randomKey } from './reading-entries-test-kit.ts';
import type { KeyShape } from './reading-entries-test-kit.ts';

/** Makes the i-th key of a test. */
export type KeyMaker = (random: RandomNumbers, index: number) => Uint8Array<ArrayBuffer>;

const encoder = new TextEncoder();
const DEEP = 'https://example.org/a/prefix/that/does/not/fit/into/a/node/since/it/has/well/over/forty-eight/bytes/';
const BLOCKS = ['aaaaaaaa', 'aaaaaaab', 'zzzzzzzz'];

/** Makers of keys by the name of their shape. */
export const KEY_MAKERS: ReadonlyMap<string, KeyMaker> = new Map<string, KeyMaker>([
  ...KEY_SHAPES.map((shape: KeyShape): [string, KeyMaker] => [shape, (random) => randomKey(random, shape)]),
  ['ascending', (_, index) => text(String(index).padStart(12, '0'))],
  ['descending', (_, index) => text(String(1_000_000 - index).padStart(12, '0'))],
  ['one', () => text('the only key')],
  ['few', (random) => text(`counter-${random(7)}`)],
  ['all ones', (random) => Uint8Array.from({ length: random(30) }, () => 0xff - (random(9) === 0 ? 1 : 0))],
  ['equal windows', (random) => text(Array.from({ length: random(5) }, () => BLOCKS[random(3)]).join(''))],
  ['deep', (random) => text(DEEP + String(random(5000)).padStart(8, '0'))],
  ['deep or not', (random) => text(DEEP.slice(0, random(4) ? DEEP.length : random(DEEP.length)) + String(random(300)))],
  ['deep, then foreign', (random, index) => (index < 500 ? text(DEEP + random(400)) : randomBytes(random, random(4)))],
]);

function text(value: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(value);
}
