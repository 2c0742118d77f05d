// For tests: random entries of many shapes, and their distribution over the sources of a view.

import { KIND_DELETE, KIND_MERGE, KIND_POINTER, KIND_PUT, KIND_RANGE_DELETE } from './layout.ts';
import { randomBytes } from './memory-test-kit.ts';
import type { RandomNumbers } from './memory-test-kit.ts';
import type { WorldSource } from './reading-world-test-kit.ts';
import { compareEntries, compareKeys } from './reference-entry-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';

/** How the keys of a test look. */
export type KeyShape = 'decimal' | 'paths' | 'binary' | 'zeros' | 'nested' | 'long';

export const KEY_SHAPES: readonly KeyShape[] = ['decimal', 'paths', 'binary', 'zeros', 'nested', 'long'];

/** Time of the tests, ms: expiries lie around it. */
export const NOW = 1_000_000n;

/** Distinct keys of a shape, ascending. */
export function randomKeys(random: RandomNumbers, shape: KeyShape, count: number): Uint8Array<ArrayBuffer>[] {
  const keys = Array.from({ length: count }, () => randomKey(random, shape)).sort(compareKeys);
  return keys.filter((key, index) => index === 0 || compareKeys(keys[index - 1], key) !== 0);
}

/** A key of a shape: often one of those that randomKeys gives. */
export function randomKey(random: RandomNumbers, shape: KeyShape): Uint8Array<ArrayBuffer> {
  switch (shape) {
    case 'decimal':
      return ascii(String(random(20_000)).padStart(16, '0'));
    case 'paths':
      return ascii(`/users/${['ada', 'grace', 'edsger'][random(3)]}/documents/${random(40)}/page-${random(30)}`);
    case 'binary':
      return randomBytes(random, random(12));
    case 'zeros':
      return randomBytes(random, random(14), 2);
    case 'nested':
      return ascii('a'.repeat(random(40)) + 'b'.repeat(random(3)));
    case 'long':
      return longKey(random);
  }
}

/** Up to the longest stored key; half of them differ only far behind their start. */
function longKey(random: RandomNumbers): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array([20, 130, 2050, 5000, 65_539][random(5)]).fill(random(3) === 0 ? 7 : 9);
  if (random(2)) key[key.length - 1 - random(key.length)] = random(20);
  return key;
}

function ascii(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** What versions a key gets. */
export interface VersionSettings {
  readonly random: RandomNumbers;
  /** Versions of most keys, and of one key in twenty. */
  readonly usual: number;
  readonly many: number;
  readonly valueBytes: number;
}

/** Ascending entries: some versions of each key, epochs from 1 (0 now and then) on. */
export function randomEntries(keys: readonly Uint8Array<ArrayBuffer>[], settings: VersionSettings): ReferenceEntry[] {
  const { random } = settings;
  const entries: ReferenceEntry[] = [];
  for (const key of keys) {
    const versions = 1 + random(random(20) === 0 ? settings.many : settings.usual);
    const epochs = new Set(Array.from({ length: versions }, () => randomEpoch(random)));
    for (const epoch of epochs) entries.push(randomEntry(key, epoch, settings));
  }
  return entries.sort(compareEntries);
}

/** Small enough to be near each other, with a few far out. */
export function randomEpoch(random: RandomNumbers): bigint {
  if (random(50) === 0) return [0n, 2n ** 64n - 1n, 2n ** 40n, 300n][random(4)];
  return BigInt(1 + random(200));
}

function randomEntry(key: Uint8Array<ArrayBuffer>, epoch: bigint, { random, valueBytes }: VersionSettings): ReferenceEntry {
  const kind = [KIND_PUT, KIND_PUT, KIND_PUT, KIND_PUT, KIND_PUT, KIND_DELETE, KIND_POINTER, KIND_MERGE, KIND_RANGE_DELETE][random(9)];
  const expiry = random(6) === 0 ? NOW - 20n + BigInt(random(41)) : 0n;
  const extension = random(12) === 0 ? randomBytes(random, random(200)) : undefined;
  const length = random(10) === 0 ? random(valueBytes * 5 + 1) : random(valueBytes + 1);
  return { key, epoch, kind, value: randomBytes(random, length), expiry, extension };
}

/**
 * Deals ascending entries out to sources: to any at random, or (`byAge`) so that a younger source has no epoch as small as an older one's. At random, some
 * versions come to two sources: the younger one's value counts.
 */
export function dealEntries(entries: readonly ReferenceEntry[], sources: number, byAge: boolean, random: RandomNumbers): WorldSource[] {
  const piles: ReferenceEntry[][] = Array.from({ length: sources }, () => []);
  const limits = Array.from({ length: sources - 1 }, () => randomEpoch(random)).sort((a, b) => Number(b > a) - Number(b < a));
  for (const entry of entries) {
    const youngest = limits.findIndex((limit) => entry.epoch > limit);
    const source = byAge ? (youngest < 0 ? sources - 1 : youngest) : random(sources);
    piles[source].push(entry);
    if (!byAge && source && random(10) === 0) piles[random(source)].push({ ...entry, value: randomBytes(random, entry.value.length) });
  }
  return piles.map((pile) => toSource(pile, random));
}

/** What a reader of the sources has before it: all entries ascending, on an exact tie the younger source's first. */
export function entriesOf(sources: readonly WorldSource[]): ReferenceEntry[] {
  return sources.flatMap((source) => (source.kind === 'run' ? source.ssts.flat() : source.entries)).sort(compareEntries);
}

function toSource(pile: readonly ReferenceEntry[], random: RandomNumbers): WorldSource {
  if (random(3) === 0) return { kind: 'memtable', entries: shuffled(pile, random) };
  const ssts: ReferenceEntry[][] = [];
  const chance = 1 + random(pile.length + 1);
  for (const entry of pile) {
    if (!ssts.length || random(chance) === 0) ssts.push([]);
    ssts.at(-1)!.push(entry);
  }
  return { kind: 'run', ssts };
}

function shuffled<T>(items: readonly T[], random: RandomNumbers): T[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = random(last + 1);
    [result[last], result[other]] = [result[other], result[last]];
  }
  return result;
}
