// A memtable as a source of a scan: its entries in portions, described like decoded entries of a block; keys and values stay where they are.
//
// Between two calls of a scan a memtable may grow: entries keep their addresses, tree nodes do not. So after an interruption the cursor is put
// back by seeking the entry that was described last.

import { RESTART_INTERVAL, SCAN_COUNT, SCAN_LIMIT, STATUS_DONE, STATUS_FOUND } from '../src/layout';
import {
  DECODED_BYTES,
  DECODED_EPOCH,
  DECODED_EXPIRY,
  DECODED_EXTENSION,
  DECODED_KEY,
  DECODED_KEY_LENGTH,
  DECODED_KIND,
  DECODED_SAME_KEY,
  DECODED_VALUE,
  DECODED_VALUE_LENGTH,
  PORTION_END,
  PORTION_ENTRIES,
  PORTION_ENTRY,
  PORTION_FIRST,
} from './block-interval';
import { compareBytes } from './bytes';
import { entryEpoch, entryExpiry, entryFlags, entryKey, entryKeyLength, entryKind, entryValue, entryValueLength } from './memtable-entry';
import {
  memtableEntry,
  memtableFirst,
  memtableLast,
  memtableNext,
  memtablePrevious,
  memtableSeekGe,
  memtableSeekLt,
} from './memtable-seek';
import {
  GOAL_RESUME,
  GOAL_SEEK,
  GOAL_STEP,
  SOURCE_ADDRESS,
  SOURCE_GOAL,
  SOURCE_PORTION,
  SOURCE_TREE_CURSOR,
  STATE_LOWER,
  STATE_LOWER_LENGTH,
  STATE_UPPER,
  STATE_UPPER_LENGTH,
  sourceEnd,
  sourceFirst,
} from './scan-layout';

/** Before all versions of a key. */
const NEWEST: u64 = u64.MAX_VALUE;
/** Entries of the first portion: a short scan does not pay for more; each costs a cache miss or two. */
const FIRST_PORTION: u32 = 4;

/** The next entries, at least one: STATUS_FOUND; or STATUS_DONE. */
export function fillFromMemtable(scan: usize, source: usize, isReverse: bool): i32 {
  const goal = load<u32>(source, SOURCE_GOAL);
  const cursor = source + SOURCE_TREE_CURSOR;
  if (goal == GOAL_SEEK) seekStart(scan, source, isReverse);
  else if (goal == GOAL_RESUME) seekAgain(source, isReverse);
  store<u32>(source, GOAL_STEP, SOURCE_GOAL);
  if (!memtableEntry(cursor)) return STATUS_DONE;
  const wanted = load<u32>(scan, SCAN_LIMIT) - load<u32>(scan, SCAN_COUNT);
  const count = min(wanted, goal == GOAL_SEEK ? FIRST_PORTION : RESTART_INTERVAL);
  if (isReverse) describeBackward(source, count);
  else describeForward(source, count);
  return STATUS_FOUND;
}

function seekStart(scan: usize, source: usize, isReverse: bool): void {
  const memtable = load<u32>(source, SOURCE_ADDRESS);
  const cursor = source + SOURCE_TREE_CURSOR;
  if (isReverse) {
    const upper = load<u32>(scan, STATE_UPPER);
    if (upper) memtableSeekLt(memtable, upper, load<u32>(scan, STATE_UPPER_LENGTH), NEWEST, cursor);
    else memtableLast(memtable, cursor);
  } else {
    const lower = load<u32>(scan, STATE_LOWER);
    if (lower) memtableSeekGe(memtable, lower, load<u32>(scan, STATE_LOWER_LENGTH), NEWEST, cursor);
    else memtableFirst(memtable, cursor);
  }
}

/** Behind the entry that was described last. */
function seekAgain(source: usize, isReverse: bool): void {
  const memtable = load<u32>(source, SOURCE_ADDRESS);
  const cursor = source + SOURCE_TREE_CURSOR;
  const last = isReverse ? sourceFirst(source) : sourceEnd(source) - DECODED_BYTES;
  const key = load<u32>(last, DECODED_KEY);
  const keyLength = load<u32>(last, DECODED_KEY_LENGTH);
  const epoch = load<u64>(last, DECODED_EPOCH);
  if (isReverse) return memtableSeekLt(memtable, key, keyLength, epoch, cursor);
  memtableSeekGe(memtable, key, keyLength, epoch, cursor);
  memtableNext(cursor);
}

function describeForward(source: usize, count: u32): void {
  const cursor = source + SOURCE_TREE_CURSOR;
  const first = source + SOURCE_PORTION + PORTION_ENTRIES;
  const limit = first + count * DECODED_BYTES;
  let end = first;
  do {
    describe(end, memtableEntry(cursor));
    store<u32>(end, u32(end != first && haveSameKey(end - DECODED_BYTES, end)), DECODED_SAME_KEY);
    end += DECODED_BYTES;
    memtableNext(cursor);
  } while (end != limit && memtableEntry(cursor));
  setEntries(source, first, end, first);
}

/** From the array's end down, so that its entries ascend all the same. */
function describeBackward(source: usize, count: u32): void {
  const cursor = source + SOURCE_TREE_CURSOR;
  const end = source + SOURCE_PORTION + PORTION_ENTRIES + RESTART_INTERVAL * DECODED_BYTES;
  const limit = end - count * DECODED_BYTES;
  let first = end;
  do {
    first -= DECODED_BYTES;
    describe(first, memtableEntry(cursor));
    store<u32>(first, 0, DECODED_SAME_KEY);
    const next = first + DECODED_BYTES;
    if (next != end) store<u32>(next, u32(haveSameKey(first, next)), DECODED_SAME_KEY);
    memtablePrevious(cursor);
  } while (first != limit && memtableEntry(cursor));
  setEntries(source, first, end, end - DECODED_BYTES);
}

function describe(target: usize, entry: usize): void {
  store<u32>(target, entryKey(entry), DECODED_KEY);
  store<u32>(target, entryKeyLength(entry), DECODED_KEY_LENGTH);
  store<u32>(target, entryValue(entry), DECODED_VALUE);
  store<u32>(target, entryValueLength(entry), DECODED_VALUE_LENGTH);
  store<u64>(target, entryEpoch(entry), DECODED_EPOCH);
  store<u64>(target, entryExpiry(entry), DECODED_EXPIRY);
  store<u32>(target, entryKind(entry) | (entryFlags(entry) << 8), DECODED_KIND);
  store<u64>(target, 0, DECODED_EXTENSION);
}

function haveSameKey(a: usize, b: usize): bool {
  const length = load<u32>(a, DECODED_KEY_LENGTH);
  if (length != load<u32>(b, DECODED_KEY_LENGTH)) return false;
  return !compareBytes(load<u32>(a, DECODED_KEY), length, load<u32>(b, DECODED_KEY), length);
}

function setEntries(source: usize, first: usize, end: usize, entry: usize): void {
  store<u32>(source, first, SOURCE_PORTION + PORTION_FIRST);
  store<u32>(source, end, SOURCE_PORTION + PORTION_END);
  store<u32>(source, entry, SOURCE_PORTION + PORTION_ENTRY);
}
