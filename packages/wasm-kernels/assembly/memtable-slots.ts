// Changing one node of a memtable's tree: a slot enters, the prefix falls or rises. `first` is the first slot with a window of its own: 0 in a
// leaf, 1 in an inner node (drawn in memtable-layout.ts).

import { commonPrefix, copyBytes } from './bytes';
import { entryKey, entryKeyLength } from './memtable-entry';
import {
  NODE_CHILDREN,
  NODE_COUNT,
  NODE_ENTRIES,
  NODE_PREFIX,
  NODE_PREFIX_BYTES,
  NODE_PREFIX_LENGTH,
  NODE_WINDOWS,
} from './memtable-layout';
import { entryAt, nodeCount, nodePrefix, sharesPrefix, windowAt, windowOf } from './memtable-node';

/** Windows that share half their bytes tell too few keys apart. */
const SHARED_WINDOW_BITS: u64 = 32;

/** Puts an entry into a slot; what stands there and behind moves up. The node is not full, and the key shares its prefix. */
export function insertSlot(node: usize, slot: u32, window: u64, entry: usize): void {
  const count = nodeCount(node);
  const first = node + (slot << 2);
  for (let at = first + (((count - slot + 3) & ~3) << 2); at > first;) {
    at -= 16;
    moveFourUp(at, at + at - node);
  }
  store<u64>(node + (slot << 3), window, NODE_WINDOWS);
  store<u32>(first, u32(entry), NODE_ENTRIES);
  store<u32>(node, count + 1, NODE_COUNT);
}

/** Moves four entries and their windows up by a slot. One loop for both, without a remainder: a loop's end is a branch mispredicted. */
@inline
function moveFourUp(entries: usize, windows: usize): void {
  const low = v128.load(windows, NODE_WINDOWS);
  v128.store(windows, v128.load(windows, NODE_WINDOWS + 16), NODE_WINDOWS + 24);
  v128.store(windows, low, NODE_WINDOWS + 8);
  v128.store(entries, v128.load(entries, NODE_ENTRIES), NODE_ENTRIES + 4);
}

/** Puts a child behind slot `slot - 1` of an inner node that is not full; `separator` is the child's first entry. */
export function insertChild(node: usize, slot: u32, separator: usize, child: usize): void {
  const key = entryKey(separator);
  const keyLength = entryKeyLength(separator);
  const window = admitKey(node, 1, key, keyLength);
  for (let at = nodeCount(node); at > slot; at--) setChild(node, at, load<u32>(node + (at << 2), NODE_CHILDREN - 4));
  setChild(node, slot, child);
  insertSlot(node, slot, window, separator);
}

@inline
export function setChild(node: usize, slot: u32, child: usize): void {
  store<u32>(node + (slot << 2), u32(child), NODE_CHILDREN);
}

/** Before a key enters a node: lowers the prefix to what the key shares. A node without windows takes the whole key. Returns the key's window. */
export function admitKey(node: usize, first: u32, key: usize, keyLength: u32): u64 {
  if (nodeCount(node) == first) setPrefix(node, first, key, keyLength);
  else if (!sharesPrefix(node, key, keyLength)) lowerPrefix(node, first, key, keyLength);
  return windowOf(node, key, keyLength);
}

function lowerPrefix(node: usize, first: u32, key: usize, keyLength: u32): void {
  setPrefix(node, first, key, commonPrefix(key, nodePrefix(node), min(keyLength, load<u32>(node, NODE_PREFIX_LENGTH))));
}

/** After a split: takes into the prefix what the windows share, once that is half their bytes. */
export function raisePrefix(node: usize, first: u32): void {
  const last = nodeCount(node) - 1;
  if (last < first || (windowAt(node, first) ^ windowAt(node, last)) >> SHARED_WINDOW_BITS) return;
  const low = entryAt(node, first);
  const high = entryAt(node, last);
  setPrefix(node, first, entryKey(low), commonPrefix(entryKey(low), entryKey(high), min(entryKeyLength(low), entryKeyLength(high))));
}

/** Makes the first `length` bytes of `key` the prefix and computes the windows behind it. */
function setPrefix(node: usize, first: u32, key: usize, length: u32): void {
  copyBytes(node + NODE_PREFIX, key, min(length, NODE_PREFIX_BYTES));
  store<u32>(node, length, NODE_PREFIX_LENGTH);
  const count = nodeCount(node);
  for (let slot = first; slot < count; slot++) {
    const entry = entryAt(node, slot);
    store<u64>(node + (slot << 3), windowOf(node, entryKey(entry), entryKeyLength(entry)), NODE_WINDOWS);
  }
}
