// A position in a block, for scans. One restart interval at a time is decoded (block-interval.ts), so that a step in either direction is an index
// step among decoded entries; the next or previous interval decodes anew.
//
// Payloads are those that blockLoad accepted; their entries are trusted in nothing: a length that leads outside of the block, the interval or the key
// buffer makes the block corrupt. Addresses in decoded entries are good until another interval is decoded.
//
// The structure, at a multiple of 8: 0 payload    4 its length    8 interval    16 portion of decoded entries (portionInit before anything else)

import { RESTART_INTERVAL } from '../src/layout';
import { intervalCount } from './block-entry';
import { DECODED_BYTES, PORTION_BYTES, PORTION_END, PORTION_ENTRY, decodeFirst, decodeRest } from './block-interval';
import { SEEK_CORRUPT, SEEK_END, blockSeek, seekEntry, seekIndex, seekInterval, seekValue } from './block-seek';

// What opening and stepping return.
/** The first entry that was asked for is decoded, and the current one. */
export const CURSOR_AT_ENTRY: i32 = 1;
/** The block has no entry in that direction. */
export const CURSOR_AT_END: i32 = 0;
/** The block contradicts the format. */
export const CURSOR_CORRUPT: i32 = -1;

const CURSOR_PAYLOAD = 0;
const CURSOR_LENGTH = 4;
const CURSOR_INTERVAL = 8;
export const CURSOR_PORTION = 16;
export const BLOCK_CURSOR_BYTES = CURSOR_PORTION + PORTION_BYTES;

/** Opens the block at its first entry, to go forward. */
export function blockCursorFirst(cursor: usize, payload: usize, length: u32): i32 {
  open(cursor, payload, length);
  return enterForward(cursor, 0);
}

/** Opens the block at its last entry, to go backward. */
export function blockCursorLast(cursor: usize, payload: usize, length: u32): i32 {
  open(cursor, payload, length);
  return enterBackward(cursor, intervalCount(payload) - 1, RESTART_INTERVAL);
}

/** Opens the block at its first entry at or after (key, epoch), to go forward: what lies before in the interval is not decoded. */
export function blockCursorSeekGe(cursor: usize, payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  open(cursor, payload, length);
  const found = blockSeek(payload, length, key, keyLength, epoch);
  if (found == SEEK_CORRUPT) return CURSOR_CORRUPT;
  if (found == SEEK_END) return CURSOR_AT_END;
  store<u32>(cursor, seekInterval, CURSOR_INTERVAL);
  const portion = cursor + CURSOR_PORTION;
  return decodeRest(portion, payload, length, seekInterval, seekEntry, seekValue, key, keyLength) ? CURSOR_AT_ENTRY : CURSOR_CORRUPT;
}

/** Opens the block at its last entry before (key, epoch), to go backward: what lies behind in the interval is not decoded. */
export function blockCursorSeekLt(cursor: usize, payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  open(cursor, payload, length);
  const found = blockSeek(payload, length, key, keyLength, epoch);
  if (found == SEEK_CORRUPT) return CURSOR_CORRUPT;
  if (found == SEEK_END) return enterBackward(cursor, intervalCount(payload) - 1, RESTART_INTERVAL);
  if (seekIndex) return enterBackward(cursor, seekInterval, seekIndex);
  return seekInterval ? enterBackward(cursor, seekInterval - 1, RESTART_INTERVAL) : CURSOR_AT_END;
}

/** The first entry of the next interval. */
export function blockCursorNextInterval(cursor: usize): i32 {
  const next = load<u32>(cursor, CURSOR_INTERVAL) + 1;
  return next < intervalCount(load<u32>(cursor, CURSOR_PAYLOAD)) ? enterForward(cursor, next) : CURSOR_AT_END;
}

/** The last entry of the previous interval. */
export function blockCursorPreviousInterval(cursor: usize): i32 {
  const interval = load<u32>(cursor, CURSOR_INTERVAL);
  return interval ? enterBackward(cursor, interval - 1, RESTART_INTERVAL) : CURSOR_AT_END;
}

@inline
function open(cursor: usize, payload: usize, length: u32): void {
  store<u32>(cursor, payload, CURSOR_PAYLOAD);
  store<u32>(cursor, length, CURSOR_LENGTH);
}

@inline
function enterForward(cursor: usize, interval: u32): i32 {
  return decodeUpTo(cursor, interval, RESTART_INTERVAL) ? CURSOR_AT_ENTRY : CURSOR_CORRUPT;
}

/** Stands on the last of the first `count` entries of the interval. */
function enterBackward(cursor: usize, interval: u32, count: u32): i32 {
  if (!decodeUpTo(cursor, interval, count)) return CURSOR_CORRUPT;
  const last = load<u32>(cursor, CURSOR_PORTION + PORTION_END) - DECODED_BYTES;
  store<u32>(cursor, last, CURSOR_PORTION + PORTION_ENTRY);
  return CURSOR_AT_ENTRY;
}

function decodeUpTo(cursor: usize, interval: u32, count: u32): bool {
  store<u32>(cursor, interval, CURSOR_INTERVAL);
  const portion = cursor + CURSOR_PORTION;
  return decodeFirst(portion, load<u32>(cursor, CURSOR_PAYLOAD), load<u32>(cursor, CURSOR_LENGTH), interval, count);
}
