// Partitions as output of a merge: a block that was written joins the staged partition once its separator is known; a partition that is complete
// goes to the buffer of partitions.

import {
  EPOCH_IN_SEPARATOR,
  MERGE_COUNTER,
  MERGE_FILE_BYTES,
  MERGE_FILE_PARTITIONS,
  MERGE_META,
  MERGE_META_BYTES,
  MERGE_META_USED,
  MERGE_TERM,
  STATUS_DONE,
  STATUS_FULL,
  STATUS_TOO_LARGE,
} from '../src/layout';
import { copyBytes } from './bytes';
import {
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  JOB_BLOCK_PENDING,
  JOB_META_OFFSET,
  JOB_PENDING_OFFSET,
  JOB_STAGED_PARTITION,
  JOB_WRITTEN,
  JOB_WRITTEN_EPOCH,
  JOB_WRITTEN_LENGTH,
} from './merge-layout';
import { partitionAdd, partitionBytes, partitionFinish, partitionSeparator, partitionTakes } from './partition-builder';
import { metaSeed } from './place-seed';
import { writeSeparator } from './separator';

/** Indexes the pending block, the next block starting with the head, whose key shares `shared` bytes with the last key written. */
export function indexBlockBefore(merge: usize, head: usize, shared: u32): u32 {
  const last = usize(load<u32>(merge, JOB_WRITTEN));
  const lastLength = load<u32>(merge, JOB_WRITTEN_LENGTH);
  const lastEpoch = load<u64>(merge, JOB_WRITTEN_EPOCH);
  const separator = partitionSeparator(merge + JOB_STAGED_PARTITION);
  const nextLength = load<u32>(head, HEAD_KEY_LENGTH);
  return indexBlock(merge, writeSeparator(separator, last, lastLength, lastEpoch, load<u32>(head, HEAD_KEY), nextLength, shared));
}

/** Indexes the pending block, the last of its file. */
export function indexLastBlock(merge: usize): u32 {
  const length = load<u32>(merge, JOB_WRITTEN_LENGTH);
  copyBytes(partitionSeparator(merge + JOB_STAGED_PARTITION), load<u32>(merge, JOB_WRITTEN), length);
  return indexBlock(merge, length);
}

/** The separator stands at partitionSeparator. STATUS_DONE, or that the partition before has no room. */
function indexBlock(merge: usize, separatorLength: u32): u32 {
  const part = merge + JOB_STAGED_PARTITION;
  if (!partitionTakes(part, separatorLength)) {
    const separator = partitionSeparator(part);
    const status = finishPartition(merge);
    if (status) return status;
    memory.copy(partitionSeparator(part), separator, separatorLength & ~EPOCH_IN_SEPARATOR);
  }
  partitionAdd(part, load<u32>(merge, JOB_PENDING_OFFSET), load<u32>(merge, MERGE_FILE_BYTES), separatorLength);
  store<u32>(merge, 0, JOB_BLOCK_PENDING);
  return STATUS_DONE;
}

/** Writes the staged partition. STATUS_DONE, or that there is no room for it. */
export function finishPartition(merge: usize): u32 {
  const part = merge + JOB_STAGED_PARTITION;
  const bytes = partitionBytes(part);
  const used = load<u32>(merge, MERGE_META_USED);
  if (bytes > load<u32>(merge, MERGE_META_BYTES) - used) return used ? STATUS_FULL : STATUS_TOO_LARGE;
  const offset = load<u32>(merge, JOB_META_OFFSET);
  const seed = metaSeed(load<u32>(merge, MERGE_TERM), load<u32>(merge, MERGE_COUNTER), offset);
  partitionFinish(part, load<u32>(merge, MERGE_META) + used, seed);
  store<u32>(merge, used + bytes, MERGE_META_USED);
  store<u32>(merge, offset + bytes, JOB_META_OFFSET);
  store<u32>(merge, load<u32>(merge, MERGE_FILE_PARTITIONS) + 1, MERGE_FILE_PARTITIONS);
  return STATUS_DONE;
}
