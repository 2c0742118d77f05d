// The inputs of a merge: each moves its head from entry to entry of a memtable or of a sequence of stored blocks.

import { INPUT_KIND, INPUT_MEMTABLE, SOURCE_MEMTABLE } from '../src/layout';
import { alignUp } from './bytes';
import { nextBlockEntry } from './merge-block-input';
import {
  BLOCK_AT,
  BLOCK_KEYS_END,
  BLOCK_OFFSET,
  HEAD_EPOCH,
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  HEAD_NODE,
  INPUT_CURSOR,
  INPUT_KEY_BUFFER,
  INPUT_LONGEST_KEY,
} from './merge-layout';
import { nextMemtableEntry } from './merge-memtable-input';
import { memtableFirst } from './memtable-seek';
import { SLACK } from './slack';

const INPUT_ALIGNMENT: u32 = 64;

/** Bytes of one input whose longest stored key has `longestKey` bytes. */
export function inputBytes(longestKey: u32): u32 {
  return alignUp(INPUT_KEY_BUFFER + longestKey + SLACK, INPUT_ALIGNMENT);
}

/** Puts an input, of which the INPUT_* fields are filled, before its first entry. `node`: where its heads enter the tree. */
export function inputStart(input: usize, longestKey: u32, node: u32): void {
  store<u32>(input, longestKey, INPUT_LONGEST_KEY);
  store<u32>(input, node, HEAD_NODE);
  // Nothing sorts before the empty key with the largest epoch: what the first entry is compared with.
  store<u32>(input, input + INPUT_KEY_BUFFER, HEAD_KEY);
  store<u32>(input, 0, HEAD_KEY_LENGTH);
  store<u64>(input, u64.MAX_VALUE, HEAD_EPOCH);
  store<u32>(input, 0, BLOCK_AT);
  store<u32>(input, 0, BLOCK_KEYS_END);
  store<u32>(input, 0, BLOCK_OFFSET);
  if (load<u32>(input, INPUT_KIND) == SOURCE_MEMTABLE) memtableFirst(load<u32>(input, INPUT_MEMTABLE), input + INPUT_CURSOR);
}

/**
 * Moves the head to the next entry: STATUS_FOUND, STATUS_DONE (none is left: the head is EXHAUSTED), STATUS_NEED_INPUT or STATUS_CORRUPT (the head
 * stays where it is).
 */
@inline
export function inputNext(input: usize): u32 {
  return load<u32>(input, INPUT_KIND) == SOURCE_MEMTABLE ? nextMemtableEntry(input) : nextBlockEntry(input);
}
