// Finds a key in a block without writing keys out: a binary search over the restart points, then one pass over an interval that compares only
// what can differ. Each entry shares so many bytes with its predecessor: if that is more than the predecessor shares with the key, both lie
// on the same side of it; if less, the entry is the first beyond it; only if as many, bytes are compared.
//
// Entries are trusted in nothing: nothing outside of the payload is read. The result is in the seek* variables.

import { BLOCK_BASE_EPOCH, BLOCK_VALUES, RESTART_INTERVAL } from '../src/layout';
import {
  PLAIN_HEADER_BYTES,
  PLAIN_HEADER_REACH,
  headerEpochDelta,
  headerExpiry,
  headerKind,
  headerShared,
  headerUnshared,
  headerValueLength,
  intervalCount,
  intervalEnd,
  intervalStart,
  intervalValues,
  intervalValuesEnd,
  isPlainHeader,
  readHeader,
  varintBytesIn,
  varintIn,
} from './block-entry';
import { commonPrefix, compareBytes } from './bytes';
import { fetchLines } from './cache-lines';

/** Every entry lies before (key, epoch). */
export const SEEK_END: i32 = 0;
/** The first entry at or after (key, epoch) has this key: its newest version with an epoch at most the given one. */
export const SEEK_FOUND: i32 = 1;
/** The first entry at or after (key, epoch) has a larger key. */
export const SEEK_BEYOND: i32 = 2;
/** The block contradicts the format. */
export const SEEK_CORRUPT: i32 = 3;

// The first entry at or after (key, epoch): its place with SEEK_FOUND and SEEK_BEYOND, the rest with SEEK_FOUND only. What it shares with the entry
// before it, it shares with the key as well.
export let seekInterval: u32 = 0;
export let seekIndex: u32 = 0;
export let seekEntry: usize = 0; // address of its header
export let seekValue: usize = 0;
export let seekKind: u32 = 0; // kind | flags << 8
export let seekEpoch: u64 = 0;
export let seekExpiry: u64 = 0;
export let seekValueLength: u32 = 0;

/** Seeks (key, epoch) in a payload that blockLoad accepted. Hot: once a get. */
export function blockSeek(payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  if (!fetchLines(payload, load<u32>(payload, BLOCK_VALUES))) return SEEK_CORRUPT;
  let interval = lastIntervalBefore(payload, length, key, keyLength, epoch);
  if (interval == NO_INTERVAL) return SEEK_CORRUPT;
  for (const intervals = intervalCount(payload); interval < intervals; interval++) {
    const status = seekInInterval(payload, length, interval, key, keyLength, epoch);
    if (status != SEEK_END) return status;
  }
  return SEEK_END;
}

const NO_INTERVAL: u32 = u32.MAX_VALUE;

/** The last interval whose first entry lies before (key, epoch), else the first one; NO_INTERVAL when a restart point is malformed. */
function lastIntervalBefore(payload: usize, length: u32, key: usize, keyLength: u32, epoch: u64): u32 {
  let low: u32 = 0;
  let high = intervalCount(payload);
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const order = compareRestart(payload, payload + intervalStart(payload, middle), payload + length, key, keyLength, epoch);
    if (order == MALFORMED) return NO_INTERVAL;
    if (order < 0) low = middle;
    else high = middle;
  }
  return low;
}

const MALFORMED: i32 = i32.MIN_VALUE;

