// What a writer that will be stopped writes: operation n is a function of seed and n, so that the page which judges knows it as well.

import { seededRandom } from '@varve/core';

/** One write: a batch of these keys, which get a value of this operation or are deleted. */
export interface Operation {
  readonly puts: readonly string[];
  readonly deletes: readonly string[];
}

const KEYS = 300;

export function operationAt(seed: number, n: number): Operation {
  const { uint32 } = seededRandom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b));
  const keys = [...new Set(Array.from({ length: 1 + (uint32() % 4) }, () => `key/${String(uint32() % KEYS).padStart(4, '0')}`))];
  const isDeleted = keys.map(() => uint32() % 4 === 0);
  return { puts: keys.filter((_, i) => !isDeleted[i]), deletes: keys.filter((_, i) => isDeleted[i]) };
}

/** The value that operation n gives a key. */
export function valueAt(n: number, key: string): string {
  return `${n} ${key} `.repeat(1 + ((n * 7919) % 200));
}

/** Which operation wrote a value; undefined: none wrote this. */
export function writerOf(key: string, value: string): number | undefined {
  const n = Number.parseInt(value, 10);
  return value === valueAt(n, key) ? n : undefined;
}

/** Which operation wrote the value of each key, after operations [0, end). */
export class WrittenState {
  readonly #seed: number;
  readonly writers = new Map<string, number>();
  #next = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** How many operations it holds. */
  get count(): number {
    return this.#next;
  }

  /** Adds the next operation. */
  step(): void {
    const n = this.#next++;
    const { puts, deletes } = operationAt(this.#seed, n);
    for (const key of puts) this.writers.set(key, n);
    for (const key of deletes) this.writers.delete(key);
  }

  equals(found: ReadonlyMap<string, number>): boolean {
    return found.size === this.writers.size && [...found].every(([key, n]) => this.writers.get(key) === n);
  }
}
