// Stored blocks as output of a merge: into the output buffer, and with their payload into a cache frame where one is offered.
//
// A payload that will be compressed is put together at the far end of the output buffer and compressed from there to where it belongs.

import {
  CODEC_LZ4,
  FRAME_LENGTH,
  MERGE_BLOCK_TARGET,
  MERGE_CODEC,
  MERGE_COUNTER,
  MERGE_FILE_BYTES,
  MERGE_FILE_LONGEST_BLOCK,
  MERGE_OUT,
  MERGE_OUT_BYTES,
  MERGE_OUT_USED,
  MERGE_TERM,
  MERGE_WARM,
  MERGE_WARMED,
  MERGE_WARMED_COUNT,
  MERGE_WARMED_LIMIT,
  MERGE_WARM_COUNT,
  STATUS_DONE,
  STATUS_FULL,
  STATUS_TOO_LARGE,
  TRAILER_BYTES,
} from '../src/layout';
import { aloneBytes, writeAloneBlock } from './block-alone';
import {
  STAGE_COUNT,
  STAGE_KEYS_BYTES,
  STAGE_MAX_EPOCH,
  STAGE_MIN_EPOCH,
  STAGE_VALUES_BYTES,
  blockBound,
  blockFinish,
} from './block-builder';
import { sealBlock } from './block-seal';
import { fileNoteBlock } from './merge-file';
import {
  HEAD_EPOCH,
  HEAD_KEY_LENGTH,
  HEAD_VALUE_LENGTH,
  JOB_BLOCK_PENDING,
  JOB_LZ4_SCRATCH,
  JOB_PENDING_OFFSET,
  JOB_STAGED_BLOCK,
} from './merge-layout';
import { blockSeed } from './place-seed';

const ADDRESS_BYTES: u32 = 4;

/** Writes the staged block. STATUS_DONE, or that there is no room for it. */
export function closeBlock(merge: usize): u32 {
  const stage = merge + JOB_STAGED_BLOCK;
  const bound = blockBound(stage);
  const status = roomStatus(merge, bound);
  if (status) return status;
  const raw = load<u32>(stage, STAGE_KEYS_BYTES) + load<u32>(stage, STAGE_VALUES_BYTES);
  fileNoteBlock(merge, load<u32>(stage, STAGE_COUNT), raw, load<u64>(stage, STAGE_MIN_EPOCH), load<u64>(stage, STAGE_MAX_EPOCH));
  const payload = payloadPlace(merge, bound);
  storeBlock(merge, payload, blockFinish(stage, payload));
  return STATUS_DONE;
}

/** Writes a block of this head alone, which is larger than the target. */
export function writeAlone(merge: usize, head: usize): u32 {
  const bytes = aloneBytes(head);
  const status = roomStatus(merge, bytes);
  if (status) return status;
  const epoch = load<u64>(head, HEAD_EPOCH);
  fileNoteBlock(merge, 1, load<u32>(head, HEAD_KEY_LENGTH) + load<u32>(head, HEAD_VALUE_LENGTH), epoch, epoch);
  const payload = payloadPlace(merge, u32(bytes));
  storeBlock(merge, payload, writeAloneBlock(head, payload));
  return STATUS_DONE;
}

/** Whether a payload of at most `bound` bytes has room; one to compress has it twice unless the buffer is empty. */
function roomStatus(merge: usize, bound: u64): u32 {
  const limit = load<u32>(merge, MERGE_WARMED_LIMIT);
  if (limit && load<u32>(merge, MERGE_WARMED_COUNT) >= limit) return STATUS_FULL;
  const used = load<u32>(merge, MERGE_OUT_USED);
  const free = u64(load<u32>(merge, MERGE_OUT_BYTES) - used);
  const needed = bound + TRAILER_BYTES;
  const wanted = isCompressing(merge) ? needed + bound : needed;
  if (wanted <= free) return STATUS_DONE;
  if (used) return STATUS_FULL;
  return needed <= free ? STATUS_DONE : STATUS_TOO_LARGE;
}

@inline
function isCompressing(merge: usize): bool {
  return load<u32>(merge, MERGE_CODEC) == CODEC_LZ4;
}

/** Where a payload of at most `bound` bytes is put together, with the bytes of a trailer behind it. */
function payloadPlace(merge: usize, bound: u32): usize {
  const out = usize(load<u32>(merge, MERGE_OUT));
  if (!isCompressing(merge)) return out + load<u32>(merge, MERGE_OUT_USED);
  return out + load<u32>(merge, MERGE_OUT_BYTES) - TRAILER_BYTES - bound;
}

function storeBlock(merge: usize, payload: usize, length: u32): void {
  if (load<u32>(merge, MERGE_WARMED_LIMIT)) warm(merge, payload, length);
  const offset = load<u32>(merge, MERGE_FILE_BYTES);
  const used = load<u32>(merge, MERGE_OUT_USED);
  const seed = blockSeed(load<u32>(merge, MERGE_TERM), load<u32>(merge, MERGE_COUNTER), offset);
  const out = load<u32>(merge, MERGE_OUT) + used;
  const stored = sealBlock(payload, length, out, load<u32>(merge, MERGE_CODEC), load<u32>(merge, JOB_LZ4_SCRATCH), seed);
  store<u32>(merge, used + stored, MERGE_OUT_USED);
  store<u32>(merge, offset + stored, MERGE_FILE_BYTES);
  if (length > load<u32>(merge, MERGE_FILE_LONGEST_BLOCK)) store<u32>(merge, length, MERGE_FILE_LONGEST_BLOCK);
  store<u32>(merge, offset, JOB_PENDING_OFFSET);
  store<u32>(merge, 1, JOB_BLOCK_PENDING);
}

/** Copies the payload to a frame, if there is one and it fits, and notes which. */
function warm(merge: usize, payload: usize, length: u32): void {
  const left = load<u32>(merge, MERGE_WARM_COUNT);
  let frame: usize = 0;
  if (left && length <= load<u32>(merge, MERGE_BLOCK_TARGET)) {
    frame = load<u32>(load<u32>(merge, MERGE_WARM) + (left - 1) * ADDRESS_BYTES);
    store<u32>(merge, left - 1, MERGE_WARM_COUNT);
    memory.copy(frame, payload, length);
    store<u32>(frame + FRAME_LENGTH, length);
  }
  const warmed = load<u32>(merge, MERGE_WARMED_COUNT);
  store<u32>(load<u32>(merge, MERGE_WARMED) + warmed * ADDRESS_BYTES, frame);
  store<u32>(merge, warmed + 1, MERGE_WARMED_COUNT);
}
