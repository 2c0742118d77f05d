// A memtable as input of a merge: its entries in tree order. It is frozen (no insert takes place while the job lasts), so that keys and values are
// read where they lie.

import { STATUS_CORRUPT, STATUS_FOUND } from '../src/layout';
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
import { memtableEntry, memtableNext } from './memtable-seek';
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
} from './merge-layout';
import { codeHead } from './merge-tree';

/** See inputNext. */
export function nextMemtableEntry(input: usize): u32 {
  const cursor = input + INPUT_CURSOR;
  const entry = memtableEntry(cursor);
  if (!entry) return exhaustHead(input);
  const key = entryKey(entry);
  const keyLength = entryKeyLength(entry);
  const epoch = epochOf(input, entryEpoch(entry));
  const shared = sharedWithHead(input, 0, key, keyLength);
  if (keyLength > load<u32>(input, INPUT_LONGEST_KEY) || !isInOrder(input, shared, key + shared, keyLength - shared, epoch)) return STATUS_CORRUPT;
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
