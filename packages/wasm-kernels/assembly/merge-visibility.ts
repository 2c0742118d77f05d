// Which versions of a key a merge keeps. Of the versions e1 > e2 > ... of one user key
//
//   - e1 is kept, and every other that a reader sees: a reader r with e(i) <= r < e(i-1)
//   - operands are all kept, and what stands below one, down to the first put or delete: they are its operands' base
//   - a put that expired counts as a delete: into nothing it may not turn, or older versions would rise again
//   - at the bottom a delete that every reader sees is dropped, and with it everything older
//   - range deletes are carried through and no versions of their key
//   - of entries equal in key and epoch the one of the youngest input counts, which comes first

import {
  FLAG_EXPIRY,
  KIND_DELETE,
  KIND_MERGE,
  KIND_POINTER,
  KIND_PUT,
  KIND_RANGE_DELETE,
  MERGE_BOTTOM,
  MERGE_NOW,
  MERGE_READERS,
  MERGE_READER_COUNT,
} from '../src/layout';
import {
  HEAD_EPOCH,
  HEAD_EXPIRY,
  HEAD_FLAGS,
  HEAD_KEY_LENGTH,
  HEAD_KIND,
  HEAD_SHARED,
  HEAD_VALUE_LENGTH,
  JOB_EPOCH,
  JOB_HISTORY,
  JOB_KEY_LENGTH,
  JOB_NEWER_EPOCH,
} from './merge-layout';

// JOB_HISTORY: what is known of the newer versions of the key that was consumed last.
const HISTORY_NONE: u32 = 0; // none was kept
const HISTORY_VERSION: u32 = 1; // the last one kept was no operand; its epoch is JOB_NEWER_EPOCH
const HISTORY_OPERAND: u32 = 2; // the last one kept was an operand
const HISTORY_BURIED: u32 = 3; // a delete ended the key: nothing older is kept

/**
 * True when the head that sorts first is kept: note it with noteKept once it is written; until then the question may be asked again. False: it is
 * noted already.
 */
export function isKept(merge: usize, head: usize): bool {
  const epoch = load<u64>(head, HEAD_EPOCH);
  if (!isKeyOfLast(merge, head)) store<u32>(merge, HISTORY_NONE, JOB_HISTORY);
  else if (epoch == load<u64>(merge, JOB_EPOCH)) return false;
  if (load<u32>(head, HEAD_FLAGS) & FLAG_EXPIRY) expire(merge, head);
  const kind = load<u32>(head, HEAD_KIND);
  if (kind == KIND_RANGE_DELETE) return true;
  const history = load<u32>(merge, JOB_HISTORY);
  if (history == HISTORY_BURIED) return false;
  if (kind == KIND_MERGE) return true;
  // A version that is dropped need not be noted: no reader is between it and the one before.
  if (history == HISTORY_VERSION && !isSeen(merge, epoch, load<u64>(merge, JOB_NEWER_EPOCH))) return false;
  if (kind != KIND_DELETE || !isEnd(merge, epoch)) return true;
  store<u32>(merge, HISTORY_BURIED, JOB_HISTORY);
  return false;
}

/** Notes that the head was kept. */
@inline
export function noteKept(merge: usize, head: usize): void {
  const kind = load<u32>(head, HEAD_KIND);
  if (kind == KIND_RANGE_DELETE) return;
  store<u64>(merge, load<u64>(head, HEAD_EPOCH), JOB_NEWER_EPOCH);
  store<u32>(merge, kind == KIND_MERGE ? HISTORY_OPERAND : HISTORY_VERSION, JOB_HISTORY);
}

/** Notes that the head was consumed, kept or not. */
@inline
export function noteConsumed(merge: usize, head: usize): void {
  store<u32>(merge, load<u32>(head, HEAD_KEY_LENGTH), JOB_KEY_LENGTH);
  store<u64>(merge, load<u64>(head, HEAD_EPOCH), JOB_EPOCH);
}

/** True when the head has the key of the entry that was consumed last. */
@inline
function isKeyOfLast(merge: usize, head: usize): bool {
  const length = load<u32>(head, HEAD_KEY_LENGTH);
  return length == load<u32>(merge, JOB_KEY_LENGTH) && load<u32>(head, HEAD_SHARED) == length;
}

function expire(merge: usize, head: usize): void {
  const kind = load<u32>(head, HEAD_KIND);
  const expiry = load<u64>(head, HEAD_EXPIRY);
  if ((kind != KIND_PUT && kind != KIND_POINTER) || !expiry || expiry > load<u64>(merge, MERGE_NOW)) return;
  store<u32>(head, KIND_DELETE, HEAD_KIND);
  store<u32>(head, 0, HEAD_FLAGS);
  store<u32>(head, 0, HEAD_VALUE_LENGTH);
}

/** True when a reader sees the version of `epoch`, the next newer being that of `newer`. */
function isSeen(merge: usize, epoch: u64, newer: u64): bool {
  const readers = usize(load<u32>(merge, MERGE_READERS));
  const count = load<u32>(merge, MERGE_READER_COUNT);
  let low: u32 = 0; // readers before are below the version
  let high = count; // readers from here on are not
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u64>(readers + (middle << 3)) < epoch) low = middle + 1;
    else high = middle;
  }
  return low < count && load<u64>(readers + (low << 3)) < newer;
}

/** True when nobody needs what a delete of this epoch hides, nor the delete. */
function isEnd(merge: usize, epoch: u64): bool {
  if (!load<u32>(merge, MERGE_BOTTOM)) return false;
  return !load<u32>(merge, MERGE_READER_COUNT) || load<u64>(load<u32>(merge, MERGE_READERS)) >= epoch;
}
