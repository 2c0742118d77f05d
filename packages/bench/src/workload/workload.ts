// The entries that every peer gets: keys of 16 decimal digits in random order, values of 100 bytes that compress to about two thirds
// (LevelDB with Snappy needs about 93 bytes on disk for the 116 of an entry). Seeded: every peer, round and machine gets the same.

import { Permutation, scramble } from './permutation.ts';

const KEY_BYTES = 16;
const VALUE_BYTES = 100;
export const ENTRY_BYTES = KEY_BYTES + VALUE_BYTES;

/** Of each value so many bytes are random; the rest repeats its beginning. */
const RANDOM_BYTES = 70;
const POOL = 65536;
/** Keys of larger workloads are made when they are asked for (200 ns): keeping them would be the memory that is measured. */
const KEPT_KEYS = 2_000_000;

export class Workload {
  readonly count: number;
  readonly #order: Permutation;
  readonly #keys: string[] = [];
  readonly #ids: Uint32Array | undefined;
  readonly #values: readonly Uint8Array[];

  constructor(count: number, seed: number) {
    this.count = count;
    this.#order = new Permutation(count, seed);
    this.#values = makeValues(seed);
    if (count > KEPT_KEYS) return;
    const ids = Uint32Array.from({ length: count }, (_, index) => this.#id(index));
    for (const id of ids) this.#keys.push(keyText(id));
    this.#ids = ids;
  }

  /** The key that is written as number `index`. */
  key(index: number): string {
    return this.#ids === undefined ? keyText(this.#id(index)) : this.#keys[index];
  }

  /** The value that belongs to it. */
  value(index: number): Uint8Array {
    return this.#values[scramble(this.#id(index)) % POOL];
  }

  /** `count` of the written keys in another random order, and as many that lie between them and are not written. */
  readings(count: number, seed: number): Readings {
    const order = new Permutation(this.count, seed);
    const ids = Array.from({ length: count }, (_, i) => this.#id(order.at(i % this.count)));
    return new Readings(
      ids.map(keyText),
      Uint8Array.from(ids, (id) => this.#values[scramble(id) % POOL][0]),
      ids.map((id) => keyText(id + 1)),
    );
  }

  /** Throws unless the value is the one that belongs to the key, byte by byte. */
  check(key: string, value: Uint8Array | undefined): void {
    const expected = this.#values[scramble(Number(key)) % POOL];
    if (value === undefined || Buffer.compare(value, expected) !== 0) throw new Error(`wrong value for key ${key}`);
  }

  /** Keys that are written are even numbers. */
  #id(index: number): number {
    return this.#ids === undefined ? 2 * this.#order.at(index) : this.#ids[index];
  }
}

/** Keys to read, and what to expect: made in advance, so that a measured loop has little to do but read. */
export class Readings {
  readonly keys: readonly string[];
  readonly absentKeys: readonly string[];
  readonly #firstBytes: Uint8Array;

  constructor(keys: readonly string[], firstBytes: Uint8Array, absentKeys: readonly string[]) {
    this.keys = keys;
    this.absentKeys = absentKeys;
    this.#firstBytes = firstBytes;
  }

  /** Throws unless `value` is that of `keys[index]`, as far as its length and first byte tell. */
  glance(index: number, value: Uint8Array | undefined): void {
    if (value === undefined || value.length !== VALUE_BYTES || value[0] !== this.#firstBytes[index]) {
      throw new Error(`wrong value for key ${this.keys[index]}`);
    }
  }
}

const digits = Buffer.alloc(KEY_BYTES);

/** A flat string: one that is put together from pieces would be flattened inside the first measured call. */
function keyText(id: number): string {
  let rest = id;
  for (let i = KEY_BYTES - 1; i >= 0; i--) {
    digits[i] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return digits.toString('latin1');
}

function makeValues(seed: number): Uint8Array[] {
  const bytes = Buffer.alloc(POOL * VALUE_BYTES);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = i % VALUE_BYTES < RANDOM_BYTES ? scramble(seed + Math.imul(i, 0x61c88647)) : bytes[i - RANDOM_BYTES];
  }
  return Array.from({ length: POOL }, (_, i) => bytes.subarray(i * VALUE_BYTES, (i + 1) * VALUE_BYTES));
}
