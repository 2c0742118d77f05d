// A memtable as input of a merge: its entries in tree order. It is frozen (no insert takes place while the job lasts), so that keys and values are
// read where they lie.

import { ENTRY_BACK, STATUS_CORRUPT, STATUS_FOUND } from '../src/layout';
import {
  entryEpoch,
  entryExpiry,
  entryExtension,
  entryExtensionLength,
  entryFlags,
  entryKey,
  entryKeyLength,
  entryKind,
  entryValueLength,
} from './memtable-entry';
import { NODE_COUNT } from './memtable-layout';
import { entryAt } from './memtable-node';
import { CURSOR_LEAF, CURSOR_SLOT, memtableEntry, memtableNext } from './memtable-seek';
import { epochOf, exhaustHead, isInOrder, sharedWithHead } from './merge-head';
import {
  HEAD_EPOCH,
  HEAD_EXPIRY,
  HEAD_EXTENSION,
  HEAD_EXTENSION_LENGTH,
  HEAD_FLAGS,
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  HEAD_KIND,
  HEAD_VALUE,
  HEAD_VALUE_LENGTH,
  INPUT_CURSOR,
  INPUT_LONGEST_KEY,
  INPUT_TOUCHED,
} from './merge-layout';
import { codeHead } from './merge-tree';

const CACHE_LINE_BYTES = 64;

/** See inputNext. */
export function nextMemtableEntry(input: usize): u32 {
  const cursor = input + INPUT_CURSOR;
  const entry = memtableEntry(cursor);
  if (!entry) return exhaustHead(input);
  if (!load<u32>(cursor, CURSOR_SLOT)) store<u32>(input, touchLeaf(load<u32>(cursor, CURSOR_LEAF)), INPUT_TOUCHED);
  const key = entryKey(entry);
  const keyLength = entryKeyLength(entry);
  const epoch = epochOf(input, entryEpoch(entry));
  const shared = sharedWithHead(input, 0, key, keyLength);
  if (keyLength > load<u32>(input, INPUT_LONGEST_KEY) || !isInOrder(input, shared, key + shared, keyLength - shared, epoch))
    return STATUS_CORRUPT;
  store<u32>(input, key, HEAD_KEY);
  store<u32>(input, keyLength, HEAD_KEY_LENGTH);
  store<u32>(input, entryKind(entry), HEAD_KIND);
  store<u64>(input, epoch, HEAD_EPOCH);
  store<u32>(input, key + keyLength, HEAD_VALUE);
  store<u32>(input, entryValueLength(entry), HEAD_VALUE_LENGTH);
  const flags = entryFlags(entry);
  store<u32>(input, flags, HEAD_FLAGS);
  if (flags) {
    store<u64>(input, entryExpiry(entry), HEAD_EXPIRY);
    store<u32>(input, entryExtension(entry), HEAD_EXTENSION);
    store<u32>(input, entryExtensionLength(entry), HEAD_EXTENSION_LENGTH);
  }
  codeHead(input, shared);
  memtableNext(cursor);
  return STATUS_FOUND;
}

/**
 * Reads a word of the first three cache lines of the leaf's entries, and their epochs. Entries lie in the order in which they were written, so
 * each costs some cache misses; in loops that do nothing else these overlap. The sum is of no use but to keep the loads.
 */
function touchLeaf(leaf: usize): u32 {
  const count = load<u32>(leaf, NODE_COUNT);
  let sum: u32 = 0;
  for (let slot: u32 = 0; slot < count; slot++) sum += load<u32>(entryAt(leaf, slot), ENTRY_BACK);
  for (let slot: u32 = 0; slot < count; slot++) {
    const entry = entryAt(leaf, slot);
    sum += load<u32>(entry - load<u32>(entry, ENTRY_BACK)) + load<u32>(entry, CACHE_LINE_BYTES) + load<u32>(entry, 2 * CACHE_LINE_BYTES);
  }
  return sum;
}
