// Merging, for flush and compaction: entries of any number of inputs (memtables, sequences of stored blocks) in order into files of blocks and
// partitions, dropping what no reader can see. The kernel does no I/O: it returns a status when it wants stored bytes or room, and the next call
// goes on where it stopped. See Kernels.mergeRun, and the MERGE_* and INPUT_* fields of src/layout.ts.
//
//   inputs (merge-input.ts) -> loser tree (merge-tree.ts) -> visibility (merge-visibility.ts) -> output (merge-output.ts)

import {
  MERGE_BLOCK_TARGET,
  MERGE_CORRUPT_OFFSET,
  MERGE_INPUT,
  MERGE_INPUTS,
  MERGE_LARGEST,
  MERGE_LONGEST_KEY,
  MERGE_PARTITION_TARGET,
  MERGE_READ_ENTRIES,
  MERGE_SMALLEST,
  STATUS_DONE,
  STATUS_FOUND,
  STATUS_SLICE,
} from '../src/layout';
import { blockInit, stageBytes } from './block-builder';
import { alignUp } from './bytes';
import { fileNoteDropped, fileStart } from './merge-file';
import { inputBytes, inputNext, inputStart } from './merge-input';
import {
  BLOCK_OFFSET,
  EXHAUSTED,
  HEAD_SHARED,
  JOB_BLOCK_PENDING,
  JOB_BYTES,
  JOB_CONSUMED,
  JOB_FILE_ENDED,
  JOB_KEY_LENGTH,
  JOB_LZ4_SCRATCH,
  JOB_OPENED,
  JOB_SHARED,
  JOB_STAGED_BLOCK,
  JOB_STAGED_PARTITION,
  JOB_TREE,
  JOB_WINNER,
  JOB_WRITTEN,
  NO_KEY,
} from './merge-layout';
import { endFile, writeHead } from './merge-output';
import { treeBytes, treeEnter, treeNode, treeStart } from './merge-tree';
import { isKept, noteConsumed, noteKept } from './merge-visibility';
import { partitionInit, partitionStageBytes } from './partition-builder';
import { SLACK } from './slack';

const LZ4_SCRATCH_BYTES: u32 = 16384;

/** See Kernels.mergeInputBytes. */
export function mergeInputBytes(longestKey: u32): u32 {
  return inputBytes(longestKey);
}

/** See Kernels.mergeBytes. */
export function mergeBytes(inputs: u32, longestKey: u32, blockTarget: u32, partitionTarget: u32): u32 {
  const stages = stageBytes(blockTarget) + partitionStageBytes(partitionTarget, blockTarget, longestKey);
  return (
    JOB_BYTES + inputs * inputBytes(longestKey) + alignUp(treeBytes(inputs), 8) + 2 * keyBytes(longestKey) + LZ4_SCRATCH_BYTES + stages
  );
}

/** See Kernels.mergeInput. */
export function mergeInput(merge: usize, index: u32): usize {
  return merge + JOB_BYTES + index * inputBytes(load<u32>(merge, MERGE_LONGEST_KEY));
}

/** See Kernels.mergeStart. */
export function mergeStart(merge: usize): void {
  const inputs = load<u32>(merge, MERGE_INPUTS);
  const longestKey = load<u32>(merge, MERGE_LONGEST_KEY);
  for (let i: u32 = 0; i < inputs; i++) inputStart(mergeInput(merge, i), longestKey, treeNode(inputs, i));
  placeBuffers(merge, mergeInput(merge, inputs), longestKey);
  treeStart(merge);
  fileStart(merge);
  store<u32>(merge, 0, JOB_WINNER);
  store<u32>(merge, 0, JOB_CONSUMED);
  store<u32>(merge, 0, JOB_OPENED);
  store<u32>(merge, NO_KEY, JOB_KEY_LENGTH);
  store<u32>(merge, 0, JOB_SHARED);
  store<u32>(merge, 0, JOB_BLOCK_PENDING);
  store<u32>(merge, 0, JOB_FILE_ENDED);
  store<u32>(merge, 0, MERGE_READ_ENTRIES);
}

