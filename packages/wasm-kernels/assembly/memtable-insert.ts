// Batches into the memtable's tree.
//
// Entries enter in groups: the leaf of every entry is found and touched before the first one is inserted, so that the cache misses of the group
// overlap. The leaves found stay right until one of them splits, which shows by the floor.

import {
  BATCH_COUNT,
  BATCH_EPOCH,
  MEMTABLE_COUNT,
  MEMTABLE_FLOOR,
  MEMTABLE_KEY_BYTES,
  MEMTABLE_LONGEST_KEY,
  MEMTABLE_MAX_EPOCH,
  MEMTABLE_MIN_EPOCH,
} from '../src/layout';
import { memtableScratch } from './memtable';
import { entryEnd, firstEntry, isSound } from './memtable-batch';
import { entryKey, entryKeyLength, entryValueLength } from './memtable-entry';
import { LEAF_BYTES, NODE_ENTRIES } from './memtable-layout';
import { compareEntry, entryAt, leafFor, nodeCount, slotsBeforeWindow, windowAt } from './memtable-node';
import { admitKey, insertSlot } from './memtable-slots';
import { isFull, splitLeaf } from './memtable-split';

const MALFORMED: i32 = -1;
const GROUP: u32 = 16; // leaf addresses that the scratch line holds
const LINE_BYTES: u32 = 64;

/** See Kernels.memtableInsert. */
export function memtableInsert(memtable: usize, batch: usize, length: u32): i32 {
  const end = batch + length;
  let entry = firstEntry(batch, length);
  if (!entry) return MALFORMED;
  const count = load<u32>(batch, BATCH_COUNT);
  const epoch = load<u64>(batch, BATCH_EPOCH);
  for (let inserted: u32 = 0; inserted < count;) {
    const wanted = min(count - inserted, GROUP);
    const sound = findLeaves(memtable, entry, wanted, batch, end, epoch);
    entry = insertGroup(memtable, entry, sound, epoch);
    inserted += sound;
    if (sound < wanted) return MALFORMED;
  }
  return entry == end ? i32(count) : MALFORMED;
}

/** Notes the leaves of the sound entries among the next `wanted` in the scratch. Returns how many they are. */
function findLeaves(memtable: usize, entry: usize, wanted: u32, batch: usize, end: usize, epoch: u64): u32 {
  let leaves = memtableScratch(memtable);
  let found: u32 = 0;
  for (; found < wanted && isSound(entry, batch, end); found++) {
    store<u32>(leaves, u32(leafFor(memtable, entryKey(entry), entryKeyLength(entry), epoch)));
    entry = entryEnd(entry);
    leaves += 4;
  }
  return found;
}

/** Inserts entries whose leaves are noted. Returns the address behind the last. */
function insertGroup(memtable: usize, entry: usize, count: u32, epoch: u64): usize {
  const floor = load<u32>(memtable, MEMTABLE_FLOOR);
  let leaves = memtableScratch(memtable);
  for (let i: u32 = 0; i < count; i++) touch(load<u32>(leaves + (i << 2)));
  for (; count; count--) {
    const key = entryKey(entry);
    const keyLength = entryKeyLength(entry);
    const isNoted = load<u32>(memtable, MEMTABLE_FLOOR) == floor;
    const leaf: usize = isNoted ? load<u32>(leaves) : u32(leafFor(memtable, key, keyLength, epoch));
    insertEntry(memtable, leaf, entry, key, keyLength, epoch);
    entry = entryEnd(entry);
    leaves += 4;
  }
  return entry;
}

/** Brings a leaf into the cache. Loads may trap, so no compiler leaves them out for being unused. */
@inline
function touch(leaf: usize): void {
  for (let line: u32 = 0; line < u32(LEAF_BYTES); line += LINE_BYTES) load<u32>(leaf + line);
}

/** Inserts one entry into the leaf that it belongs to. */
function insertEntry(memtable: usize, leaf: usize, entry: usize, key: usize, keyLength: u32, epoch: u64): void {
  if (isFull(leaf)) leaf = splitLeaf(memtable, leaf, key, keyLength, epoch);
  const window = admitKey(leaf, 0, key, keyLength);
  const slot = slotsBeforeWindow(leaf, window, key, keyLength, epoch);
  if (slot < nodeCount(leaf) && windowAt(leaf, slot) == window && !compareEntry(entryAt(leaf, slot), key, keyLength, epoch)) {
    replace(memtable, leaf, slot, entry);
  } else {
    insertSlot(leaf, slot, window, entry);
    add(memtable, MEMTABLE_COUNT, 1);
  }
  add(memtable, MEMTABLE_KEY_BYTES, keyLength + entryValueLength(entry));
  store<u32>(memtable, max(load<u32>(memtable, MEMTABLE_LONGEST_KEY), keyLength), MEMTABLE_LONGEST_KEY);
  store<u64>(memtable, min(load<u64>(memtable, MEMTABLE_MIN_EPOCH), epoch), MEMTABLE_MIN_EPOCH);
  store<u64>(memtable, max(load<u64>(memtable, MEMTABLE_MAX_EPOCH), epoch), MEMTABLE_MAX_EPOCH);
}

/** The entry takes the slot of an earlier one with the same key and epoch. */
function replace(memtable: usize, leaf: usize, slot: u32, entry: usize): void {
  const old = entryAt(leaf, slot);
  add(memtable, MEMTABLE_KEY_BYTES, 0 - (entryKeyLength(old) + entryValueLength(old)));
  store<u32>(leaf + (slot << 2), u32(entry), NODE_ENTRIES);
}

@inline
function add(memtable: usize, field: u32, amount: u32): void {
  store<u32>(memtable + field, load<u32>(memtable + field) + amount);
}
