// The page of a scan: entries one behind the other, `u32 key length, u32 value length, key, value, zeros to a multiple of 4`.
//
// An entry is staged behind the used part of the page, and counts once it is committed. Backward a newer version may still take the place of a
// staged one; forward both happen at once.

import {
  KIND_DELETE,
  PAGE_ENTRY_BYTES,
  SCAN_COUNT,
  SCAN_KEYS_ONLY,
  SCAN_LAST,
  SCAN_LIMIT,
  SCAN_NOW,
  SCAN_PAGE,
  SCAN_PAGE_BYTES,
  SCAN_USED,
  STATUS_FOUND,
  STATUS_FULL,
  STATUS_TOO_LARGE,
} from '../src/layout';
import { DECODED_EXPIRY, DECODED_KEY, DECODED_KEY_LENGTH, DECODED_KIND, DECODED_VALUE, DECODED_VALUE_LENGTH } from './block-interval';
import { alignUp, copyBytes } from './bytes';
import { STATE_STAGED } from './scan-layout';

/** Stages a version in place of what was staged; a tombstone or an expired version leaves nothing staged. */
@inline
export function stageEntry(scan: usize, entry: usize): void {
  if (isHidden(scan, entry)) return store<u32>(scan, 0, STATE_STAGED);
  const keyLength = load<u32>(entry, DECODED_KEY_LENGTH);
  const valueLength = load<u32>(scan, SCAN_KEYS_ONLY) ? 0 : load<u32>(entry, DECODED_VALUE_LENGTH);
  const bytes = alignUp(PAGE_ENTRY_BYTES + keyLength + valueLength, 4);
  store<u32>(scan, bytes, STATE_STAGED);
  const used = load<u32>(scan, SCAN_USED);
  if (bytes > load<u32>(scan, SCAN_PAGE_BYTES) - used) return;
  const target = load<u32>(scan, SCAN_PAGE) + used;
  store<u32>(target + bytes - 4, 0); // what the copies leave of it stays zero
  store<u32>(target, keyLength);
  store<u32>(target, valueLength, 4);
  copyBytes(target + PAGE_ENTRY_BYTES, load<u32>(entry, DECODED_KEY), keyLength);
  copyBytes(target + PAGE_ENTRY_BYTES + keyLength, load<u32>(entry, DECODED_VALUE), valueLength);
}

/** Counts what is staged, if anything. STATUS_FOUND: the page may go on. */
@inline
export function commitStaged(scan: usize): i32 {
  const bytes = load<u32>(scan, STATE_STAGED);
  if (!bytes) return STATUS_FOUND;
  const used = load<u32>(scan, SCAN_USED);
  const count = load<u32>(scan, SCAN_COUNT);
  if (bytes > load<u32>(scan, SCAN_PAGE_BYTES) - used) {
    if (count) return STATUS_FULL;
    store<u32>(scan, bytes, SCAN_USED);
    return STATUS_TOO_LARGE;
  }
  store<u32>(scan, 0, STATE_STAGED);
  store<u32>(scan, used, SCAN_LAST);
  store<u32>(scan, used + bytes, SCAN_USED);
  store<u32>(scan, count + 1, SCAN_COUNT);
  return count + 1 < load<u32>(scan, SCAN_LIMIT) ? STATUS_FOUND : STATUS_FULL;
}

/** A key whose newest visible version is hidden is not in the page. */
@inline
function isHidden(scan: usize, entry: usize): bool {
  if ((load<u32>(entry, DECODED_KIND) & 0xff) == KIND_DELETE) return true;
  const expiry = load<u64>(entry, DECODED_EXPIRY);
  return expiry != 0 && expiry <= load<u64>(scan, SCAN_NOW);
}
