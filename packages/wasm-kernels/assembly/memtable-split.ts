// How a memtable's tree grows: allocation of nodes, splits, and how much room they can take.
//
// Splitting goes from the root down to the leaf that is full: every full node on the way is split before the next is entered, so the parent
// always has a free slot and no path needs to be remembered. A split leaves both halves at least half full, except at the two edges of the
// tree: where entries arrive in order, the node left behind stays full.

import { MEMTABLE_BYTES, MEMTABLE_COUNT, MEMTABLE_FLOOR, MEMTABLE_HEIGHT, MEMTABLE_LAST_LEAF, MEMTABLE_ROOT } from '../src/layout';
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
import { copyBytes } from './bytes';
import { entryKey, entryKeyLength } from './memtable-entry';
import { childAt, childSlot, compareEntry, entryAt, NO_WINDOW, windowOf } from './memtable-node';
import { admitKey, insertChild, insertSlot, raisePrefix } from './memtable-slots';

const SLOTS: u32 = NODE_SLOTS;
const HALF: u32 = SLOTS / 2;
const LINE_BYTES: u32 = 64;

/** See Kernels.memtableRoom. */
export function memtableRoom(memtable: usize, count: u32): u32 {
  const entries = load<u32>(memtable, MEMTABLE_COUNT) + count;
  const leaves = nodesAbove(entries);
  const inner = innerNodes(leaves) * INNER_BYTES;
  const used = nodesEnd(memtable) - load<u32>(memtable, MEMTABLE_FLOOR);
  return min(leaves * LEAF_BYTES + inner - u32(used), count * LEAF_BYTES + inner);
}

/** Inner nodes above `leaves` leaves, at most. */
function innerNodes(leaves: u32): u32 {
  let inner: u32 = 0;
  for (let level = leaves; level > 1; ) {
    level = nodesAbove(level);
    inner += level;
  }
  return inner;
}

/** Nodes that hold `slots` slots, at most: all half full, except for one at each edge. */
@inline
function nodesAbove(slots: u32): u32 {
  return slots <= SLOTS ? 1 : slots / HALF + 2;
}

/** Address behind the region's nodes. */
@inline
function nodesEnd(memtable: usize): usize {
  return (memtable + load<u32>(memtable, MEMTABLE_BYTES)) & ~(LINE_BYTES - 1);
}

/** A node without slots. */
export function newNode(memtable: usize, bytes: u32): usize {
  const node = load<u32>(memtable, MEMTABLE_FLOOR) - bytes;
  store<u32>(memtable, node, MEMTABLE_FLOOR);
  memory.fill(node, 0, NODE_WINDOWS);
  clearWindows(node, 0);
  return node;
}

/** Splits the full nodes on the way to the leaf that (key, epoch) belongs to, `at` slots staying in the left one. Returns that leaf. */
export function splitDown(memtable: usize, at: u32, key: usize, keyLength: u32, epoch: u64): usize {
  let node: usize = load<u32>(memtable, MEMTABLE_ROOT);
  if (load<u32>(node, NODE_COUNT) == NODE_SLOTS) node = growRoot(memtable, node);
  for (let height = load<u32>(memtable, MEMTABLE_HEIGHT); height; height--) {
    const slot = childSlot(node, key, keyLength, epoch);
    let child = childAt(node, slot);
    if (load<u32>(child, NODE_COUNT) == NODE_SLOTS) {
      const right = split(memtable, child, at, height == 1);
      const separator = entryAt(right, 0);
      adopt(node, slot + 1, separator, right);
      if (compareEntry(separator, key, keyLength, epoch) <= 0) child = right;
    }
    node = child;
  }
  return node;
}

/** Puts an inner node with one slot above the root. */
function growRoot(memtable: usize, old: usize): usize {
  const root = newNode(memtable, INNER_BYTES);
  insertSlot(root, 0, 0, entryAt(old, 0));
  insertChild(root, 0, old);
  store<u32>(memtable, root, MEMTABLE_ROOT);
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
    linkRight(memtable, left, right);
  } else {
    copyBytes(right + NODE_CHILDREN, left + NODE_CHILDREN + (at << 2), moved << 2);
    store<u64>(right, 0, NODE_WINDOWS);
  }
  raisePrefix(left, u32(!isLeaf));
  raisePrefix(right, u32(!isLeaf));
  return right;
}

/** Chains a new leaf behind `left`; its own links are still a copy of those of `left`. */
function linkRight(memtable: usize, left: usize, right: usize): void {
  const next = load<u32>(left, NODE_NEXT);
  store<u32>(right, left, NODE_PREVIOUS);
  store<u32>(left, right, NODE_NEXT);
  if (next) store<u32>(next, right, NODE_PREVIOUS);
  else store<u32>(memtable, right, MEMTABLE_LAST_LEAF);
}

/** Enters a new child into its parent, which has a free slot. */
function adopt(parent: usize, slot: u32, separator: usize, child: usize): void {
  const key = entryKey(separator);
  const keyLength = entryKeyLength(separator);
  admitKey(parent, 1, key, keyLength);
  insertSlot(parent, slot, windowOf(parent, key, keyLength), separator);
  insertChild(parent, slot, child);
}

function clearWindows(node: usize, from: u32): void {
  for (let slot = from; slot < SLOTS; slot++) store<u64>(node + (slot << 3), NO_WINDOW, NODE_WINDOWS);
}
