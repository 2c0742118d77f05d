// The separator between two neighbouring blocks (FORMAT.md, Partition): the shortest key that sorts at or after the last key of the first and
// before the first key of the second. Where both are versions of one key, that key and the epoch of the first block's last entry.

import { EPOCH_IN_SEPARATOR } from '../src/layout';
import { copyBytes } from './bytes';

const EPOCH_BYTES: u32 = 8;

/** Bytes that a separator may have when no key has more than `longestKey`. */
export function separatorBytes(longestKey: u32): u32 {
  return longestKey + EPOCH_BYTES;
}

/**
 * Writes the separator of a last key and a next key, of which the first `shared` bytes are the same, to `out`. Returns its length, with
 * EPOCH_IN_SEPARATOR set where it ends in an epoch.
 */
export function writeSeparator(out: usize, last: usize, lastLength: u32, lastEpoch: u64, next: usize, nextLength: u32, shared: u32): u32 {
  if (shared < lastLength) {
    const length = writeShort(out, last, lastLength, next, nextLength, shared);
    if (length) return length;
  }
  copyBytes(out, last, lastLength);
  if (shared < lastLength || lastLength < nextLength) return lastLength;
  store<u64>(out + lastLength, bswap<u64>(lastEpoch));
  return (lastLength + EPOCH_BYTES) | EPOCH_IN_SEPARATOR;
}

/** The keys differ behind `shared` bytes. Returns the length of a separator that is shorter than the last key, 0 when there is none. */
function writeShort(out: usize, last: usize, lastLength: u32, next: usize, nextLength: u32, shared: u32): u32 {
  // One byte behind the shared ones can be told from both, unless the next key ends there and nothing lies between.
  let at = shared;
  const lastByte = load<u8>(last + shared);
  if (load<u8>(next + shared) == lastByte + 1 && nextLength == shared + 1) {
    at++;
    while (at < lastLength && load<u8>(last + at) == 0xff) at++;
  }
  if (at + 1 >= lastLength) return 0;
  copyBytes(out, last, at);
  store<u8>(out + at, load<u8>(last + at) + 1);
  return at + 1;
}
