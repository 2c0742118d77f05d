// A random order of 0 .. count - 1 that needs no memory: a Feistel network over the next power of four, walked until it lands inside
// (https://en.wikipedia.org/wiki/Format-preserving_encryption#FPE_from_Feistel_networks_and_cycle-walking).

const ROUNDS = 4;

export class Permutation {
  readonly count: number;
  readonly #halfBits: number;
  readonly #mask: number;
  readonly #seed: number;

  /** `count` is at most 2^30. The same seed gives the same order. */
  constructor(count: number, seed: number) {
    this.count = count;
    this.#halfBits = Math.max(1, Math.ceil(Math.log2(Math.max(2, count)) / 2));
    this.#mask = (1 << this.#halfBits) - 1;
    this.#seed = seed;
  }

  /** What stands at place `index`. */
  at(index: number): number {
    let place = index;
    do place = this.#mixed(place);
    while (place >= this.count);
    return place;
  }

  #mixed(value: number): number {
    let left = value >>> this.#halfBits;
    let right = value & this.#mask;
    for (let round = 0; round < ROUNDS; round++) {
      const mixed = left ^ (scramble(right + this.#seed + round * 0x9e3779b9) & this.#mask);
      left = right;
      right = mixed;
    }
    return (left << this.#halfBits) | right;
  }
}

/** 32 bits in, 32 well-mixed bits out (constants: https://github.com/skeeto/hash-prospector). */
export function scramble(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
