// Which versions of a scan's entries are seen: of each key the newest with an epoch at most the scan's. The entries of one source's turn come in
// order; a key may go on in the turn of another source, so the key looked at last is remembered.
//
// Range deletes are no versions of their key: they are passed over.

import { KIND_RANGE_DELETE, SCAN_EPOCH, SCAN_LONGEST_KEY, STATUS_FOUND } from '../src/layout';
import { DECODED_BYTES, DECODED_EPOCH, DECODED_KEY, DECODED_KEY_LENGTH, DECODED_KIND, DECODED_SAME_KEY } from './block-interval';
import { compareBytes, copyBytes } from './bytes';
import { STATE_DECIDED, STATE_KEY, STATE_KEY_BUFFER, STATE_KEY_LENGTH } from './scan-layout';
import { commitStaged, stageEntry } from './scan-page';

/** Takes entries from `entry` up to `end`: the first visible version of each key goes to the page. STATUS_FOUND: the page may go on. */
export function takeForward(scan: usize, entry: usize, end: usize): i32 {
  const epoch = load<u64>(scan, SCAN_EPOCH);
  let isDecided = load<u32>(scan, STATE_DECIDED) != 0 && isLastKey(scan, entry);
  for (let first = entry; entry != end; entry += DECODED_BYTES) {
    if (entry != first && !load<u32>(entry, DECODED_SAME_KEY)) isDecided = false;
    if (isDecided || !isVisible(entry, epoch)) continue;
    isDecided = true;
    stageEntry(scan, entry);
    const status = commitStaged(scan);
    if (status != STATUS_FOUND) return status;
  }
  rememberKey(scan, end - DECODED_BYTES);
  store<u32>(scan, u32(isDecided), STATE_DECIDED);
  return STATUS_FOUND;
}

/**
 * Takes entries from `entry` down to `end` (exclusive): the last visible version of each key goes to the page, once a smaller key shows that it was
 * the last. STATUS_FOUND: the page may go on.
 */
export function takeBackward(scan: usize, entry: usize, end: usize): i32 {
  const epoch = load<u64>(scan, SCAN_EPOCH);
  if (!isLastKey(scan, entry)) {
    const status = commitStaged(scan);
    if (status != STATUS_FOUND) return status;
  }
  let newest: usize = 0;
  for (; ; entry -= DECODED_BYTES) {
    if (isVisible(entry, epoch)) newest = entry;
    const isLast = entry - DECODED_BYTES == end;
    if (!isLast && load<u32>(entry, DECODED_SAME_KEY)) continue;
    if (newest) stageEntry(scan, newest);
    if (isLast) break;
    newest = 0;
    const status = commitStaged(scan);
    if (status != STATUS_FOUND) return status;
  }
  rememberKey(scan, entry);
  return STATUS_FOUND;
}

/**
 * Copies the key looked at last: the entry that holds it is about to go. A key longer than all that were there when the page began was written
 * to a memtable since, where it stays.
 */
export function keepKey(scan: usize): void {
  if (load<u32>(scan, STATE_KEY_LENGTH) > load<u32>(scan, SCAN_LONGEST_KEY)) return;
  const buffer = load<u32>(scan, STATE_KEY_BUFFER);
  copyBytes(buffer, load<u32>(scan, STATE_KEY), load<u32>(scan, STATE_KEY_LENGTH));
  store<u32>(scan, buffer, STATE_KEY);
}

@inline
function isVisible(entry: usize, epoch: u64): bool {
  return load<u64>(entry, DECODED_EPOCH) <= epoch && (load<u32>(entry, DECODED_KIND) & 0xff) != KIND_RANGE_DELETE;
}

@inline
function isLastKey(scan: usize, entry: usize): bool {
  const length = load<u32>(entry, DECODED_KEY_LENGTH);
  if (length != load<u32>(scan, STATE_KEY_LENGTH)) return false;
  return !compareBytes(load<u32>(scan, STATE_KEY), length, load<u32>(entry, DECODED_KEY), length);
}

@inline
function rememberKey(scan: usize, entry: usize): void {
  store<u32>(scan, load<u32>(entry, DECODED_KEY), STATE_KEY);
  store<u32>(scan, load<u32>(entry, DECODED_KEY_LENGTH), STATE_KEY_LENGTH);
}
