// One node of a memtable's B+tree, and the way down to a leaf. The layout of nodes is drawn in src/memtable-layout.ts.
//
// A search compares 8-byte windows behind the bytes that all keys of the node share; entries are read only where windows tie. The windows are
// counted in two steps of independent loads instead of halved: the cache misses of a cold node then overlap.

import { MEMTABLE_HEIGHT, MEMTABLE_ROOT } from '../src/layout';
import { NODE_CHILDREN, NODE_COUNT, NODE_ENTRIES, NODE_PREFIX, NODE_PREFIX_LENGTH, NODE_WINDOWS } from './memtable-layout';
import { compareBytes, loadTail, loadWindow } from './bytes';
import { entryEpoch, entryKey, entryKeyLength } from './memtable-entry';

/** The window of a slot that is not in use: no window is above it. */
export const NO_WINDOW: u64 = 0xffffffffffffffff;

@inline
export function windowAt(node: usize, slot: u32): u64 {
  return load<u64>(node + (slot << 3), NODE_WINDOWS);
}

@inline
export function entryAt(node: usize, slot: u32): usize {
  return load<u32>(node + (slot << 2), NODE_ENTRIES);
}

@inline
export function childAt(node: usize, slot: u32): usize {
  return load<u32>(node + (slot << 2), NODE_CHILDREN);
}

/** The leaf that holds (key, epoch) if the tree does; otherwise the place to insert it is in this leaf. */
export function leafFor(memtable: usize, key: usize, keyLength: u32, epoch: u64): usize {
  let node: usize = load<u32>(memtable, MEMTABLE_ROOT);
  for (let height = load<u32>(memtable, MEMTABLE_HEIGHT); height; height--) node = childAt(node, childSlot(node, key, keyLength, epoch));
  return node;
}

/** The slot of an inner node whose subtree (key, epoch) belongs to. */
@inline
export function childSlot(node: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const slots = search(node, key, keyLength, epoch, 0);
  return slots ? slots - 1 : 0;
}

/** How many slots hold entries that sort before (key, epoch). */
export function slotsBefore(node: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  return search(node, key, keyLength, epoch, -1);
}

/** How many slots hold entries whose order against (key, epoch) is at most `limit`: -1 for before, 0 for before or equal. */
@inline
function search(node: usize, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  if (!sharesPrefix(node, key, keyLength)) return foreignSlots(node, key, keyLength);
  return searchWindow(node, windowOf(node, key, keyLength), key, keyLength, epoch, limit);
}

/** The window that a key with the node's prefix has there. */
@inline
export function windowOf(node: usize, key: usize, keyLength: u32): u64 {
  const prefixLength = load<u32>(node, NODE_PREFIX_LENGTH);
  return loadWindow(key + prefixLength, keyLength - prefixLength);
}

/** `search` for a key that shares the node's prefix and has this window. */
@inline
export function searchWindow(node: usize, window: u64, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  const slots = windowsBelow(node, window);
  if (slots == load<u32>(node, NODE_COUNT) || windowAt(node, slots) != window) return slots;
  return slotsAmongTies(node, slots, window, key, keyLength, epoch, limit);
}

/** Whether a key begins with the node's prefix. */
@inline
export function sharesPrefix(node: usize, key: usize, keyLength: u32): bool {
  const length = load<u32>(node, NODE_PREFIX_LENGTH);
  if (keyLength < length) return false;
  if (length < 8) return !length || loadTail(key, length) == loadTail(node + NODE_PREFIX, length);
  const last = length - 8;
  for (let at: u32 = 0; at < last; at += 8) {
    if (load<u64>(key + at) != load<u64>(node + at, NODE_PREFIX)) return false;
  }
  return load<u64>(key + last) == load<u64>(node + last, NODE_PREFIX);
}

/** A key without the prefix sorts before or behind all slots. */
function foreignSlots(node: usize, key: usize, keyLength: u32): u32 {
  const prefixLength = load<u32>(node, NODE_PREFIX_LENGTH);
  return compareBytes(key, min(keyLength, prefixLength), node + NODE_PREFIX, prefixLength) < 0 ? 0 : load<u32>(node, NODE_COUNT);
}

/** How many windows are below `window`: whole lines of 8 first, then within the line. Hot. */
@inline
function windowsBelow(node: usize, window: u64): u32 {
  const lines =
    below(node, 1, window) +
    below(node, 2, window) +
    below(node, 3, window) +
    below(node, 4, window) +
    below(node, 5, window) +
    below(node, 6, window) +
    below(node, 7, window);
  const line = node + (lines << 6);
  return (
    (lines << 3) +
    u32(load<u64>(line, NODE_WINDOWS) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 8) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 16) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 24) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 32) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 40) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 48) < window) +
    u32(load<u64>(line, NODE_WINDOWS + 56) < window)
  );
}

/** 1 when the first window of the line is below `window`. */
@inline
function below(node: usize, line: u32, window: u64): u32 {
  return u32(load<u64>(node + (line << 6), NODE_WINDOWS) < window);
}

/** Decides among the slots from `first` on whose window is `window`, by their entries. */
function slotsAmongTies(node: usize, first: u32, window: u64, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  let low = first;
  let high = window == NO_WINDOW ? load<u32>(node, NODE_COUNT) : windowsBelow(node, window + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEntry(entryAt(node, middle), key, keyLength, epoch) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tree order of an entry and (key, epoch): -1, 0 or 1. */
export function compareEntry(entry: usize, key: usize, keyLength: u32, epoch: u64): i32 {
  const order = compareBytes(entryKey(entry), entryKeyLength(entry), key, keyLength);
  if (order) return order < 0 ? -1 : 1;
  const own = entryEpoch(entry);
  return own == epoch ? 0 : own > epoch ? -1 : 1;
}
