// LZ4 blocks, written from the format's description: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
//
//   sequence:  token (literals << 4 | match length - 4)   [literal length - 15 in bytes of 255, ending with a smaller one]   literals
//              u16 offset   [match length - 19, likewise]
//   The last sequence ends with its literals; they are at least 5, and the last match begins at least 12 bytes before the end.
//
// Compressing is greedy, in one pass, with a table of the last place where a hash was seen. Decompressing trusts nothing: every length is checked
// against both ranges before it is used, so hostile bytes cost an answer of -1. Where a range has room, both move 16 bytes at a time and let the
// next sequence overwrite what was too much.

import { copyBytes, u64Of } from './bytes';

const MIN_MATCH: u32 = 4;
const MAX_OFFSET: u32 = 0xffff;
const LENGTH_IN_TOKEN: u32 = 15;
const END_LITERALS: u32 = 5;
const END_MATCH_START: u32 = 12;
const OFFSET_BYTES: u32 = 2;
const VECTOR: u32 = 16;

// Compressing --------------------------------------------------------------------------------------------------------------------

const TABLE_BITS: u32 = 12;
const TABLE_BYTES: u32 = 4 << TABLE_BITS;
const HASH_PRIME: u64 = 0x9e3779b185ebca87;
const HASHED_BYTES: u64 = 5;
/** After 2^6 places without a match the steps grow by one, and again: data that does not compress is passed quickly. */
const PATIENCE_BITS: u32 = 6;

/**
 * See Kernels.lz4Compress. Clearing the table costs a fiftieth of the time of a block and saves asking whether what stands in it is of this source;
 * and equal bytes are compressed to equal bytes.
 */
export function lz4Compress(source: usize, length: u32, target: usize, capacity: u32, scratch: usize): u32 {
  const end = source + length;
  const outEnd = target + capacity;
  let out = target;
  let anchor = source; // literals not written yet start here
  if (length > END_MATCH_START) {
    const searchEnd = end - END_MATCH_START;
    const matchEnd = end - END_LITERALS;
    let at = source + 1;
    memory.fill(scratch, 0, TABLE_BYTES);
    for (;;) {
      at = findMatch(source, at, searchEnd, scratch);
      if (!at) break;
      let from = foundMatch;
      while (at > anchor && from > source && load<u8>(at - 1) == load<u8>(from - 1)) {
        at--;
        from--;
      }
      const literals = u32(at - anchor);
      const more = matchLength(at + MIN_MATCH, from + MIN_MATCH, matchEnd);
      const size: u32 = 1 + extraBytes(literals) + literals + OFFSET_BYTES + extraBytes(more);
      if (size > u32(outEnd - out)) return 0;
      out = writeLiterals(out, anchor, literals, min(more, LENGTH_IN_TOKEN), end, outEnd);
      store<u16>(out, u16(at - from));
      out = writeExtra(out + OFFSET_BYTES, more);
      at += MIN_MATCH + more;
      anchor = at;
      if (at > searchEnd) break;
      store<u32>(slotOf(scratch, load<u64>(at - 2)), u32(at - 2 - source));
    }
  }
  const literals = u32(end - anchor);
  if (1 + extraBytes(literals) + literals > u32(outEnd - out)) return 0;
  return u32(writeLiterals(out, anchor, literals, 0, end, outEnd) - target);
}

/** Where the match that findMatch found was seen before. */
let foundMatch: usize = 0;

/** The first place from `at` on whose next bytes were seen before (there: `foundMatch`), or 0. Remembers the places it passes. */
@inline
function findMatch(source: usize, at: usize, searchEnd: usize, table: usize): usize {
  for (let tries: u32 = 1 << PATIENCE_BITS; at <= searchEnd; at += tries++ >> PATIENCE_BITS) {
    const word = load<u64>(at);
    const slot = slotOf(table, word);
    const seen = source + load<u32>(slot);
    store<u32>(slot, u32(at - source));
    if (load<u32>(seen) == u32(word) && at - seen <= MAX_OFFSET) {
      foundMatch = seen;
      return at;
    }
  }
  return 0;
}

/** Where the last place is remembered (as its distance from the source) whose first bytes have the same hash. */
@inline
function slotOf(table: usize, word: u64): usize {
  return table + (usize(((word << (64 - HASHED_BYTES * 8)) * HASH_PRIME) >> (64 - u64(TABLE_BITS))) << 2);
}

/** Bytes that are the same at both places, `at` staying below `limit`. */
@inline
function matchLength(at: usize, from: usize, limit: usize): u32 {
  const start = at;
  for (; at + 8 <= limit; at += 8, from += 8) {
    const difference = load<u64>(at) ^ load<u64>(from);
    if (difference) return u32(at - start) + (u32(ctz(difference)) >> 3);
  }
  for (; at < limit && load<u8>(at) == load<u8>(from); at++, from++);
  return u32(at - start);
}

