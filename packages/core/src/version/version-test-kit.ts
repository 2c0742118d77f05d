// For tests: SSTs that exist in a manifest only, and the state of a database that has them.

import type { SstInfo } from '../format/sst-info.ts';
import type { ManifestState } from './manifest-state.ts';
import { LEVELS, Version } from './version.ts';

const KEY_DIGITS = 4;

/** A stored key that sorts as its number does. */
export const numberedKey = (n: number): Uint8Array => new TextEncoder().encode(String(n).padStart(KEY_DIGITS, '0'));

/** The number of such a key. */
export const numberOfKey = (key: Uint8Array): number => Number(new TextDecoder().decode(key));

/** SST number `counter` of term 1 with the keys from `smallest` to `largest`. */
export function sstInfo(counter: number, smallest: number, largest: number, more: Partial<SstInfo> = {}): SstInfo {
  return {
    id: { term: 1, counter },
    dataBytes: 1000,
    metaBytes: 200,
    headBytes: 100,
    smallest: numberedKey(smallest),
    largest: numberedKey(largest),
    minEpoch: 1n,
    maxEpoch: 2n ** 33n + 5n,
    entries: 10,
    tombstones: 1,
    rawBytes: 1500,
    longestKey: KEY_DIGITS,
    longestBlock: 512,
    partitions: 1,
    ...more,
  };
}

/** A version of these levels; the others are empty. */
export function versionOf(levels: readonly (readonly SstInfo[])[]): Version {
  return new Version(Array.from({ length: LEVELS }, (_, level) => levels[level] ?? []));
}

/** Counters of the SSTs, level by level, without the empty levels at the end. */
export function countersOf(version: Version): number[][] {
  const counters = version.levels.map((level) => level.map(({ id }) => id.counter));
  while (counters.at(-1)?.length === 0) counters.pop();
  return counters;
}

/** A state of a database, with an SST in two of its levels. */
export function manifestState(more: Partial<ManifestState> = {}): ManifestState {
  return {
    number: 32,
    term: 3,
    nonce: 'nonce-32',
    parentNonce: 'nonce-31',
    database: '00112233445566778899aabbccddeeff',
    ancestors: [],
    claims: [],
    log: { kind: 'memory', uuid: 'ffeeddccbbaa99887766554433221100' },
    logPosition: 7,
    flushedEpoch: 0n,
    safeEpoch: 2n ** 40n + 1n,
    pendingFrom: 4,
    nextObject: 6,
    floor: 0,
    retired: [],
    now: 1_764_000_000_000,
    keySpaces: [{ id: 0, name: '', keys: 'bytes', values: 'json' }],
    nextKeySpace: 1,
    version: versionOf([[sstInfo(3, 1, 9)], [sstInfo(1, 0, 4), sstInfo(2, 5, 6)]]),
    ...more,
  };
}
