// The memtable: one region of linear memory in which log records grow up from the start, and the nodes of a B+tree over their entries grow down
// from the end. The log record is the memory: the tree holds addresses of entries. Tree order is (stored key bytewise, epoch descending).
// Nothing is removed but by forgetting the region; an equal (key, epoch) takes the slot of the earlier one.
//
//   memtable                                                                                                memtable + bytes
//   | header, 64 B | segment header, records ..  TAIL |  free  | FLOOR  nodes ..                       | scratch, 64 B |
//
//   memtable-layout   a node's bytes            memtable-slots    changing a node       memtable-insert   batches into the tree
//   memtable-entry    an entry's fields         memtable-split    growing the tree      memtable-seek     lookups and cursors
//   memtable-node     searching a node                                                  memtable-batch    what may enter
//
// This file: the region, its nodes, and how much room they may need.

import {
  MEMTABLE_BYTES,
  MEMTABLE_COUNT,
  MEMTABLE_FIRST_LEAF,
  MEMTABLE_FLOOR,
  MEMTABLE_HEADER_BYTES,
  MEMTABLE_LAST_LEAF,
  MEMTABLE_MIN_EPOCH,
  MEMTABLE_ROOT,
  MEMTABLE_TAIL,
} from '../src/layout';
import { INNER_BYTES, LEAF_BYTES, NODE_SLOTS, NODE_WINDOW_COUNT, NODE_WINDOWS } from './memtable-layout';

/** Slots that every node holds after a split, except for one node at each edge of a level. */
export const HALF: u32 = NODE_SLOTS / 2;

const LINE_BYTES: u32 = 64;
const MAX_ROOM: u64 = 0x7fffffff; // TypeScript sees an i32

/** See Kernels.memtableInit. Without entries the smallest epoch is 2^64 - 1 and the largest 0. */
export function memtableInit(memtable: usize, bytes: u32): void {
  memory.fill(memtable, 0, MEMTABLE_HEADER_BYTES);
  store<u32>(memtable, bytes, MEMTABLE_BYTES);
  store<u32>(memtable, u32(memtable + MEMTABLE_HEADER_BYTES), MEMTABLE_TAIL);
  store<u32>(memtable, u32(memtableScratch(memtable)), MEMTABLE_FLOOR);
  store<u64>(memtable, u64.MAX_VALUE, MEMTABLE_MIN_EPOCH);
  const leaf = u32(newNode(memtable, LEAF_BYTES));
  store<u32>(memtable, leaf, MEMTABLE_ROOT);
  store<u32>(memtable, leaf, MEMTABLE_FIRST_LEAF);
  store<u32>(memtable, leaf, MEMTABLE_LAST_LEAF);
}

/** Address of 64 bytes behind the nodes, for use within one call. */
@inline
export function memtableScratch(memtable: usize): usize {
  return ((memtable + load<u32>(memtable, MEMTABLE_BYTES)) & ~(LINE_BYTES - 1)) - LINE_BYTES;
}

/** An empty node at the floor. The caller of memtableInsert made sure of the room. */
export function newNode(memtable: usize, bytes: u32): usize {
  const node: usize = load<u32>(memtable, MEMTABLE_FLOOR) - bytes;
  store<u32>(memtable, u32(node), MEMTABLE_FLOOR);
  memory.fill(node, 0, NODE_WINDOWS);
  clearWindows(node, 0);
  return node;
}

/** Marks the slots from `from` on as not in use. */
export function clearWindows(node: usize, from: u32): void {
  memory.fill(node + NODE_WINDOWS + (from << 3), 0xff, (NODE_WINDOW_COUNT - from) << 3);
}

/**
 * See Kernels.memtableRoom. An entry splits at most one leaf, and all nodes together are never more than what entries need that fill nodes by
 * half: whichever is less.
 */
export function memtableRoom(memtable: usize, count: u32): u32 {
  const leaves = nodesFor(u64(load<u32>(memtable, MEMTABLE_COUNT)) + count);
  let inner: u64 = 0;
  for (let nodes = leaves; nodes > 1; inner += nodes) nodes = nodesFor(nodes);
  const used = u64(memtableScratch(memtable)) - load<u32>(memtable, MEMTABLE_FLOOR);
  const most = inner * INNER_BYTES + leaves * LEAF_BYTES;
  const left = most > used ? most - used : 0;
  return u32(min(min(left, inner * INNER_BYTES + u64(count) * LEAF_BYTES), MAX_ROOM));
}

/** Nodes that hold so many slots, at most. */
@inline
function nodesFor(slots: u64): u64 {
  return slots <= u64(NODE_SLOTS) ? 1 : slots / HALF + 2;
}
