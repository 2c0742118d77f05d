// Positions in a memtable's tree, for the kernels that scan and merge. Tree order is (stored key bytewise, epoch descending).
//
// A cursor is two u32 fields of the caller's structure: the leaf, 0 when the cursor stands nowhere, and the slot in it. It stays where it is put
// until the next insert, which moves slots: use it inside one kernel call, or seek again (memtableSeekGe with the key and epoch last seen) at
// the start of each call. Stepping past either end leaves it standing nowhere, and there it stays until it is sought again.

import { MEMTABLE_COUNT, MEMTABLE_FIRST_LEAF, MEMTABLE_LAST_LEAF } from '../src/layout';
import { compareBytes, u64Of } from './bytes';
import { entryKey, entryKeyLength } from './memtable-entry';
import { NODE_NEXT, NODE_PREFIX_LENGTH, NODE_PREVIOUS } from './memtable-layout';
import { entryAt, leafFor, nodeCount, slotsBefore, windowAt, windowOf } from './memtable-node';

export const CURSOR_LEAF = 0;
export const CURSOR_SLOT = 4;
export const CURSOR_BYTES = 8;

/** See Kernels.memtableGet. */
export function memtableGet(memtable: usize, key: usize, keyLength: u32, epochLow: u32, epochHigh: u32): usize {
  const epoch = u64Of(epochLow, epochHigh);
  let leaf = leafFor(memtable, key, keyLength, epoch);
  let slot = slotsBefore(leaf, key, keyLength, epoch);
  if (slot == nodeCount(leaf)) {
    leaf = load<u32>(leaf, NODE_NEXT);
    slot = 0;
  }
  return leaf && holdsKey(leaf, slot, key, keyLength) ? entryAt(leaf, slot) : 0;
}

/**
 * Whether the slot's entry has this key. Windows tell most absent keys without a look at an entry; those of a key without the node's prefix mean
 * nothing, and lead to a look in vain at worst.
 */
@inline
function holdsKey(leaf: usize, slot: u32, key: usize, keyLength: u32): bool {
  if (keyLength < load<u32>(leaf, NODE_PREFIX_LENGTH) || windowAt(leaf, slot) != windowOf(leaf, key, keyLength)) return false;
  const entry = entryAt(leaf, slot);
  return !compareBytes(entryKey(entry), entryKeyLength(entry), key, keyLength);
}

/** Puts the cursor on the first entry at or after (key, epoch): the key's newest entry with an epoch at most `epoch`, or else the next key's newest. */
export function memtableSeekGe(memtable: usize, key: usize, keyLength: u32, epoch: u64, cursor: usize): void {
  const leaf = leafFor(memtable, key, keyLength, epoch);
  place(cursor, leaf, slotsBefore(leaf, key, keyLength, epoch));
  stepOverEnd(cursor, leaf);
}

/** Puts the cursor on the last entry strictly before (key, epoch). With the largest epoch: on the last entry of any smaller key. */
export function memtableSeekLt(memtable: usize, key: usize, keyLength: u32, epoch: u64, cursor: usize): void {
  const leaf = leafFor(memtable, key, keyLength, epoch);
  place(cursor, leaf, slotsBefore(leaf, key, keyLength, epoch));
  memtablePrevious(cursor);
}

export function memtableFirst(memtable: usize, cursor: usize): void {
  place(cursor, load<u32>(memtable, MEMTABLE_COUNT) ? load<u32>(memtable, MEMTABLE_FIRST_LEAF) : u32(0), 0);
}

export function memtableLast(memtable: usize, cursor: usize): void {
  if (!load<u32>(memtable, MEMTABLE_COUNT)) return place(cursor, 0, 0);
  placeAtEnd(cursor, load<u32>(memtable, MEMTABLE_LAST_LEAF));
}

/** One entry onwards. */
@inline
export function memtableNext(cursor: usize): void {
  const leaf = load<u32>(cursor, CURSOR_LEAF);
  if (!leaf) return;
  store<u32>(cursor, load<u32>(cursor, CURSOR_SLOT) + 1, CURSOR_SLOT);
  stepOverEnd(cursor, leaf);
}

/** One entry back. */
@inline
export function memtablePrevious(cursor: usize): void {
  const leaf = load<u32>(cursor, CURSOR_LEAF);
  if (!leaf) return;
  const slot = load<u32>(cursor, CURSOR_SLOT);
  if (slot) store<u32>(cursor, slot - 1, CURSOR_SLOT);
  else placeAtEnd(cursor, load<u32>(leaf, NODE_PREVIOUS));
}

/** Address of the entry under the cursor (its fields: memtable-entry.ts), 0 when it stands nowhere. */
@inline
export function memtableEntry(cursor: usize): usize {
  const leaf = load<u32>(cursor, CURSOR_LEAF);
  return leaf ? entryAt(leaf, load<u32>(cursor, CURSOR_SLOT)) : 0;
}

@inline
function place(cursor: usize, leaf: usize, slot: u32): void {
  store<u32>(cursor, leaf, CURSOR_LEAF);
  store<u32>(cursor, slot, CURSOR_SLOT);
}

/** On the last slot of the leaf, or nowhere without one: only an empty tree has an empty leaf. */
function placeAtEnd(cursor: usize, leaf: usize): void {
  place(cursor, leaf, leaf ? nodeCount(leaf) - 1 : 0);
}

/** A slot behind the leaf's last is the first slot of the next leaf. */
@inline
function stepOverEnd(cursor: usize, leaf: usize): void {
  if (load<u32>(cursor, CURSOR_SLOT) >= nodeCount(leaf)) place(cursor, load<u32>(leaf, NODE_NEXT), 0);
}
