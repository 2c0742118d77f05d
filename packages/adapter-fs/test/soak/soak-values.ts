// Values of a soak: all bytes follow from seed, key space, key and version, so that nothing but the version has to be remembered. Every so many versions
// the key is deleted. A value is a head, cut off where the value is shorter, and a stretch of a pool of random bytes, half of which can be compressed.
//
//   key space u32 | key u32 | version u32 | length u32 | bytes of the pool

import { seededRandom } from '@varve/core';

const POOL_BYTES = 2 ** 20;
const LONGEST_BYTES = 100_000;
const HEAD_BYTES = 16;
const WORDS = 64;
/** One of so many versions deletes the key. */
const DELETES = 7;
/** What an entry takes on average: by the lengths below, less what is deleted. */
export const AVERAGE_BYTES = 3350;

export class SoakValues {
  readonly #seed: number;
  readonly #pool = new Uint8Array(POOL_BYTES);

  constructor(seed: number) {
    this.#seed = seed;
    const random = seededRandom(seed);
    random.fill(this.#pool.subarray(0, POOL_BYTES / 2));
    const words = Array.from({ length: WORDS }, () => random.fill(new Uint8Array(4 + (random.uint32() % 12))));
    for (let at = POOL_BYTES / 2; at < POOL_BYTES;) {
      const word = words[random.uint32() % WORDS].subarray(0, POOL_BYTES - at);
      this.#pool.set(word, at);
      at += word.length;
    }
  }

  /** Version 0 is that of a key that was never written. */
  isDeleted(space: number, key: number, version: number): boolean {
    return version === 0 || this.#hash(space, key, version) % DELETES === 0;
  }

  /** Bytes of the value; 0 where the key is deleted. */
  lengthOf(space: number, key: number, version: number): number {
    return this.isDeleted(space, key, version) ? 0 : lengthFrom(this.#hash(space, key, version));
  }

  /** Undefined: this version deletes the key. */
  valueOf(space: number, key: number, version: number): Uint8Array | undefined {
    if (this.isDeleted(space, key, version)) return undefined;
    const value = new Uint8Array(this.lengthOf(space, key, version));
    value.set(this.#tail(space, key, version, value.length - HEAD_BYTES), Math.min(HEAD_BYTES, value.length));
    value.set(headOf(space, key, version, value.length).subarray(0, value.length));
    return value;
  }

  /** True when this version left these bytes, or nothing. */
  matches(found: Uint8Array | undefined, space: number, key: number, version: number): boolean {
    if (found === undefined) return this.isDeleted(space, key, version);
    if (this.isDeleted(space, key, version) || found.length !== this.lengthOf(space, key, version)) return false;
    const head = headOf(space, key, version, found.length).subarray(0, found.length);
    const tail = this.#tail(space, key, version, found.length - HEAD_BYTES);
    return Buffer.compare(found.subarray(0, HEAD_BYTES), head) === 0 && Buffer.compare(found.subarray(HEAD_BYTES), tail) === 0;
  }

  #tail(space: number, key: number, version: number, length: number): Uint8Array {
    const offset = mix(this.#hash(space, key, version), 2) % (POOL_BYTES - LONGEST_BYTES);
    return this.#pool.subarray(offset, offset + Math.max(0, length));
  }

  #hash(space: number, key: number, version: number): number {
    return mix(mix(mix(this.#seed, space), key), version);
  }
}

/** What a value tells of itself, for messages. */
export function describeValue(value: Uint8Array | undefined): string {
  if (value === undefined) return 'nothing';
  if (value.length < HEAD_BYTES) return `${value.length} bytes`;
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const [space, key, version, length] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  return `${value.length} bytes that say space=${space} key=${key} version=${version} length=${length}`;
}

function headOf(space: number, key: number, version: number, length: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(HEAD_BYTES));
  [space, key, version, length].forEach((field, i) => head.setUint32(4 * i, field, true));
  return new Uint8Array(head.buffer);
}

/** Most values are short, some have pages, a few are large, and some are next to nothing. */
function lengthFrom(hash: number): number {
  const [kind, size] = [mix(hash, 0) % 64, mix(hash, 1)];
  if (kind === 0) return size % 32;
  if (kind < 3) return size % (LONGEST_BYTES + 1);
  return size % (kind < 23 ? 12_000 : 1500);
}

/** Two numbers into one: the finalizer of https://github.com/skeeto/hash-prospector. */
export function mix(a: number, b: number): number {
  let x = a ^ Math.imul(b + 1, 0x9e3779b1);
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
  return (x ^ (x >>> 15)) >>> 0;
}
