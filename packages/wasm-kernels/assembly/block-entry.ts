// The header of one entry of a block (drawn in docs/FORMAT.md), and where a restart interval of a block lies.
//
// Nearly all headers have no optional field, and lengths of one byte: then kind, flags and the three lengths are one u32. Loops test that
// themselves (isPlainHeader) and fall back to readHeader, which takes any header and reads no byte at or behind its limit.

import { BLOCK_HEADER_BYTES, BLOCK_RESTARTS, BLOCK_VALUES, FLAG_EXPIRY, FLAG_EXTENSION, KIND_MERGE, RESTART_BYTES } from '../src/layout';
import { readVarint32, readVarint64, varint64Next, varintNext, varintValue } from './bytes';

/** Bytes that a plain header and the widest read of its epoch touch. */
export const PLAIN_HEADER_REACH: u32 = 12;
/** Where the epoch of a plain header starts. */
export const PLAIN_HEADER_BYTES: u32 = 4;
const NOT_PLAIN: u32 = 0x808080f0; // continuation bits of the lengths, flags, and the bits that must be zero
const KIND_MASK: u32 = 0xf;
const LAST_KIND: u32 = KIND_MERGE;
const FLAGS_SHIFT: u32 = 4;
const UNKNOWN_FLAGS: u32 = ~(FLAG_EXPIRY | FLAG_EXTENSION);

// What readHeader found.
export let headerKind: u32 = 0; // kind | flags << 8
export let headerShared: u32 = 0;
export let headerUnshared: u32 = 0;
export let headerValueLength: u32 = 0;
export let headerEpochDelta: u64 = 0;
export let headerExpiry: u64 = 0; // 0 when none
export let headerExtension: usize = 0; // 0 when none
export let headerExtensionLength: u32 = 0;

/** True when the first 4 bytes of an entry say all but its epoch, and its kind is known. */
@inline
export function isPlainHeader(word: u32): bool {
  return !(word & NOT_PLAIN) && (word & KIND_MASK) <= LAST_KIND;
}

/** Bytes of the varint that starts with the 8 bytes of `word`; more than 8 when it goes on. */
@inline
export function varintBytesIn(word: u64): u32 {
  return (u32(ctz(~word & 0x8080808080808080)) >> 3) + 1;
}

/** The varint of at most 8 bytes that starts with those of `word`, without a loop: its length differs from entry to entry. */
@inline
export function varintIn(word: u64, bytes: u32): u64 {
  const seven = word & (0x7f7f7f7f7f7f7f7f >> (64 - u64(bytes << 3)));
  const fourteen = (seven & 0x007f007f007f007f) | ((seven & 0x7f007f007f007f00) >> 1);
  const twentyEight = (fourteen & 0x00003fff00003fff) | ((fourteen & 0x3fff00003fff0000) >> 2);
  return (twentyEight & 0x0fffffff) | ((twentyEight & 0x0fffffff00000000) >> 4);
}

/** Reads any header that ends before `limit` into the header* variables. Returns the address of the key bytes, 0 when the header is malformed. */
export function readHeader(at: usize, limit: usize): usize {
  if (at >= limit) return 0;
  const first = u32(load<u8>(at));
  const flags = first >> FLAGS_SHIFT;
  if (flags & UNKNOWN_FLAGS || (first & KIND_MASK) > LAST_KIND) return 0;
  headerKind = (first & KIND_MASK) | (flags << 8);
  at = readLengths(at + 1, limit);
  if (!at) return 0;
  headerEpochDelta = readVarint64(at, limit);
  at = varint64Next;
  return at && flags ? readOptional(at, limit, flags) : readNoOptional(at);
}

function readLengths(at: usize, limit: usize): usize {
  const shared = readVarint32(at, limit);
  if (!shared) return 0;
  const unshared = readVarint32(varintNext(shared), limit);
  if (!unshared) return 0;
  const valueLength = readVarint32(varintNext(unshared), limit);
  if (!valueLength) return 0;
  headerShared = varintValue(shared);
  headerUnshared = varintValue(unshared);
  headerValueLength = varintValue(valueLength);
  return varintNext(valueLength);
}

function readNoOptional(at: usize): usize {
  headerExpiry = 0;
  headerExtension = 0;
  headerExtensionLength = 0;
  return at;
}

function readOptional(at: usize, limit: usize, flags: u32): usize {
  readNoOptional(at);
  if (flags & FLAG_EXPIRY) {
    headerExpiry = readVarint64(at, limit);
    at = varint64Next;
    if (!at) return 0;
  }
  if (flags & FLAG_EXTENSION) {
    const length = readVarint32(at, limit);
    if (!length || varintValue(length) > u32(limit - varintNext(length))) return 0;
    headerExtension = varintNext(length);
    headerExtensionLength = varintValue(length);
    at = headerExtension + headerExtensionLength;
  }
  return at;
}

// Restart intervals ----------------------------------------------------------------------------------------------------------------

// blockLoad made sure that they lie one behind the other inside the payload.

@inline
export function intervalCount(payload: usize): u32 {
  return load<u16>(payload, BLOCK_RESTARTS);
}

/** Offset of the first entry: the end of the restart table. */
@inline
export function firstEntryOffset(payload: usize): u32 {
  return BLOCK_HEADER_BYTES + intervalCount(payload) * RESTART_BYTES;
}

/** Offset of the first entry of an interval. */
@inline
export function intervalStart(payload: usize, interval: u32): u32 {
  return load<u32>(payload + interval * RESTART_BYTES, BLOCK_HEADER_BYTES);
}

/** Offset of an interval's first value. */
@inline
export function intervalValues(payload: usize, interval: u32): u32 {
  return load<u32>(payload + interval * RESTART_BYTES, BLOCK_HEADER_BYTES + 4);
}

/** Offset behind the last entry of an interval. */
@inline
export function intervalEnd(payload: usize, interval: u32): u32 {
  return interval + 1 < intervalCount(payload) ? intervalStart(payload, interval + 1) : load<u32>(payload, BLOCK_VALUES);
}

/** Offset behind the last value of an interval. */
@inline
export function intervalValuesEnd(payload: usize, length: u32, interval: u32): u32 {
  return interval + 1 < intervalCount(payload) ? intervalValues(payload, interval + 1) : length;
}
