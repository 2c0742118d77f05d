// The entries that all peers store: keys of 16 digits in random order, values of 100 bytes that compress by about a half, as text does.

import { seededRandom } from '@varve/core';

export interface Entries {
  readonly keys: readonly string[];
  readonly values: readonly Uint8Array[];
}

const VALUE_BYTES = 100;

export function makeEntries(count: number, seed = 1): Entries {
  const random = seededRandom(seed);
  const keys = Array.from({ length: count }, (_, i) => String((i * 2_654_435_761) % 2 ** 32).padStart(16, '0'));
  const values = keys.map(() => {
    const value = new Uint8Array(VALUE_BYTES);
    random.fill(value.subarray(0, VALUE_BYTES / 2));
    return value;
  });
  return { keys, values };
}

/** Positions in random order, the same for every peer. */
export function shuffled(count: number, seed = 2): number[] {
  const random = seededRandom(seed);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = random.uint32() % (i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
