// The results of the file that a merge is writing (MERGE_FILE_*), kept up to date as it grows, and the last key written.

import {
  FLAG_EXPIRY,
  KIND_DELETE,
  KIND_RANGE_DELETE,
  MERGE_FILE_BYTES,
  MERGE_FILE_EARLIEST_EXPIRY,
  MERGE_FILE_ENTRIES,
  MERGE_FILE_LONGEST_KEY,
  MERGE_FILE_MAX_EPOCH,
  MERGE_FILE_MIN_EPOCH,
  MERGE_FILE_RAW_BYTES,
  MERGE_FILE_TOMBSTONES,
  MERGE_LARGEST_LENGTH,
  MERGE_SMALLEST,
  MERGE_SMALLEST_LENGTH,
} from '../src/layout';
import { copyBytes } from './bytes';
import {
  HEAD_EPOCH,
  HEAD_EXPIRY,
  HEAD_FLAGS,
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  HEAD_KIND,
  JOB_META_OFFSET,
  JOB_SHARED,
  JOB_WRITTEN,
  JOB_WRITTEN_EPOCH,
  JOB_WRITTEN_LENGTH,
  NO_KEY,
} from './merge-layout';
import { copySlack } from './slack';

/** Nothing was consumed since the last key was written. */
const ALL_SHARED: u32 = u32.MAX_VALUE;

/** Starts a file. */
export function fileStart(merge: usize): void {
  memory.fill(merge + MERGE_FILE_BYTES, 0, MERGE_SMALLEST - MERGE_FILE_BYTES);
  store<u64>(merge, u64.MAX_VALUE, MERGE_FILE_MIN_EPOCH);
  store<u32>(merge, 0, JOB_META_OFFSET);
  store<u32>(merge, NO_KEY, JOB_WRITTEN_LENGTH);
}

/** Notes that the head, whose key shares `shared` bytes with the last key written, was written. Hot: what can be noted by block is. */
@inline
export function fileNoteWritten(merge: usize, head: usize, shared: u32): void {
  const key = usize(load<u32>(head, HEAD_KEY));
  const keyLength = load<u32>(head, HEAD_KEY_LENGTH);
  if (load<u32>(merge, JOB_WRITTEN_LENGTH) == NO_KEY) noteSmallest(merge, key, keyLength);
  if (keyLength > load<u32>(merge, MERGE_FILE_LONGEST_KEY)) store<u32>(merge, keyLength, MERGE_FILE_LONGEST_KEY);
  const kind = load<u32>(head, HEAD_KIND);
  if (kind == KIND_DELETE || kind == KIND_RANGE_DELETE)
    store<u32>(merge, load<u32>(merge, MERGE_FILE_TOMBSTONES) + 1, MERGE_FILE_TOMBSTONES);
  if (load<u32>(head, HEAD_FLAGS) & FLAG_EXPIRY) noteExpiry(merge, load<u64>(head, HEAD_EXPIRY));
  copySlack(load<u32>(merge, JOB_WRITTEN) + shared, key + shared, keyLength - shared);
  store<u32>(merge, keyLength, JOB_WRITTEN_LENGTH);
  store<u64>(merge, load<u64>(head, HEAD_EPOCH), JOB_WRITTEN_EPOCH);
  store<u32>(merge, ALL_SHARED, JOB_SHARED);
}

/** Notes that a block was written: its entries, the sum of their keys' and values' lengths, and between which epochs they are. */
export function fileNoteBlock(merge: usize, entries: u32, raw: u32, minEpoch: u64, maxEpoch: u64): void {
  store<u32>(merge, load<u32>(merge, MERGE_FILE_ENTRIES) + entries, MERGE_FILE_ENTRIES);
  store<f64>(merge, load<f64>(merge, MERGE_FILE_RAW_BYTES) + f64(raw), MERGE_FILE_RAW_BYTES);
  store<u64>(merge, min(minEpoch, load<u64>(merge, MERGE_FILE_MIN_EPOCH)), MERGE_FILE_MIN_EPOCH);
  store<u64>(merge, max(maxEpoch, load<u64>(merge, MERGE_FILE_MAX_EPOCH)), MERGE_FILE_MAX_EPOCH);
}

/** Notes that a head was consumed and not written. */
@inline
export function fileNoteDropped(merge: usize, shared: u32): void {
  if (shared < load<u32>(merge, JOB_SHARED)) store<u32>(merge, shared, JOB_SHARED);
}

/** Completes the results. */
export function fileEnd(merge: usize): void {
  store<u32>(merge, load<u32>(merge, JOB_WRITTEN_LENGTH), MERGE_LARGEST_LENGTH);
}

function noteSmallest(merge: usize, key: usize, keyLength: u32): void {
  copyBytes(load<u32>(merge, MERGE_SMALLEST), key, keyLength);
  store<u32>(merge, keyLength, MERGE_SMALLEST_LENGTH);
}

function noteExpiry(merge: usize, expiry: u64): void {
  const earliest = load<u64>(merge, MERGE_FILE_EARLIEST_EXPIRY);
  if (expiry && (!earliest || expiry < earliest)) store<u64>(merge, expiry, MERGE_FILE_EARLIEST_EXPIRY);
}