/** Bytes that a length needs besides its part in the token. */
@inline
function extraBytes(length: u32): u32 {
  return length < LENGTH_IN_TOKEN ? u32(0) : (length - LENGTH_IN_TOKEN) / 255 + 1;
}

/** Writes what does not fit in the token of a length; returns the address behind it. */
@inline
function writeExtra(out: usize, length: u32): usize {
  if (length < LENGTH_IN_TOKEN) return out;
  let rest = length - LENGTH_IN_TOKEN;
  for (; rest >= 255; rest -= 255) store<u8>(out++, 255);
  store<u8>(out, rest);
  return out + 1;
}

/** Writes a token and its literals; returns the address behind them. */
@inline
function writeLiterals(out: usize, anchor: usize, literals: u32, matchInToken: u32, end: usize, outEnd: usize): usize {
  store<u8>(out, (min(literals, LENGTH_IN_TOKEN) << 4) | matchInToken);
  out = writeExtra(out + 1, literals);
  copyLiterals(out, anchor, literals, end, outEnd);
  return out + literals;
}

// Decompressing ------------------------------------------------------------------------------------------------------------------

/** Longer than any memory: keeps sums of hostile lengths from wrapping around. */
const MAX_LENGTH: u32 = 0x7fffffff;
const MALFORMED: i32 = -1;

/** See Kernels.lz4Decompress. */
export function lz4Decompress(source: usize, length: u32, target: usize, capacity: u32): i32 {
  const end = source + length;
  const outEnd = target + capacity;
  let at = source;
  let out = target;
  while (at < end) {
    const token = u32(load<u8>(at++));
    let literals = token >> 4;
    if (literals < LENGTH_IN_TOKEN && u32(end - at) >= VECTOR && u32(outEnd - out) >= VECTOR) {
      // At most 14 literals: the offset is among the 16 bytes as well.
      v128.store(out, v128.load(at));
      at += literals;
      out += literals;
    } else {
      if (literals == LENGTH_IN_TOKEN) {
        const read = readLength(at, end);
        if (!read) return MALFORMED;
        at = usize(read >> 32);
        literals = u32(read);
      }
      if (literals > u32(end - at) || literals > u32(outEnd - out)) return MALFORMED;
      copyLiterals(out, at, literals, end, outEnd);
      at += literals;
      out += literals;
      if (at == end) return i32(out - target);
      if (u32(end - at) < OFFSET_BYTES) return MALFORMED;
    }
    const offset = u32(load<u16>(at));
    at += OFFSET_BYTES;
    if (offset - 1 >= u32(out - target)) return MALFORMED;
    let matched = (token & LENGTH_IN_TOKEN) + MIN_MATCH;
    if (matched == LENGTH_IN_TOKEN + MIN_MATCH) {
      const read = readLength(at, end);
      if (!read) return MALFORMED;
      at = usize(read >> 32);
      matched = u32(read) + MIN_MATCH;
    }
    const room = u32(outEnd - out);
    if (offset >= VECTOR && room >= matched + 2 * VECTOR) {
      const from = out - offset;
      v128.store(out, v128.load(from));
      v128.store(out + VECTOR, v128.load(from + VECTOR));
      for (let done: u32 = 2 * VECTOR; done < matched; done += VECTOR) v128.store(out + done, v128.load(from + done));
    } else {
      if (matched > room) return MALFORMED;
      repeat(out, offset, matched, outEnd);
    }
    out += matched;
  }
  return MALFORMED;
}

/** A length that does not fit in its token, and the address behind its last byte in the upper half; 0 when it has no last byte. */
@inline
function readLength(at: usize, end: usize): u64 {
  let length = LENGTH_IN_TOKEN;
  while (at < end && length < MAX_LENGTH) {
    const byte = u32(load<u8>(at++));
    length += byte;
    if (byte < 255) return u64Of(length, u32(at));
  }
  return 0;
}

/** Copies literals of any length that lie in both ranges. */
@inline
function copyLiterals(out: usize, at: usize, length: u32, end: usize, outEnd: usize): void {
  if (u32(end - at) >= length + VECTOR && u32(outEnd - out) >= length + VECTOR) {
    for (let done: u32 = 0; done < length; done += VECTOR) v128.store(out + done, v128.load(at + done));
  } else {
    copyBytes(out, at, length);
  }
}

/** Repeats `length` bytes from `offset` bytes before `out`, in vectors as far as they have room. */
function repeat(out: usize, offset: u32, length: u32, outEnd: usize): void {
  const stop = out + length;
  const from = out - offset;
  // A period shorter than a vector: each step doubles the stretch that is right, from `from` on.
  let distance = offset;
  for (; distance < VECTOR && out < stop && out + VECTOR <= outEnd; distance += distance) {
    v128.store(out, v128.load(from));
    out += distance;
  }
  for (; out < stop && out + VECTOR <= outEnd; out += VECTOR) v128.store(out, v128.load(out - distance));
  for (; out < stop; out++) store<u8>(out, load<u8>(out - offset));
}
