// The memtable: an arena of log records, growing up, and a B+tree of pointers to their entries, growing down from the region's end. Tree order
// is (stored key bytewise, epoch descending). Nothing is ever removed; an equal (key, epoch) takes over the slot of the earlier one.
//
// Node layout: src/memtable-layout.ts. Searching a node: memtable-node.ts. Changing one: memtable-slots.ts. Splits: memtable-split.ts. Cursors:
// memtable-seek.ts. After Rao and Ross, "Making B+-Trees Cache Conscious in Main Memory" (2000), and Graefe, "Modern B-Tree Techniques" (2011), 
// on truncated keys in a node.

import {
  MEMTABLE_BYTES,
  MEMTABLE_COUNT,
  MEMTABLE_FIRST_LEAF,
  MEMTABLE_FLOOR,
  MEMTABLE_HEADER_BYTES,
  MEMTABLE_HEIGHT,
  MEMTABLE_KEY_BYTES,
  MEMTABLE_LAST_LEAF,
  MEMTABLE_LONGEST_KEY,
  MEMTABLE_MAX_EPOCH,
  MEMTABLE_MIN_EPOCH,
  MEMTABLE_ROOT,
  MEMTABLE_TAIL,
  BATCH_CLIENT_BYTES,
  BATCH_COUNT,
  BATCH_EPOCH,
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
import { LEAF_BYTES, NODE_COUNT, NODE_ENTRIES, NODE_NEXT, NODE_PREVIOUS, NODE_SLOTS } from './memtable-layout';
import { compareBytes, u64Of } from './bytes';
import { entryFlags, entryKey, entryKeyLength, entryKind, entryValueLength } from './memtable-entry';
import { compareEntry, entryAt, leafFor, searchWindow, slotsBefore, windowAt, windowOf } from './memtable-node';
import { admitKey, insertSlot } from './memtable-slots';
import { newNode, splitDown } from './memtable-split';

/** See Kernels.memtableInit. */
export function memtableInit(memtable: usize, bytes: u32): void {
  memory.fill(memtable, 0, MEMTABLE_HEADER_BYTES);
  store<u32>(memtable, bytes, MEMTABLE_BYTES);
  store<u32>(memtable, memtable + MEMTABLE_HEADER_BYTES, MEMTABLE_TAIL);
  store<u32>(memtable, (memtable + bytes) & ~63, MEMTABLE_FLOOR);
  store<u64>(memtable, 0xffffffffffffffff, MEMTABLE_MIN_EPOCH);
  const leaf = newNode(memtable, LEAF_BYTES);
  store<u32>(memtable, leaf, MEMTABLE_ROOT);
  store<u32>(memtable, leaf, MEMTABLE_FIRST_LEAF);
  store<u32>(memtable, leaf, MEMTABLE_LAST_LEAF);
}

/** See Kernels.memtableInsert. */
export function memtableInsert(memtable: usize, batch: usize, length: u32): i32 {
  if (length < u32(BATCH_HEADER_BYTES)) return -1;
  const flags = load<u32>(batch, BATCH_FLAGS);
  if (flags & ~BATCH_FLAG_CLIENT) return -1;
  const end = batch + length;
  let entry = batch + BATCH_HEADER_BYTES + u32(flags & BATCH_FLAG_CLIENT ? BATCH_CLIENT_BYTES : 0);
  if (entry > end) return -1;
  const count = load<u32>(batch, BATCH_COUNT);
  const epoch = load<u64>(batch, BATCH_EPOCH);
  for (let i: u32 = 0; i < count; i++) {
    const bytes = entryBytes(entry, batch, u32(end - entry));
    if (!bytes) return -1;
    insertEntry(memtable, entry, epoch);
    entry += bytes;
  }
  return entry == end ? i32(count) : -1;
}

/** Bytes of a sound entry with its padding; 0 when it contradicts the format. */
@inline
function entryBytes(entry: usize, batch: usize, room: u32): u32 {
  if (room < u32(ENTRY_HEADER_BYTES) || load<u32>(entry, ENTRY_BACK) != u32(entry - batch)) return 0;
  const keyLength = entryKeyLength(entry);
  const flags = entryFlags(entry);
  if (keyLength > u32(MAX_STORED_KEY) || entryKind(entry) > u32(KIND_MERGE) || flags & ~(FLAG_EXPIRY | FLAG_EXTENSION)) return 0;
  let bytes: u64 = ENTRY_HEADER_BYTES + (flags & FLAG_EXPIRY ? 8 : 0);
  if (flags & FLAG_EXTENSION) {
    if (bytes + 4 > room) return 0;
    bytes += 4 + u64(load<u32>(entry + u32(bytes)));
  }
  bytes += u64(keyLength) + u64(entryValueLength(entry));
  bytes = (bytes + 3) & ~3;
  return bytes > room ? 0 : u32(bytes);
}

function insertEntry(memtable: usize, entry: usize, epoch: u64): void {
  const key = entryKey(entry);
  const keyLength = entryKeyLength(entry);
  let leaf = leafFor(memtable, key, keyLength, epoch);
  if (load<u32>(leaf, NODE_COUNT) == NODE_SLOTS) leaf = splitDown(memtable, splitPoint(leaf, key, keyLength, epoch), key, keyLength, epoch);
  admitKey(leaf, 0, key, keyLength);
  const window = windowOf(leaf, key, keyLength);
  const slot = searchWindow(leaf, window, key, keyLength, epoch, -1);
  store<u32>(memtable, max(load<u32>(memtable, MEMTABLE_LONGEST_KEY), keyLength), MEMTABLE_LONGEST_KEY);
  store<u64>(memtable, min(load<u64>(memtable, MEMTABLE_MIN_EPOCH), epoch), MEMTABLE_MIN_EPOCH);
  store<u64>(memtable, max(load<u64>(memtable, MEMTABLE_MAX_EPOCH), epoch), MEMTABLE_MAX_EPOCH);
  store<u32>(memtable, load<u32>(memtable, MEMTABLE_KEY_BYTES) + keyLength + entryValueLength(entry), MEMTABLE_KEY_BYTES);
  if (slot < load<u32>(leaf, NODE_COUNT) && windowAt(leaf, slot) == window) {
    const old = entryAt(leaf, slot);
    if (!compareEntry(old, key, keyLength, epoch)) {
      store<u32>(leaf + (slot << 2), u32(entry), NODE_ENTRIES);
      return;
    }
  }
  insertSlot(leaf, slot, window, entry);
  store<u32>(memtable, load<u32>(memtable, MEMTABLE_COUNT) + 1, MEMTABLE_COUNT);
}

/** How many slots stay in the left node: half, or all but one where entries arrive in order at an edge of the tree. */
function splitPoint(leaf: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const slot = slotsBefore(leaf, key, keyLength, epoch);
  if (slot == NODE_SLOTS && !load<u32>(leaf, NODE_NEXT)) return NODE_SLOTS - 1;
  if (!slot && !load<u32>(leaf, NODE_PREVIOUS)) return 1;
  return NODE_SLOTS / 2;
}

/** See Kernels.memtableGet. */
export function memtableGet(memtable: usize, key: usize, keyLength: u32, epochLow: u32, epochHigh: u32): usize {
  const epoch = u64Of(epochLow, epochHigh);
  let leaf = leafFor(memtable, key, keyLength, epoch);
  let slot = slotsBefore(leaf, key, keyLength, epoch);
  if (slot == load<u32>(leaf, NODE_COUNT)) {
    leaf = load<u32>(leaf, NODE_NEXT);
    if (!leaf) return 0;
    slot = 0;
  }
  const entry = entryAt(leaf, slot);
  return compareBytes(entryKey(entry), entryKeyLength(entry), key, keyLength) ? 0 : entry;
}
