// Fields of a log entry (drawn in docs/FORMAT.md) where it lies in a memtable's arena. Only entries that memtableInsert accepted are read
// through these: their lengths are inside the record and `back` leads to its batch header.

import {
  BATCH_EPOCH,
  ENTRY_BACK,
  ENTRY_HEADER_BYTES,
  ENTRY_KEY_WORD,
  ENTRY_VALUE_LENGTH,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
} from '../src/layout';

const KEY_LENGTH_MASK: u32 = 0xfffff;
const KIND_SHIFT: u32 = 20;
const KIND_MASK: u32 = 0xf;
const FLAGS_SHIFT: u32 = 24;
export const EXPIRY_BYTES: u32 = 8;
export const EXTENSION_LENGTH_BYTES: u32 = 4;

@inline
export function entryKeyLength(entry: usize): u32 {
  return load<u32>(entry, ENTRY_KEY_WORD) & KEY_LENGTH_MASK;
}

@inline
export function entryKind(entry: usize): u32 {
  return (load<u32>(entry, ENTRY_KEY_WORD) >> KIND_SHIFT) & KIND_MASK;
}

@inline
export function entryFlags(entry: usize): u32 {
  return load<u32>(entry, ENTRY_KEY_WORD) >> FLAGS_SHIFT;
}

/** Address of the stored key: behind the optional fields. */
@inline
export function entryKey(entry: usize): usize {
  return entry + ENTRY_HEADER_BYTES + (entryFlags(entry) ? optionalBytes(entry) : u32(0));
}

@inline
export function entryValue(entry: usize): usize {
  return entryKey(entry) + entryKeyLength(entry);
}

@inline
export function entryValueLength(entry: usize): u32 {
  return load<u32>(entry, ENTRY_VALUE_LENGTH);
}

/** It stands once, in the header of the entry's batch. */
@inline
export function entryEpoch(entry: usize): u64 {
  return load<u64>(entry - load<u32>(entry, ENTRY_BACK), BATCH_EPOCH);
}

/** Milliseconds, 0 when the entry does not expire. */
@inline
export function entryExpiry(entry: usize): u64 {
  return entryFlags(entry) & FLAG_EXPIRY ? load<u64>(entry, ENTRY_HEADER_BYTES) : 0;
}

/** Bytes of the extension, 0 when there is none. */
@inline
export function entryExtensionLength(entry: usize): u32 {
  return entryFlags(entry) & FLAG_EXTENSION ? load<u32>(extensionField(entry)) : 0;
}

@inline
export function entryExtension(entry: usize): usize {
  return extensionField(entry) + EXTENSION_LENGTH_BYTES;
}

/** Where the extension's length stands. */
@inline
function extensionField(entry: usize): usize {
  return entry + ENTRY_HEADER_BYTES + (entryFlags(entry) & FLAG_EXPIRY ? EXPIRY_BYTES : u32(0));
}

function optionalBytes(entry: usize): u32 {
  let bytes: u32 = 0;
  const flags = entryFlags(entry);
  if (flags & FLAG_EXPIRY) bytes += EXPIRY_BYTES;
  if (flags & FLAG_EXTENSION) bytes += EXTENSION_LENGTH_BYTES + load<u32>(entry + ENTRY_HEADER_BYTES + bytes);
  return bytes;
}
