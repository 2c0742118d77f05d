// Decodes entries of one restart interval of a block into an array, with their keys written out whole.
//
// Entries are trusted in nothing: what leads outside of the interval, the array or the key buffer makes it corrupt. Nothing outside is read or
// written. A key that shares nothing with its predecessor, or everything, is not copied: it is used where it stands.

import { BLOCK_BASE_EPOCH, INTERVAL_KEY_BYTES, RESTART_INTERVAL } from '../src/layout';
import {
  PLAIN_HEADER_BYTES,
  PLAIN_HEADER_REACH,
  headerEpochDelta,
  headerExpiry,
  headerExtension,
  headerExtensionLength,
  headerKind,
  headerShared,
  headerUnshared,
  headerValueLength,
  intervalEnd,
  intervalStart,
  intervalValues,
  intervalValuesEnd,
  isPlainHeader,
  readHeader,
  varintBytesIn,
  varintIn,
} from './block-entry';
import { alignUp, copyBytes } from './bytes';

// A decoded entry. Addresses point into the payload, keys also into the key buffer.
export const DECODED_KEY = 0;
export const DECODED_KEY_LENGTH = 4;
export const DECODED_VALUE = 8;
export const DECODED_VALUE_LENGTH = 12;
export const DECODED_EPOCH = 16; // u64
export const DECODED_EXPIRY = 24; // u64, 0 when none
export const DECODED_KIND = 32; // kind | flags << 8
/** 1: the key is that of the decoded entry before this one. */
export const DECODED_SAME_KEY = 36;
export const DECODED_EXTENSION = 40; // address, 0 when none
export const DECODED_EXTENSION_LENGTH = 44;
export const DECODED_BYTES = 48;

// A portion of decoded entries, at a multiple of 8.
const PORTION_KEYS = 0; // address of the key buffer
const PORTION_KEYS_END = 4;
/** Addresses of the first decoded entry that counts, of the current one, and behind the last: a scan narrows the outer two to its bounds. */
export const PORTION_FIRST = 8;
export const PORTION_ENTRY = 12;
export const PORTION_END = 16;
const PORTION_LONGEST_KEY = 20; // a longer one is corrupt
export const PORTION_ENTRIES = 24; // RESTART_INTERVAL x DECODED_BYTES
export const PORTION_BYTES = PORTION_ENTRIES + RESTART_INTERVAL * DECODED_BYTES;

/** Keys are put together by whole vectors: the last one may reach less than this beyond the key buffer's usable bytes. */
const KEY_SLACK: u32 = 16;

/** Bytes of the key buffer for blocks whose longest key has `longestKey` bytes. */
export function portionKeyBytes(longestKey: u32): u32 {
  return alignUp(INTERVAL_KEY_BYTES + longestKey + KEY_SLACK, 8);
}

/** Gives the portion its key buffer of portionKeyBytes(longestKey) bytes. */
export function portionInit(portion: usize, keys: usize, longestKey: u32): void {
  store<u32>(portion, keys, PORTION_KEYS);
  store<u32>(portion, keys + INTERVAL_KEY_BYTES + longestKey, PORTION_KEYS_END);
  store<u32>(portion, longestKey, PORTION_LONGEST_KEY);
}

/** Decodes the first entries of an interval, `limit` at most. False when it is corrupt. */
export function decodeFirst(portion: usize, payload: usize, length: u32, interval: u32, limit: u32): bool {
  const at = payload + intervalStart(payload, interval);
  return decode(portion, payload, length, interval, at, payload + intervalValues(payload, interval), 0, 0, limit);
}

/** Decodes an interval from the header at `at` on, its value at `value`: with the entry before it shares bytes of this key. */
export function decodeRest(
  portion: usize,
  payload: usize,
  length: u32,
  interval: u32,
  at: usize,
  value: usize,
  key: usize,
  keyLength: u32,
): bool {
  return decode(portion, payload, length, interval, at, value, key, keyLength, RESTART_INTERVAL);
}

