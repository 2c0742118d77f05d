// The filter of a partition: a blocked Bloom filter, one line of 64 bytes and 6 bits in it a key (drawn in docs/FORMAT.md).
// One cache line a probe: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2009).

const LINE_BYTES: u32 = 64;
const BITS: u64 = 6;
const BIT_INDEX_BITS: u64 = 9; // a line has 2^9 bits

/** Adds the key of `hash` (hashKey) to a filter of `lines` lines. */
export function bloomAdd(filter: usize, lines: u32, hash: u64): void {
  const line = lineOf(filter, lines, hash);
  for (let i: u64 = 0; i < BITS; i++) {
    const bit = u32(hash >> (BIT_INDEX_BITS * i));
    const byte = line + ((bit >> 3) & (LINE_BYTES - 1));
    store<u8>(byte, u32(load<u8>(byte)) | (1 << (bit & 7)));
  }
}

/** False: no key of `hash` was added. */
export function bloomProbe(filter: usize, lines: u32, hash: u64): bool {
  const line = lineOf(filter, lines, hash);
  let missing: u32 = 0;
  for (let i: u64 = 0; i < BITS; i++) {
    const bit = u32(hash >> (BIT_INDEX_BITS * i));
    missing |= ~u32(load<u8>(line + ((bit >> 3) & (LINE_BYTES - 1)))) >> (bit & 7);
  }
  return !(missing & 1);
}

@inline
function lineOf(filter: usize, lines: u32, hash: u64): usize {
  return filter + u32(((hash >> 32) * u64(lines)) >> 32) * LINE_BYTES;
}
