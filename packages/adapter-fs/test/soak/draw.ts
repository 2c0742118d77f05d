// Random choices of one actor of a soak: all from one seed.

import { seededRandom, type Random } from '@varve/core';

export class Draw {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return this.#random.uint32() % below;
  }

  chance(probability: number): boolean {
    return this.#random.uint32() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** One of the names, each as likely as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const names = Object.keys(weights) as Name[];
    let left = this.below(names.reduce((sum, name) => sum + weights[name], 0));
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    throw new Error('there are no weights');
  }
}
