// For tests: random entries whose keys lie where comparing, sharing and separating are hard.

import { KIND_DELETE, KIND_MERGE, KIND_POINTER, KIND_PUT, KIND_RANGE_DELETE } from './layout.ts';
import { randomBytes } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import { compareEntries } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** What entries look like. */
export interface EntryShape {
  /** A random key; keys repeat. */
  readonly key: (random: RandomNumbers) => Uint8Array<ArrayBuffer>;
  readonly epoch: (random: RandomNumbers) => bigint;
  readonly value: (random: RandomNumbers) => Uint8Array<ArrayBuffer>;
  /** Of 16 entries, about how many are no plain puts. */
  readonly oddities: number;
}

const text = new TextEncoder();

/** Kinds of keys, by name. */
export const keyShapes: Record<string, EntryShape['key']> = {
  // The empty key, zeros and all ones: ends inside of a window, and separators that carry.
  tiny: (random) => Uint8Array.from({ length: random(5) }, () => [0, 1, 254, 255][random(4)]),
  zeros: (random) => new Uint8Array(random(40)),
  ones: (random) => Uint8Array.from({ length: random(12) }, (_, i) => (i === 9 ? random(256) : 255)),
  // Equal and nearly equal keys whose ends lie around the end of a window; those of two inputs are compared from their start if they stand apart.
  letters: (random) => Uint8Array.from({ length: 5 + random(7) }, () => 97 + random(2)),
  apart: (random) => Uint8Array.from({ length: 6 + random(4) }, (_, i) => (i ? 97 : random(60))),
  decimal: (random) => Uint8Array.from(text.encode(`user:${String(random(3000)).padStart(16, '0')}`)),
  path: (random) => Uint8Array.from(text.encode(['a', 'b/', 'b/c', 'b/c/d'][random(4)] + '/x'.repeat(random(30)) + random(9))),
  // Intervals end because of their key bytes.
  long: (random) => {
    const key = new Uint8Array(random(1500)).fill(7);
    if (key.length) key[random(key.length)] = random(256);
    return key;
  },
};

/** Kinds of epochs, by name. */
export const epochShapes: Record<string, EntryShape['epoch']> = {
  few: (random) => BigInt(random(9)),
  many: (random) => BigInt(1000 + random(100_000)),
  terms: (random) => (BigInt(random(4)) << 32n) + BigInt(random(300)),
  any: (random) => (BigInt(random(2 ** 32)) << 32n) | BigInt(random(2 ** 32)),
  extreme: (random) => [0n, 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 2n, (1n << 64n) - 1n][random(6)],
};

/** Kinds of values, by name. */
export const valueShapes: Record<string, EntryShape['value']> = {
  none: () => new Uint8Array(0),
  small: (random) => randomBytes(random, random(20), 4),
  hundred: (random) => randomBytes(random, 90 + random(60)),
  // From nothing to more than a block.
  wild: (random) => (random(12) ? randomBytes(random, random(40)) : randomBytes(random, random(3000), 1 + random(255))),
};

/** `count` entries of a shape at most, ascending, no two equal in key and epoch. */
export function randomEntries(random: RandomNumbers, count: number, shape: EntryShape): ReferenceEntry[] {
  const entries = Array.from({ length: count }, () => randomEntry(random, shape)).sort(compareEntries);
  return entries.filter((entry, i) => i === 0 || compareEntries(entries[i - 1], entry) !== 0);
}

function randomEntry(random: RandomNumbers, shape: EntryShape): ReferenceEntry {
  const key = shape.key(random);
  const epoch = shape.epoch(random);
  const value = shape.value(random);
  const entry = { key, epoch, kind: KIND_PUT, value, expiry: 0n, extension: undefined };
  if (random(16) >= shape.oddities) return entry;
  const extension = random(4) ? undefined : randomBytes(random, random(30));
  const expiry = random(3) ? 0n : BigInt(1 + random(200));
  const kind = [KIND_PUT, KIND_PUT, KIND_DELETE, KIND_DELETE, KIND_POINTER, KIND_MERGE, KIND_RANGE_DELETE][random(7)];
  return { ...entry, kind, value: kind === KIND_DELETE ? new Uint8Array(0) : value, expiry, extension };
}
