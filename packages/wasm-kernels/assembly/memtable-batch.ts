// What of a batch record's payload (drawn in docs/FORMAT.md) may enter a memtable. Payloads come from recovered logs too: nothing in them is
// believed before it was checked here.

import {
  BATCH_CLIENT_BYTES,
  BATCH_FLAG_CLIENT,
  BATCH_FLAGS,
  BATCH_HEADER_BYTES,
  ENTRY_BACK,
  ENTRY_HEADER_BYTES,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  KIND_MERGE,
  MAX_STORED_KEY,
} from '../src/layout';
import { alignUp } from './bytes';
import { entryFlags, entryKey, entryKeyLength, entryKind, entryValueLength, EXPIRY_BYTES, EXTENSION_LENGTH_BYTES } from './memtable-entry';

const ENTRY_ALIGNMENT: u32 = 4;
const KNOWN_FLAGS: u32 = FLAG_EXPIRY | FLAG_EXTENSION;

/** Address of the first entry, or of the payload's end; 0 when the header contradicts the format. */
export function firstEntry(batch: usize, length: u32): usize {
  if (length < u32(BATCH_HEADER_BYTES)) return 0;
  const flags = load<u32>(batch, BATCH_FLAGS);
  const headerBytes: u32 = flags ? BATCH_HEADER_BYTES + BATCH_CLIENT_BYTES : BATCH_HEADER_BYTES;
  return flags > u32(BATCH_FLAG_CLIENT) || length < headerBytes ? 0 : batch + headerBytes;
}

/** Whether the entry is one that the format allows and, with its padding, ends at or before `end`. */
export function isSound(entry: usize, batch: usize, end: usize): bool {
  const room = u32(end - entry);
  if (room < u32(ENTRY_HEADER_BYTES) || load<u32>(entry, ENTRY_BACK) != u32(entry - batch)) return false;
  const flags = entryFlags(entry);
  if (flags & ~KNOWN_FLAGS || entryKind(entry) > u32(KIND_MERGE) || entryKeyLength(entry) > u32(MAX_STORED_KEY)) return false;
  let bytes: u64 = ENTRY_HEADER_BYTES + (flags & FLAG_EXPIRY ? EXPIRY_BYTES : 0);
  if (flags & FLAG_EXTENSION) {
    bytes += EXTENSION_LENGTH_BYTES;
    if (bytes > room) return false;
    bytes += load<u32>(entry + u32(bytes) - EXTENSION_LENGTH_BYTES);
  }
  bytes += u64(entryKeyLength(entry)) + u64(entryValueLength(entry));
  return ((bytes + ENTRY_ALIGNMENT - 1) & ~u64(ENTRY_ALIGNMENT - 1)) <= room;
}

/** Address behind a sound entry and its padding. */
@inline
export function entryEnd(entry: usize): usize {
  return entry + alignUp(u32(entryKey(entry) - entry) + entryKeyLength(entry) + entryValueLength(entry), ENTRY_ALIGNMENT);
}
