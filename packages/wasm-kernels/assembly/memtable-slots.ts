// Changing the slots of one node: adding one, and keeping prefix and windows true. `first` is the first slot with a window of its own: 0 in a
// leaf, 1 in an inner node.

import { NODE_CHILDREN, NODE_COUNT, NODE_ENTRIES, NODE_PREFIX, NODE_PREFIX_BYTES, NODE_PREFIX_LENGTH, NODE_WINDOWS } from './memtable-layout';
import { commonPrefix, copyBytes, loadWindow } from './bytes';
import { entryKey, entryKeyLength } from './memtable-entry';
import { entryAt, sharesPrefix, windowAt } from './memtable-node';

/** Fewer shared bytes leave windows enough to tell keys apart. */
const SHARED_WINDOW_BITS: u64 = 32;

/** Makes room at `slot` by moving what stands there and behind it, then fills the slot. The node is not full. */
@inline
export function insertSlot(node: usize, slot: u32, window: u64, entry: usize): void {
  const count = load<u32>(node, NODE_COUNT);
  moveUp(node + NODE_WINDOWS + (slot << 3), node + NODE_WINDOWS + (count << 3), 8);
  moveUp(node + NODE_ENTRIES + (slot << 2), node + NODE_ENTRIES + (count << 2), 4);
  store<u64>(node + (slot << 3), window, NODE_WINDOWS);
  store<u32>(node + (slot << 2), u32(entry), NODE_ENTRIES);
  store<u32>(node, count + 1, NODE_COUNT);
}

/** Gives the slot that insertSlot filled its child. */
export function insertChild(node: usize, slot: u32, child: usize): void {
  const count = load<u32>(node, NODE_COUNT) - 1;
  moveUp(node + NODE_CHILDREN + (slot << 2), node + NODE_CHILDREN + (count << 2), 4);
  store<u32>(node + (slot << 2), u32(child), NODE_CHILDREN);
}

/** Moves the bytes of a range up by `distance`, 4 or 8: from the end, 16 bytes a step. A call of memory.copy costs more than this. */
@inline
function moveUp(from: usize, end: usize, distance: u32): void {
  while (end >= from + 16) {
    end -= 16;
    v128.store(end + distance, v128.load(end));
  }
  while (end > from) {
    end -= 4;
    store<u32>(end + distance, load<u32>(end));
  }
}

/** Before a key enters: makes the node's prefix one that the key shares. */
@inline
export function admitKey(node: usize, first: u32, key: usize, keyLength: u32): void {
  if (load<u32>(node, NODE_COUNT) == first) setPrefix(node, first, key, min(keyLength, NODE_PREFIX_BYTES));
  else if (!sharesPrefix(node, key, keyLength)) lowerPrefix(node, first, key, keyLength);
}

function lowerPrefix(node: usize, first: u32, key: usize, keyLength: u32): void {
  setPrefix(node, first, key, commonPrefix(key, node + NODE_PREFIX, min(keyLength, load<u32>(node, NODE_PREFIX_LENGTH))));
}

/** After a split: takes what windows share into the prefix once that is half a window. */
export function raisePrefix(node: usize, first: u32): void {
  const last = load<u32>(node, NODE_COUNT) - 1;
  if (last < first || (windowAt(node, first) ^ windowAt(node, last)) >> SHARED_WINDOW_BITS) return;
  const low = entryAt(node, first);
  const high = entryAt(node, last);
  const limit = min(min(entryKeyLength(low), entryKeyLength(high)), NODE_PREFIX_BYTES);
  const length = commonPrefix(entryKey(low), entryKey(high), limit);
  if (length > load<u32>(node, NODE_PREFIX_LENGTH)) setPrefix(node, first, entryKey(low), length);
}

/** Makes the first `length` bytes of `key` the prefix and computes the windows behind it. */
function setPrefix(node: usize, first: u32, key: usize, length: u32): void {
  copyBytes(node + NODE_PREFIX, key, length);
  store<u32>(node, length, NODE_PREFIX_LENGTH);
  const count = load<u32>(node, NODE_COUNT);
  for (let slot = first; slot < count; slot++) {
    const entry = entryAt(node, slot);
    store<u64>(node + (slot << 3), loadWindow(entryKey(entry) + length, entryKeyLength(entry) - length), NODE_WINDOWS);
  }
}
