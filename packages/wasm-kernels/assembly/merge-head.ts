// The head of a merge's input (its fields: merge-layout.ts) as entries take their turn in it.

import { INPUT_ASSIGNED, INPUT_ASSIGNED_EPOCH, STATUS_DONE } from '../src/layout';
import { commonPrefix } from './bytes';
import { EXHAUSTED, HEAD_EPOCH, HEAD_KEY, HEAD_KEY_LENGTH, HEAD_SHARED } from './merge-layout';

/** The epoch of an input's entry, unless all its entries have an assigned one. */
@inline
export function epochOf(input: usize, epoch: u64): u64 {
  return load<u32>(input, INPUT_ASSIGNED) ? load<u64>(input, INPUT_ASSIGNED_EPOCH) : epoch;
}

/** How many bytes the key shares with the head's, of which it is known to share `known` already. `rest`: the key behind these. */
@inline
export function sharedWithHead(input: usize, known: u32, rest: usize, restLength: u32): u32 {
  const limit = min(load<u32>(input, HEAD_KEY_LENGTH) - known, restLength);
  const headRest = usize(load<u32>(input, HEAD_KEY) + known);
  if (!limit || load<u8>(headRest) != load<u8>(rest)) return known; // as a block says it
  return known + commonPrefix(headRest, rest, limit);
}

/**
 * True when an entry sorts at or behind the head: its key shares `shared` bytes with the head's and has `restLength` more at `rest`. An equal entry
 * is in order as well: entries with an assigned epoch may be equal, and the merge drops the second.
 */
@inline
export function isInOrder(input: usize, shared: u32, rest: usize, restLength: u32, epoch: u64): bool {
  const headRest = load<u32>(input, HEAD_KEY_LENGTH) - shared;
  if (headRest && restLength) return load<u8>(load<u32>(input, HEAD_KEY) + shared) < load<u8>(rest);
  return headRest ? false : restLength != 0 || epoch <= load<u64>(input, HEAD_EPOCH);
}

/** The input has no entry left. */
export function exhaustHead(input: usize): u32 {
  store<i32>(input, EXHAUSTED, HEAD_SHARED);
  return STATUS_DONE;
}
