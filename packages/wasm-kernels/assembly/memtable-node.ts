// Searching the nodes of a memtable's tree (drawn in memtable-layout.ts), and the way down to a leaf.
//
// A search compares windows of 8 bytes behind the bytes that all keys of the node share; entries are read only where windows tie. Windows are
// counted in two steps of independent loads: the cache misses of a cold node overlap, which those of a binary search do not.

import { MEMTABLE_HEIGHT, MEMTABLE_ROOT } from '../src/layout';
import { compareBytes, loadTail, loadWindow } from './bytes';
import { entryEpoch, entryKey, entryKeyLength } from './memtable-entry';
import {
  NODE_CHILDREN,
  NODE_COUNT,
  NODE_ENTRIES,
  NODE_PREFIX,
  NODE_PREFIX_BYTES,
  NODE_PREFIX_LENGTH,
  NODE_WINDOWS,
} from './memtable-layout';

const PREFIX_BYTES: u32 = NODE_PREFIX_BYTES;
const BEFORE: i32 = -1;
const BEFORE_OR_EQUAL: i32 = 0;

@inline
export function nodeCount(node: usize): u32 {
  return load<u32>(node, NODE_COUNT);
}

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

/** The leaf that (key, epoch) is in or belongs to. Hot. */
export function leafFor(memtable: usize, key: usize, keyLength: u32, epoch: u64): usize {
  let node: usize = load<u32>(memtable, MEMTABLE_ROOT);
  for (let height = load<u32>(memtable, MEMTABLE_HEIGHT); height; height--) node = childAt(node, childSlot(node, key, keyLength, epoch));
  return node;
}

/** The slot of an inner node that leads to (key, epoch). */
@inline
export function childSlot(node: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  const slots = search(node, key, keyLength, epoch, BEFORE_OR_EQUAL);
  return slots ? slots - 1 : 0;
}

/** How many slots of a leaf sort before (key, epoch): the first that does not has this number. */
@inline
export function slotsBefore(leaf: usize, key: usize, keyLength: u32, epoch: u64): u32 {
  return search(leaf, key, keyLength, epoch, BEFORE);
}

/** How many slots sort before (key, epoch), or before it or equal. Hot. */
function search(node: usize, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  if (!sharesPrefix(node, key, keyLength)) return slotsBeforeForeign(node, key, keyLength);
  return searchWindow(node, windowOf(node, key, keyLength), key, keyLength, epoch, limit);
}

/** Of a key that shares the node's prefix and has this window there: how many slots sort before (key, epoch). */
@inline
export function slotsBeforeWindow(node: usize, window: u64, key: usize, keyLength: u32, epoch: u64): u32 {
  return searchWindow(node, window, key, keyLength, epoch, BEFORE);
}

@inline
function searchWindow(node: usize, window: u64, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  const slots = windowsBelow(node, window);
  if (slots == nodeCount(node) || windowAt(node, slots) != window) return slots;
  return slotsAmongTies(node, slots, window, key, keyLength, epoch, limit);
}

/** The window that a key with the node's prefix has in this node. */
@inline
export function windowOf(node: usize, key: usize, keyLength: u32): u64 {
  const prefixLength = load<u32>(node, NODE_PREFIX_LENGTH);
  return loadWindow(key + prefixLength, keyLength - prefixLength);
}

/** Whether the key begins with the node's prefix. Words may overlap: it matters only whether all are equal. */
@inline
export function sharesPrefix(node: usize, key: usize, keyLength: u32): bool {
  const length = load<u32>(node, NODE_PREFIX_LENGTH);
  if (keyLength < length) return false;
  if (length < 8) return !length || loadTail(key, length) == loadTail(node + NODE_PREFIX, length);
  if (length > PREFIX_BYTES) return sharesLongPrefix(node, key, length);
  const last = length - 8;
  for (let at: u32 = 0; at < last; at += 8) {
    if (load<u64>(key + at) != load<u64>(node + at, NODE_PREFIX)) return false;
  }
  return load<u64>(key + last) == load<u64>(node + last, NODE_PREFIX);
}

function sharesLongPrefix(node: usize, key: usize, length: u32): bool {
  return !compareBytes(key, length, nodePrefix(node), length);
}

/** Address of the node's whole prefix: in the node or, of a long one, in a key that begins with it. */
export function nodePrefix(node: usize): usize {
  if (load<u32>(node, NODE_PREFIX_LENGTH) <= PREFIX_BYTES) return node + NODE_PREFIX;
  return entryKey(entryAt(node, nodeCount(node) - 1));
}

/** A key without the prefix sorts before all slots or behind all. */
function slotsBeforeForeign(node: usize, key: usize, keyLength: u32): u32 {
  const prefixLength = load<u32>(node, NODE_PREFIX_LENGTH);
  return compareBytes(key, min(keyLength, prefixLength), nodePrefix(node), prefixLength) < 0 ? 0 : nodeCount(node);
}

/** How many windows are below `window`: lines of 8 first, then within one line. */
function windowsBelow(node: usize, window: u64): u32 {
  const lines =
    firstBelow(node, 1, window) +
    firstBelow(node, 2, window) +
    firstBelow(node, 3, window) +
    firstBelow(node, 4, window) +
    firstBelow(node, 5, window) +
    firstBelow(node, 6, window) +
    firstBelow(node, 7, window);
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
function firstBelow(node: usize, line: u32, window: u64): u32 {
  return u32(load<u64>(node + (line << 6), NODE_WINDOWS) < window);
}

/** Decides among the slots from `low` on that have the window, by their entries. */
function slotsAmongTies(node: usize, low: u32, window: u64, key: usize, keyLength: u32, epoch: u64, limit: i32): u32 {
  let high = window == u64.MAX_VALUE ? nodeCount(node) : windowsBelow(node, window + 1);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEntry(entryAt(node, middle), key, keyLength, epoch) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Tree order of an entry against (key, epoch): -1, 0 or 1. */
export function compareEntry(entry: usize, key: usize, keyLength: u32, epoch: u64): i32 {
  const order = compareBytes(entryKey(entry), entryKeyLength(entry), key, keyLength);
  if (order) return order < 0 ? -1 : 1;
  const own = entryEpoch(entry);
  return i32(own < epoch) - i32(own > epoch);
}
