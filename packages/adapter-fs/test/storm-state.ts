// What a database of a storm must hold: the state after a prefix of each writer's operations, one writer after the other. Who wrote the value of each
// key says it all (storm-operations.ts).

import { operationAt } from './storm-operations.ts';

/** Operations that may be recovered beyond the last one that was acknowledged: a writer has no more under way. */
const MOST_BEYOND = 2000;
const MOST_NAMED = 5;

/** The operations of one writer that are looked at. */
export interface Stretch {
  readonly round: number;
  /** Number of its first operation. */
  readonly first: number;
  /** The last one that was acknowledged; smaller than `first` where none was. */
  readonly acknowledged: number;
}

export class StormState {
  readonly #seed: number;
  /** Who wrote the value of each key. */
  readonly #writers = new Map<string, string>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  keys(): IterableIterator<string> {
    return this.#writers.keys();
  }

  /**
   * Finds the prefix of the operations after which this was recovered, which becomes the state, and returns the number of its last operation. Throws where
   * there is none that holds everything acknowledged.
   */
  advance({ round, first, acknowledged }: Stretch, recovered: ReadonlyMap<string, string>): number {
    const differing = this.#differences(recovered);
    let atAcknowledged: string | undefined;
    for (let n = first - 1; n <= acknowledged + MOST_BEYOND; n++) {
      if (n >= first) this.#apply(round, n, recovered, differing);
      if (n < acknowledged) continue;
      if (differing.size === 0) return n;
      atAcknowledged ??= this.#describe(differing, recovered);
    }
    throw new Error(`no prefix of the writes that holds operation ${acknowledged} was recovered; after that operation: ${atAcknowledged}`);
  }

  /** Throws unless exactly this state was recovered. */
  expect(recovered: ReadonlyMap<string, string>): void {
    const differing = this.#differences(recovered);
    if (differing.size > 0) throw new Error(`something else was recovered than before: ${this.#describe(differing, recovered)}`);
  }

  #differences(recovered: ReadonlyMap<string, string>): Set<string> {
    return new Set([...this.#writers.keys(), ...recovered.keys()].filter((key) => this.#writers.get(key) !== recovered.get(key)));
  }

  #apply(round: number, n: number, recovered: ReadonlyMap<string, string>, differing: Set<string>): void {
    for (const { key, value } of operationAt(this.#seed, round, n).changes) {
      if (value === undefined) this.#writers.delete(key);
      else this.#writers.set(key, value);
      if (value === recovered.get(key)) differing.delete(key);
      else differing.add(key);
    }
  }

  #describe(differing: ReadonlySet<string>, recovered: ReadonlyMap<string, string>): string {
    return [...differing]
      .slice(0, MOST_NAMED)
      .map((key) => `${key}: expected ${this.#writers.get(key)}, recovered ${recovered.get(key)}`)
      .join('; ');
  }
}
