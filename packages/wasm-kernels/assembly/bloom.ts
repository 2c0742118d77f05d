// The filter of a partition: a blocked Bloom filter, one line of 64 bytes and 6 bits in it a key (drawn in docs/FORMAT.md).
// One cache line a probe: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2009).
//
// Bit b of a line is bit b & 31 of its u32 b >> 5. Shift counts are taken modulo 32 by the instruction itself, so only words need masking.

const LINE_SHIFT: u32 = 6; // 64 bytes
const WORD_SHIFT: u64 = 3; // a bit index shifted by this, and masked, is the byte offset of its word
const WORD_MASK: u32 = 0x3c;
const INDEX_BITS: u64 = 9; // a line has 2^9 bits

/** Adds the key of `hash` (hashKey) to a filter of `lines` lines. */
export function bloomAdd(filter: usize, lines: u32, hash: u64): void {
  const line = lineOf(filter, lines, hash);
  addBit(line, hash);
  addBit(line, hash >> INDEX_BITS);
  addBit(line, hash >> (2 * INDEX_BITS));
  addBit(line, hash >> (3 * INDEX_BITS));
  addBit(line, hash >> (4 * INDEX_BITS));
  addBit(line, hash >> (5 * INDEX_BITS));
}

/** False: no key of `hash` was added. */
export function bloomProbe(filter: usize, lines: u32, hash: u64): bool {
  const line = lineOf(filter, lines, hash);
  const all =
    bitAt(line, hash) &
    bitAt(line, hash >> INDEX_BITS) &
    bitAt(line, hash >> (2 * INDEX_BITS)) &
    bitAt(line, hash >> (3 * INDEX_BITS)) &
    bitAt(line, hash >> (4 * INDEX_BITS)) &
    bitAt(line, hash >> (5 * INDEX_BITS));
  return bool(all & 1);
}

@inline
function lineOf(filter: usize, lines: u32, hash: u64): usize {
  return filter + (u32(((hash >> 32) * u64(lines)) >> 32) << LINE_SHIFT);
}

@inline
function wordOf(line: usize, index: u64): usize {
  return line + (u32(index >> WORD_SHIFT) & WORD_MASK);
}

@inline
function addBit(line: usize, index: u64): void {
  const word = wordOf(line, index);
  store<u32>(word, load<u32>(word) | (1 << u32(index)));
}

/** The bit in the lowest place, others above it. */
@inline
function bitAt(line: usize, index: u64): u32 {
  return load<u32>(wordOf(line, index)) >> u32(index);
}
