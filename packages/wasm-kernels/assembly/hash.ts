// hash64: the hash of a stored key that filters use (drawn in docs/FORMAT.md). Multiply and shift, eight bytes a step: no 128-bit products,
// which WebAssembly lacks.

import { loadTail } from './bytes';

const K0: u64 = 0x9e3779b97f4a7c15;
const K1: u64 = 0xbf58476d1ce4e5b9;
const K2: u64 = 0x94d049bb133111eb;

/** See Kernels.hash64. */
export function hash64(address: usize, length: u32, out: usize): void {
  store<u64>(out, hashKey(address, length));
}

/** hash64 of the key. */
export function hashKey(address: usize, length: u32): u64 {
  let hash = u64(length) * K0;
  const tail = length & 7;
  const end = address + (length - tail);
  for (; address < end; address += 8) hash = mix(hash, load<u64>(address));
  if (tail) hash = mix(hash, loadTail(address, tail));
  hash ^= hash >> 32;
  hash *= K2;
  return hash ^ (hash >> 29);
}

@inline
function mix(hash: u64, word: u64): u64 {
  const product = (hash ^ word) * K1;
  return product ^ (product >> 29);
}
