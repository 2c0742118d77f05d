// A position in a block, for scan and merge. One restart interval at a time is decoded into an array, its keys written out whole, so that a step in
// either direction is an index step; the next or previous interval decodes anew.
//
// The payload is trusted in nothing: a length that leads outside of the block, the entries or the key buffer makes the interval corrupt.
// Addresses in decoded entries point into the key buffer or the payload and are good until another interval is decoded.
//
// The structure, BLOCK_CURSOR_BYTES at a multiple of 8 (blockCursorInit before anything else):
//
//   0 payload    4 its length    8 key buffer    12 its usable bytes    16 interval    20 first and 24 current decoded entry
//   28 end of the decoded entries    32 decoded entries, RESTART_INTERVAL x DECODED_BYTES

import { INTERVAL_KEY_BYTES, RESTART_INTERVAL } from '../src/layout';
import { intervalCount, isBlockFrameSound } from './block-entry';
import { DECODED_BYTES, KEY_SLACK, decodeInterval } from './block-interval';
import { SEEK_CORRUPT, SEEK_END, blockSeek, seekIndex, seekInterval } from './block-seek';
import { alignUp } from './bytes';

// What opening and stepping return.
/** The cursor stands on an entry. */
export const CURSOR_AT_ENTRY: i32 = 1;
/** The block has no entry in that direction. */
export const CURSOR_AT_END: i32 = 0;
/** The block contradicts the format. */
export const CURSOR_CORRUPT: i32 = -1;

export const BLOCK_CURSOR_PAYLOAD = 0;
export const BLOCK_CURSOR_LENGTH = 4;
const CURSOR_KEYS = 8;
const CURSOR_KEYS_BYTES = 12;
const CURSOR_INTERVAL = 16;
/** First decoded entry that counts, the current one, and the address behind the last: a scan narrows the outer two to its bounds. */
export const BLOCK_CURSOR_FIRST = 20;
export const BLOCK_CURSOR_ENTRY = 24;
export const BLOCK_CURSOR_END = 28;
export const BLOCK_CURSOR_ENTRIES = 32;

export const BLOCK_CURSOR_BYTES = BLOCK_CURSOR_ENTRIES + RESTART_INTERVAL * DECODED_BYTES;

/** Bytes of the key buffer for blocks whose longest key has `longestKey` bytes. */
export function blockKeyBytes(longestKey: u32): u32 {
  return alignUp(INTERVAL_KEY_BYTES + longestKey + KEY_SLACK, 8);
}

/** Gives the cursor its key buffer of blockKeyBytes(longestKey) bytes. */
export function blockCursorInit(cursor: usize, keys: usize, longestKey: u32): void {
  store<u32>(cursor, keys, CURSOR_KEYS);
  store<u32>(cursor, INTERVAL_KEY_BYTES + longestKey, CURSOR_KEYS_BYTES);
}

/** Opens the block at its first entry. */
export function blockCursorFirst(cursor: usize, payload: usize, length: u32): i32 {
  return open(cursor, payload, length) ? decodeForward(cursor, 0) : CURSOR_CORRUPT;
}

/** Opens the block at its last entry. */
export function blockCursorLast(cursor: usize, payload: usize, length: u32): i32 {
  return open(cursor, payload, length) ? decodeBackward(cursor, intervalCount(payload) - 1) : CURSOR_CORRUPT;
}

/** Opens the block at its first entry at or after (key, epoch). */
export function blockCursorSeekGe(cursor: usize, payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  if (!open(cursor, payload, length)) return CURSOR_CORRUPT;
  const found = blockSeek(payload, length, key, keyLength, epoch);
  if (found == SEEK_CORRUPT) return CURSOR_CORRUPT;
  return found == SEEK_END ? CURSOR_AT_END : decodeAt(cursor, seekInterval, seekIndex);
}

/** Opens the block at its last entry before (key, epoch). */
export function blockCursorSeekLt(cursor: usize, payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  if (!open(cursor, payload, length)) return CURSOR_CORRUPT;
  const found = blockSeek(payload, length, key, keyLength, epoch);
  if (found == SEEK_CORRUPT) return CURSOR_CORRUPT;
  if (found == SEEK_END) return decodeBackward(cursor, intervalCount(payload) - 1);
  if (seekIndex) return decodeAt(cursor, seekInterval, seekIndex - 1);
  return seekInterval ? decodeBackward(cursor, seekInterval - 1) : CURSOR_AT_END;
}

