// xxh64 with a seed, the checksum of everything persisted. Written from the specification:
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

import { u64Of } from './bytes';

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;
const STRIPE_BYTES: u32 = 32;

/** See Kernels.xxh64. */
export function xxh64(address: usize, length: u32, seedLow: u32, seedHigh: u32, out: usize): void {
  store<u64>(out, checksum(address, length, u64Of(seedLow, seedHigh)));
}

/** xxh64 of the bytes. */
export function checksum(address: usize, length: u32, seed: u64): u64 {
  const end = address + length;
  let hash = seed + PRIME_5;
  if (length >= STRIPE_BYTES) {
    let lane1 = seed + PRIME_1 + PRIME_2;
    let lane2 = seed + PRIME_2;
    let lane3 = seed;
    let lane4 = seed - PRIME_1;
    const last = end - STRIPE_BYTES;
    do {
      lane1 = round(lane1, load<u64>(address));
      lane2 = round(lane2, load<u64>(address, 8));
      lane3 = round(lane3, load<u64>(address, 16));
      lane4 = round(lane4, load<u64>(address, 24));
      address += STRIPE_BYTES;
    } while (address <= last);
    hash = rotl(lane1, 1) + rotl(lane2, 7) + rotl(lane3, 12) + rotl(lane4, 18);
    hash = merge(merge(merge(merge(hash, lane1), lane2), lane3), lane4);
  }
  return finish(hash + u64(length), address, end);
}

/** Mixes the bytes behind the last whole stripe in. */
@inline
function finish(hash: u64, address: usize, end: usize): u64 {
  for (; address + 8 <= end; address += 8) {
    hash = rotl(hash ^ round(0, load<u64>(address)), 27) * PRIME_1 + PRIME_4;
  }
  if (address + 4 <= end) {
    hash = rotl(hash ^ (u64(load<u32>(address)) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    address += 4;
  }
  for (; address < end; address++) {
    hash = rotl(hash ^ (u64(load<u8>(address)) * PRIME_5), 11) * PRIME_1;
  }
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  return hash ^ (hash >> 32);
}

@inline
function round(lane: u64, input: u64): u64 {
  return rotl(lane + input * PRIME_2, 31) * PRIME_1;
}

@inline
function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
}
