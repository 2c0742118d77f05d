// Random choices, all from one seed.

import { seededRandom, type Random } from '@varve/core';

export class Draw {
  /** The longest keys that are drawn, now and then. */
  longestKey = 3000;
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** An integer in [0, below). */
  below(below: number): number {
    return this.#random.uint32() % below;
  }

  /** An integer in [least, most], small ones more often. */
  skewed(least: number, most: number): number {
    const share = this.share();
    return least + Math.floor((most - least + 1) * share * share * share);
  }

  /** A number in [0, 1). */
  share(): number {
    return this.#random.uint32() / 2 ** 32;
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

  /** Bytes that LZ4 can do something with, or not. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(length);
    if (this.chance(0.3)) return this.#random.fill(bytes);
    for (let i = 0; i < length; i++) bytes[i] = 97 + ((i * 7) % 13);
    for (let i = Math.min(4, length); i > 0; i--) bytes[this.below(length)] = this.below(256);
    return bytes;
  }
}