/** One entry onwards. At the end the cursor stays where it is. */
@inline
export function blockCursorNext(cursor: usize): i32 {
  const next = load<u32>(cursor, BLOCK_CURSOR_ENTRY) + DECODED_BYTES;
  if (next >= load<u32>(cursor, BLOCK_CURSOR_END)) return blockCursorNextInterval(cursor);
  store<u32>(cursor, next, BLOCK_CURSOR_ENTRY);
  return CURSOR_AT_ENTRY;
}

/** One entry back. At the end the cursor stays where it is. */
@inline
export function blockCursorPrevious(cursor: usize): i32 {
  const entry = load<u32>(cursor, BLOCK_CURSOR_ENTRY);
  if (entry <= load<u32>(cursor, BLOCK_CURSOR_FIRST)) return blockCursorPreviousInterval(cursor);
  store<u32>(cursor, entry - DECODED_BYTES, BLOCK_CURSOR_ENTRY);
  return CURSOR_AT_ENTRY;
}

/** The first entry of the next interval. */
export function blockCursorNextInterval(cursor: usize): i32 {
  const next = load<u32>(cursor, CURSOR_INTERVAL) + 1;
  return next < intervalCount(load<u32>(cursor, BLOCK_CURSOR_PAYLOAD)) ? decodeForward(cursor, next) : CURSOR_AT_END;
}

/** The last entry of the previous interval. */
export function blockCursorPreviousInterval(cursor: usize): i32 {
  const interval = load<u32>(cursor, CURSOR_INTERVAL);
  return interval ? decodeBackward(cursor, interval - 1) : CURSOR_AT_END;
}

/** Address of the decoded entry under the cursor. */
@inline
export function blockCursorEntry(cursor: usize): usize {
  return load<u32>(cursor, BLOCK_CURSOR_ENTRY);
}

function open(cursor: usize, payload: usize, length: u32): bool {
  store<u32>(cursor, payload, BLOCK_CURSOR_PAYLOAD);
  store<u32>(cursor, length, BLOCK_CURSOR_LENGTH);
  return isBlockFrameSound(payload, length);
}

@inline
function decodeForward(cursor: usize, interval: u32): i32 {
  return decodeAt(cursor, interval, 0);
}

function decodeBackward(cursor: usize, interval: u32): i32 {
  if (!decode(cursor, interval)) return CURSOR_CORRUPT;
  store<u32>(cursor, load<u32>(cursor, BLOCK_CURSOR_END) - DECODED_BYTES, BLOCK_CURSOR_ENTRY);
  return CURSOR_AT_ENTRY;
}

function decodeAt(cursor: usize, interval: u32, index: u32): i32 {
  if (!decode(cursor, interval)) return CURSOR_CORRUPT;
  const entry = load<u32>(cursor, BLOCK_CURSOR_FIRST) + index * DECODED_BYTES;
  if (entry >= load<u32>(cursor, BLOCK_CURSOR_END)) return CURSOR_CORRUPT;
  store<u32>(cursor, entry, BLOCK_CURSOR_ENTRY);
  return CURSOR_AT_ENTRY;
}

function decode(cursor: usize, interval: u32): bool {
  const payload = load<u32>(cursor, BLOCK_CURSOR_PAYLOAD);
  const length = load<u32>(cursor, BLOCK_CURSOR_LENGTH);
  const entries = cursor + BLOCK_CURSOR_ENTRIES;
  const keys = load<u32>(cursor, CURSOR_KEYS);
  const end = decodeInterval(payload, length, interval, entries, keys, keys + load<u32>(cursor, CURSOR_KEYS_BYTES));
  store<u32>(cursor, interval, CURSOR_INTERVAL);
  store<u32>(cursor, entries, BLOCK_CURSOR_FIRST);
  store<u32>(cursor, end, BLOCK_CURSOR_END);
  return end != 0;
}
