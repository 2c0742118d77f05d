// How a memtable's tree grows.
//
// Splitting goes from the root down to the leaf that is full: every full node on the way is split before it is entered, so its parent has a free
// slot and no path needs to be remembered. Where entries arrive in order at an edge of the tree, the node that is left behind stays full.

import { MEMTABLE_HEIGHT, MEMTABLE_LAST_LEAF, MEMTABLE_ROOT } from '../src/layout';
import { copyBytes } from './bytes';
import { clearWindows, HALF, newNode } from './memtable';
import {
  INNER_BYTES,
  LEAF_BYTES,
  NODE_CHILDREN,
  NODE_COUNT,
  NODE_ENTRIES,
  NODE_NEXT,
  NODE_PREVIOUS,
  NODE_SLOTS,
  NODE_WINDOWS,
} from './memtable-layout';
import { childAt, childSlot, compareEntry, entryAt, nodeCount, slotsBefore } from './memtable-node';
import { insertChild, insertSlot, raisePrefix, setChild } from './memtable-slots';

/** Splits a full leaf that (key, epoch) belongs to, and the full nodes above it. Returns the leaf that it belongs to then. */
export function splitLeaf(memtable: usize, leaf: usize, key: usize, keyLength: u32, epoch: u64): usize {
  const at = splitPoint(leaf, slotsBefore(leaf, key, keyLength, epoch));
  let node: usize = load<u32>(memtable, MEMTABLE_ROOT);
  if (isFull(node)) node = growRoot(memtable, node);
  for (let height = load<u32>(memtable, MEMTABLE_HEIGHT); height; height--) {
    const slot = childSlot(node, key, keyLength, epoch);
    let child = childAt(node, slot);
    if (isFull(child)) {
      const right = split(memtable, child, at, height == 1);
      const separator = entryAt(right, 0);
      insertChild(node, slot + 1, separator, right);
      if (compareEntry(separator, key, keyLength, epoch) <= 0) child = right;
    }
    node = child;
  }
  return node;
}

@inline
export function isFull(node: usize): bool {
  return nodeCount(node) == NODE_SLOTS;
}

/** How many slots the left one of two nodes keeps: half of them, unless the new entry will be the tree's last or first. */
function splitPoint(leaf: usize, slot: u32): u32 {
  if (slot == NODE_SLOTS && !load<u32>(leaf, NODE_NEXT)) return NODE_SLOTS - 1;
  if (!slot && !load<u32>(leaf, NODE_PREVIOUS)) return 1;
  return HALF;
}

/** Puts an inner node with one child above the root. */
function growRoot(memtable: usize, child: usize): usize {
  const root = newNode(memtable, INNER_BYTES);
  insertSlot(root, 0, 0, entryAt(child, 0));
  setChild(root, 0, child);
  store<u32>(memtable, u32(root), MEMTABLE_ROOT);
  store<u32>(memtable, load<u32>(memtable, MEMTABLE_HEIGHT) + 1, MEMTABLE_HEIGHT);
  return root;
}

/** Moves the slots of a full node from `at` on to a new node at its right. */
function split(memtable: usize, left: usize, at: u32, isLeaf: bool): usize {
  const right = newNode(memtable, isLeaf ? LEAF_BYTES : INNER_BYTES);
  const moved = NODE_SLOTS - at;
  copyBytes(right, left, NODE_WINDOWS);
  copyBytes(right + NODE_WINDOWS, left + NODE_WINDOWS + (at << 3), moved << 3);
  copyBytes(right + NODE_ENTRIES, left + NODE_ENTRIES + (at << 2), moved << 2);
  store<u32>(left, at, NODE_COUNT);
  store<u32>(right, moved, NODE_COUNT);
  clearWindows(left, at);
  if (isLeaf) {
    chain(memtable, left, right);
  } else {
    copyBytes(right + NODE_CHILDREN, left + NODE_CHILDREN + (at << 2), moved << 2);
    store<u64>(right, 0, NODE_WINDOWS);
  }
  const first = u32(!isLeaf);
  raisePrefix(left, first);
  raisePrefix(right, first);
  return right;
}

/** Links a new leaf in behind `left`. Its own link to the next one is already a copy of that of `left`. */
function chain(memtable: usize, left: usize, right: usize): void {
  const next = load<u32>(left, NODE_NEXT);
  store<u32>(right, u32(left), NODE_PREVIOUS);
  store<u32>(left, u32(right), NODE_NEXT);
  if (next) store<u32>(next, u32(right), NODE_PREVIOUS);
  else store<u32>(memtable, u32(right), MEMTABLE_LAST_LEAF);
}
