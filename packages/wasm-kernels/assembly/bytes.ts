// Primitives on bytes that the kernels share: comparing, common prefixes, windows, varints, copying.
//
// None reads or writes outside the ranges it is given, not even to round up to a word: a range may end where the memory ends. Ranges that are
// copied do not overlap. The small ones are inlined everywhere; the others are calls that Binaryen may inline.

/** The u64 of two halves, as 64-bit numbers come from TypeScript. */
@inline
export function u64Of(low: u32, high: u32): u64 {
  return (u64(high) << 32) | u64(low);
}

/** `value` rounded up to a multiple of `unit`, a power of two. */
@inline
export function alignUp(value: u32, unit: u32): u32 {
  return (value + unit - 1) & ~(unit - 1);
}

/** Bytewise order of two keys, negative, zero or positive; a shorter one that is a prefix sorts first. */
export function compareBytes(a: usize, aLength: u32, b: usize, bLength: u32): i32 {
  const limit = min(aLength, bLength);
  let at: u32 = 0;
  for (; at + 8 <= limit; at += 8) {
    const left = load<u64>(a + at);
    const right = load<u64>(b + at);
    if (left != right) return compareFirstDifference(left, right);
  }
  if (at < limit) {
    const left = loadTail(a + at, limit - at);
    const right = loadTail(b + at, limit - at);
    if (left != right) return compareFirstDifference(left, right);
  }
  return i32(aLength) - i32(bLength);
}

/** Order of two words that differ by their first differing byte: cheaper than turning both around. */
@inline
function compareFirstDifference(left: u64, right: u64): i32 {
  const shift = ctz(left ^ right) & 56;
  return i32((left >> shift) & 0xff) - i32((right >> shift) & 0xff);
}

/** How many first bytes `a` and `b` share, at most `limit`. */
export function commonPrefix(a: usize, b: usize, limit: u32): u32 {
  let at: u32 = 0;
  for (; at + 8 <= limit; at += 8) {
    const difference = load<u64>(a + at) ^ load<u64>(b + at);
    if (difference) return at + (u32(ctz(difference)) >> 3);
  }
  while (at < limit && load<u8>(a + at) == load<u8>(b + at)) at++;
  return at;
}

/** The first 8 of `length` bytes as a number that sorts as they do: big-endian, zero padded. */
@inline
export function loadWindow(address: usize, length: u32): u64 {
  return bswap<u64>(length >= 8 ? load<u64>(address) : loadTail(address, length));
}

/** 0 to 7 bytes, little-endian, zero padded. */
@inline
export function loadTail(address: usize, length: u32): u64 {
  return length >= 4 ? loadTail4(address, length) : loadTail3(address, length);
}

/** 4 to 7 bytes: two words that overlap. */
@inline
function loadTail4(address: usize, length: u32): u64 {
  return u64(load<u32>(address)) | (u64(load<u32>(address + length - 4)) << ((length - 4) << 3));
}

/** 0 to 3 bytes: first, middle and last coincide where there are fewer. */
@inline
function loadTail3(address: usize, length: u32): u64 {
  if (!length) return 0;
  const middle = length >> 1;
  const last = length - 1;
  return u64(load<u8>(address)) | (u64(load<u8>(address + middle)) << (middle << 3)) | (u64(load<u8>(address + last)) << (last << 3));
}

// Varints (LEB128, low bits first) ---------------------------------------------------------------------------------------------

/** Bytes of `value` as a varint: 1 to 10. */
@inline
export function varintBytes(value: u64): u32 {
  return (70 - u32(clz(value | 1))) / 7;
}

/** Writes a varint; returns the address behind it. */
@inline
export function writeVarint(at: usize, value: u64): usize {
  while (value >= 0x80) {
    store<u8>(at++, u8(value) | 0x80);
    value >>= 7;
  }
  store<u8>(at, u8(value));
  return at + 1;
}

/** The value of what readVarint32 returned. */
@inline
export function varintValue(read: u64): u32 {
  return u32(read);
}

/** The address behind the varint that readVarint32 returned. */
@inline
export function varintNext(read: u64): usize {
  return usize(read >> 32);
}

/**
 * A varint of at most 32 bits that ends before `limit`: its value and the address behind it in one word (see varintValue, varintNext), or 0 when
 * there is none.
 */
@inline
export function readVarint32(at: usize, limit: usize): u64 {
  if (at >= limit) return 0;
  const first = u32(load<u8>(at));
  return first < 0x80 ? u64Of(first, u32(at) + 1) : readLongVarint32(at, limit);
}

function readLongVarint32(at: usize, limit: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; at < limit && shift < 35; shift += 7) {
    const byte = u64(load<u8>(at++));
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value >> 32 ? 0 : (u64(at) << 32) | value;
  }
  return 0;
}

/** Where the varint ended that readVarint64 read last; 0 when it was none. */
export let varint64Next: usize = 0;

/** A varint of at most 64 bits that ends before `limit`. The address behind it, or 0, goes to `varint64Next`. */
export function readVarint64(at: usize, limit: usize): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; at < limit && shift < 70; shift += 7) {
    const byte = u64(load<u8>(at++));
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varint64Next = shift == 63 && byte > 1 ? 0 : at;
      return value;
    }
  }
  varint64Next = 0;
  return 0;
}

// Copying ------------------------------------------------------------------------------------------------------------------------

/** Below this the loop is faster than the engine's call for memory.copy. */
const BULK_BYTES: u32 = 256;

/** Copies bytes between ranges that do not overlap. */
export function copyBytes(target: usize, source: usize, length: u32): void {
  if (length >= 16) {
    if (length >= BULK_BYTES) memory.copy(target, source, length);
    else copyVectors(target, source, length);
  } else if (length >= 8) {
    const last = load<u64>(source + length - 8);
    store<u64>(target, load<u64>(source));
    store<u64>(target + length - 8, last);
  } else if (length >= 4) {
    const last = load<u32>(source + length - 4);
    store<u32>(target, load<u32>(source));
    store<u32>(target + length - 4, last);
  } else {
    for (let at: u32 = 0; at < length; at++) store<u8>(target + at, load<u8>(source + at));
  }
}

/** At least 16 bytes: whole vectors, then a last one that overlaps. */
@inline
function copyVectors(target: usize, source: usize, length: u32): void {
  const last = v128.load(source + length - 16);
  for (let at: u32 = 0; at + 16 < length; at += 16) v128.store(target + at, v128.load(source + at));
  v128.store(target + length - 16, last);
}
