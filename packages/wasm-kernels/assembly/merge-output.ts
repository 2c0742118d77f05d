// What a merge writes: entries become blocks, blocks partitions, and both files. One file at a time; a file ends at a user key.
//
// Every step looks first whether what it writes has room and changes nothing when it has not: after a drain the same entry is offered again, and
// steps that were done are not done twice. A block that was written waits for its separator (it is pending) until the key behind it is known.

import { MERGE_FILE_BYTES, MERGE_FILE_TARGET, STATUS_DONE, STATUS_FILE_DONE } from '../src/layout';
import { BLOCK_ALONE, BLOCK_TOOK, STAGE_COUNT, blockAdd } from './block-builder';
import { hashKey } from './hash';
import { closeBlock, writeAlone } from './merge-block-output';
import { fileEnd, fileNoteWritten } from './merge-file';
import {
  HEAD_KEY,
  HEAD_KEY_LENGTH,
  HEAD_SHARED,
  JOB_BLOCK_PENDING,
  JOB_FILE_ENDED,
  JOB_SHARED,
  JOB_STAGED_BLOCK,
  JOB_STAGED_PARTITION,
  JOB_WRITTEN_LENGTH,
} from './merge-layout';
import { finishPartition, indexBlockBefore, indexLastBlock } from './merge-partition-output';
import { PART_COUNT, partitionAddHash } from './partition-builder';

/**
 * Writes the head: STATUS_DONE. Otherwise it was not written: STATUS_FULL or STATUS_TOO_LARGE (there is no room), STATUS_FILE_DONE (the file ended
 * before this head).
 */
@inline
export function writeHead(merge: usize, head: usize): u32 {
  const shared = min(load<u32>(head, HEAD_SHARED), load<u32>(merge, JOB_SHARED));
  const keyLength = load<u32>(head, HEAD_KEY_LENGTH);
  const isSameKey = keyLength == load<u32>(merge, JOB_WRITTEN_LENGTH) && shared == keyLength;
  for (;;) {
    const fileBytes = load<u32>(merge, MERGE_FILE_BYTES);
    if (fileBytes && fileBytes >= load<u32>(merge, MERGE_FILE_TARGET) && !isSameKey) return endFile(merge, STATUS_FILE_DONE);
    let status: u32 = STATUS_DONE;
    if (load<u32>(merge, JOB_BLOCK_PENDING)) status = indexBlockBefore(merge, head, shared);
    if (status) return status;
    const answer = blockAdd(merge + JOB_STAGED_BLOCK, head, shared);
    if (answer == BLOCK_TOOK) break;
    status = answer == BLOCK_ALONE ? writeAlone(merge, head) : closeBlock(merge);
    if (status) return status;
    if (answer == BLOCK_ALONE) break;
  }
  const isFirstOfBlock = load<u32>(merge + JOB_STAGED_BLOCK, STAGE_COUNT) <= 1;
  if (!isSameKey || isFirstOfBlock) partitionAddHash(merge + JOB_STAGED_PARTITION, hashKey(load<u32>(head, HEAD_KEY), keyLength));
  fileNoteWritten(merge, head, shared);
  return STATUS_DONE;
}

/** Completes the file, if one is open. Returns `done` afterwards, or STATUS_FULL or STATUS_TOO_LARGE. */
export function endFile(merge: usize, done: u32): u32 {
  let status: u32 = STATUS_DONE;
  if (load<u32>(merge + JOB_STAGED_BLOCK, STAGE_COUNT)) status = closeBlock(merge);
  if (!status && load<u32>(merge, JOB_BLOCK_PENDING)) status = indexLastBlock(merge);
  if (!status && load<u32>(merge + JOB_STAGED_PARTITION, PART_COUNT)) status = finishPartition(merge);
  if (status) return status;
  fileEnd(merge);
  store<u32>(merge, 1, JOB_FILE_ENDED);
  return done;
}