/** Order of the entry at a restart point and (key, epoch), or MALFORMED. */
@inline
function compareRestart(payload: usize, at: usize, payloadEnd: usize, key: usize, keyLength: u32, epoch: u64): i32 {
  let unshared: u32;
  const isInReach = at + PLAIN_HEADER_REACH <= payloadEnd;
  const word = isInReach ? load<u32>(at) : u32.MAX_VALUE;
  const epochWord = isInReach ? load<u64>(at, PLAIN_HEADER_BYTES) : u64.MAX_VALUE;
  const epochBytes = varintBytesIn(epochWord);
  const isPlain = isPlainHeader(word) && epochBytes <= 8;
  if (isPlain) {
    unshared = (word >> 16) & 0xff;
    at += PLAIN_HEADER_BYTES + epochBytes;
  } else {
    at = readHeader(at, payloadEnd);
    unshared = headerUnshared;
  }
  if (!at || unshared > u32(payloadEnd - at)) return MALFORMED;
  const order = compareBytes(at, unshared, key, keyLength);
  if (order) return order;
  const entryEpoch = load<u64>(payload, BLOCK_BASE_EPOCH) + (isPlain ? varintIn(epochWord, epochBytes) : headerEpochDelta);
  return entryEpoch > epoch ? -1 : 1;
}

function seekInInterval(payload: usize, length: u32, interval: u32, key: usize, keyLength: u32, epoch: u64): i32 {
  const payloadEnd = payload + length;
  const end = payload + intervalEnd(payload, interval);
  const valuesEnd = payload + intervalValuesEnd(payload, length, interval);
  let at = payload + intervalStart(payload, interval);
  let value = payload + intervalValues(payload, interval);
  let previousLength: u32 = 0;
  let matched: u32 = 0; // bytes that the entry before shares with the key
  let index: u32 = 0;
  do {
    const entry = at;
    let shared: u32;
    let unshared: u32;
    let valueLength: u32;
    const isInReach = at + PLAIN_HEADER_REACH <= payloadEnd;
    const word = isInReach ? load<u32>(at) : u32.MAX_VALUE;
    const epochWord = isInReach ? load<u64>(at, PLAIN_HEADER_BYTES) : u64.MAX_VALUE;
    const epochBytes = varintBytesIn(epochWord);
    const isPlain = isPlainHeader(word) && epochBytes <= 8;
    if (isPlain) {
      shared = (word >> 8) & 0xff;
      unshared = (word >> 16) & 0xff;
      valueLength = word >> 24;
      at += PLAIN_HEADER_BYTES + epochBytes;
      if (at > end) return SEEK_CORRUPT;
    } else {
      at = readHeader(at, end);
      if (!at) return SEEK_CORRUPT;
      shared = headerShared;
      unshared = headerUnshared;
      valueLength = headerValueLength;
    }
    if (shared > previousLength || unshared > u32(end - at) || valueLength > u32(valuesEnd - value)) return SEEK_CORRUPT;
    previousLength = shared + unshared;
    if (shared <= matched) {
      if (shared < matched) return beyond(interval, index, entry, value);
      matched += commonPrefix(at, key + matched, min(unshared, keyLength - matched));
      if (matched == keyLength) {
        if (previousLength > keyLength) return beyond(interval, index, entry, value);
        const entryEpoch = load<u64>(payload, BLOCK_BASE_EPOCH) + (isPlain ? varintIn(epochWord, epochBytes) : headerEpochDelta);
        if (entryEpoch <= epoch) {
          seekKind = isPlain ? word & 0xff : headerKind;
          seekExpiry = isPlain ? 0 : headerExpiry;
          seekEpoch = entryEpoch;
          seekValueLength = valueLength;
          place(interval, index, entry, value);
          return SEEK_FOUND;
        }
      } else if (matched < previousLength && load<u8>(at + (matched - shared)) > load<u8>(key + matched)) {
        return beyond(interval, index, entry, value);
      }
    }
    at += unshared;
    value += valueLength;
    index++;
  } while (at < end && index != RESTART_INTERVAL);
  return at < end ? SEEK_CORRUPT : SEEK_END;
}

@inline
function beyond(interval: u32, index: u32, entry: usize, value: usize): i32 {
  place(interval, index, entry, value);
  return SEEK_BEYOND;
}

@inline
function place(interval: u32, index: u32, entry: usize, value: usize): void {
  seekInterval = interval;
  seekIndex = index;
  seekEntry = entry;
  seekValue = value;
}