/** Hot: every scanned entry. */
function decode(
  portion: usize,
  payload: usize,
  length: u32,
  interval: u32,
  at: usize,
  value: usize,
  key: usize, // of the entry before
  keyLength: u32,
  limit: u32,
): bool {
  const payloadEnd = payload + length;
  const end = payload + intervalEnd(payload, interval);
  const valuesEnd = payload + intervalValuesEnd(payload, length, interval);
  const baseEpoch = load<u64>(payload, BLOCK_BASE_EPOCH);
  const entries = portion + PORTION_ENTRIES;
  const entriesLimit = entries + limit * DECODED_BYTES;
  const longestKey = load<u32>(portion, PORTION_LONGEST_KEY);
  const keysEnd = usize(load<u32>(portion, PORTION_KEYS_END));
  let keys = usize(load<u32>(portion, PORTION_KEYS));
  let keyReach = key + keyLength; // how far one may read from there
  let entry = entries;
  do {
    let shared: u32;
    let unshared: u32;
    let valueLength: u32;
    const isInReach = at + PLAIN_HEADER_REACH <= payloadEnd;
    const word = isInReach ? load<u32>(at) : u32.MAX_VALUE;
    const epochWord = isInReach ? load<u64>(at, PLAIN_HEADER_BYTES) : u64.MAX_VALUE;
    const epochBytes = varintBytesIn(epochWord);
    if (isPlainHeader(word) && epochBytes <= 8) {
      shared = (word >> 8) & 0xff;
      unshared = (word >> 16) & 0xff;
      valueLength = word >> 24;
      at += PLAIN_HEADER_BYTES + epochBytes;
      storePlain(entry, word & 0xff, baseEpoch + varintIn(epochWord, epochBytes));
      if (at > end) return false;
    } else {
      at = readHeader(at, end);
      if (!at) return false;
      shared = headerShared;
      unshared = headerUnshared;
      valueLength = headerValueLength;
      storeHeader(entry, baseEpoch);
    }
    if (shared > keyLength || unshared > u32(end - at) || valueLength > u32(valuesEnd - value)) return false;
    if (shared + unshared > longestKey) return false;
    const isSameKey = !unshared && shared == keyLength && entry != entries;
    if (!shared) {
      key = at;
      keyReach = payloadEnd;
    } else if (!isSameKey) {
      if (shared + unshared > u32(keysEnd - keys)) return false;
      copyReaching(keys, key, shared, keyReach);
      copyReaching(keys + shared, at, unshared, payloadEnd);
      key = keys;
      keyReach = keysEnd;
      keys += shared + unshared;
    }
    keyLength = shared + unshared;
    store<u32>(entry, key, DECODED_KEY);
    store<u32>(entry, keyLength, DECODED_KEY_LENGTH);
    store<u32>(entry, value, DECODED_VALUE);
    store<u32>(entry, valueLength, DECODED_VALUE_LENGTH);
    store<u32>(entry, u32(isSameKey), DECODED_SAME_KEY);
    at += unshared;
    value += valueLength;
    entry += DECODED_BYTES;
  } while (at < end && entry != entriesLimit);
  // An interval that goes on is a lie, unless the caller wanted no more.
  if (at < end ? limit == RESTART_INTERVAL : value != valuesEnd) return false;
  store<u32>(portion, entries, PORTION_FIRST);
  store<u32>(portion, entries, PORTION_ENTRY);
  store<u32>(portion, entry, PORTION_END);
  return true;
}

@inline
function storePlain(entry: usize, kind: u32, epoch: u64): void {
  store<u64>(entry, epoch, DECODED_EPOCH);
  store<u64>(entry, 0, DECODED_EXPIRY);
  store<u32>(entry, kind, DECODED_KIND);
  store<u64>(entry, 0, DECODED_EXTENSION); // and its length
}

function storeHeader(entry: usize, baseEpoch: u64): void {
  store<u64>(entry, baseEpoch + headerEpochDelta, DECODED_EPOCH);
  store<u64>(entry, headerExpiry, DECODED_EXPIRY);
  store<u32>(entry, headerKind, DECODED_KIND);
  store<u32>(entry, headerExtension, DECODED_EXTENSION);
  store<u32>(entry, headerExtensionLength, DECODED_EXTENSION_LENGTH);
}

/** Copies by whole vectors where reading them stays below `reach`; writes less than KEY_SLACK beyond the bytes. */
@inline
function copyReaching(target: usize, source: usize, length: u32, reach: usize): void {
  if (source + alignUp(length, KEY_SLACK) > reach) return copyBytes(target, source, length);
  for (let at: u32 = 0; at < length; at += KEY_SLACK) v128.store(target + at, v128.load(source + at));
}