function placeBuffers(merge: usize, free: usize, longestKey: u32): void {
  const blockTarget = load<u32>(merge, MERGE_BLOCK_TARGET);
  store<u32>(merge, free, JOB_TREE);
  free += alignUp(treeBytes(load<u32>(merge, MERGE_INPUTS)), 8);
  store<u32>(merge, free, MERGE_SMALLEST);
  free += keyBytes(longestKey);
  store<u32>(merge, free, MERGE_LARGEST);
  store<u32>(merge, free, JOB_WRITTEN);
  free += keyBytes(longestKey);
  store<u32>(merge, free, JOB_LZ4_SCRATCH);
  free += LZ4_SCRATCH_BYTES;
  blockInit(merge + JOB_STAGED_BLOCK, blockTarget, free);
  free += stageBytes(blockTarget);
  partitionInit(merge + JOB_STAGED_PARTITION, load<u32>(merge, MERGE_PARTITION_TARGET), longestKey, free);
}

function keyBytes(longestKey: u32): u32 {
  return alignUp(longestKey + SLACK, 8);
}

/** See Kernels.mergeRun. */
export function mergeRun(merge: usize, maxEntries: u32): u32 {
  if (load<u32>(merge, JOB_FILE_ENDED)) {
    store<u32>(merge, 0, JOB_FILE_ENDED);
    fileStart(merge);
  }
  let status = openInputs(merge);
  while (!status) {
    const consumed = usize(load<u32>(merge, JOB_CONSUMED));
    if (consumed) {
      status = refill(merge, consumed);
      if (status) return status;
      store<u32>(merge, 0, JOB_CONSUMED);
    }
    const head = usize(load<u32>(merge, JOB_WINNER));
    if (!head || load<i32>(head, HEAD_SHARED) == EXHAUSTED) return endFile(merge, STATUS_DONE);
    if (!maxEntries--) return STATUS_SLICE;
    status = consume(merge, head);
  }
  return status;
}

/** Gives every input its first head. */
function openInputs(merge: usize): u32 {
  const inputs = load<u32>(merge, MERGE_INPUTS);
  for (let i = load<u32>(merge, JOB_OPENED); i < inputs; i++) {
    const status = refill(merge, mergeInput(merge, i));
    if (status) return status;
    store<u32>(merge, i + 1, JOB_OPENED);
  }
  return STATUS_DONE;
}

/** Moves the input's head on and puts it into the tree. STATUS_DONE, STATUS_NEED_INPUT or STATUS_CORRUPT. */
@inline
function refill(merge: usize, input: usize): u32 {
  const status = inputNext(input);
  if (status != STATUS_FOUND && status != STATUS_DONE) return report(merge, input, status);
  treeEnter(merge, input);
  return STATUS_DONE;
}

function report(merge: usize, input: usize, status: u32): u32 {
  store<u32>(merge, u32(input - mergeInput(merge, 0)) / inputBytes(load<u32>(merge, MERGE_LONGEST_KEY)), MERGE_INPUT);
  store<u32>(merge, load<u32>(input, BLOCK_OFFSET), MERGE_CORRUPT_OFFSET);
  return status;
}

/** Writes or drops the head that sorts first. Unless it returns STATUS_DONE nothing was consumed. */
@inline
function consume(merge: usize, head: usize): u32 {
  if (isKept(merge, head)) {
    const status = writeHead(merge, head);
    if (status) return status;
    noteKept(merge, head);
  } else {
    fileNoteDropped(merge, load<u32>(head, HEAD_SHARED));
  }
  noteConsumed(merge, head);
  store<u32>(merge, load<u32>(merge, MERGE_READ_ENTRIES) + 1, MERGE_READ_ENTRIES);
  store<u32>(merge, head, JOB_CONSUMED);
  return STATUS_DONE;
}
