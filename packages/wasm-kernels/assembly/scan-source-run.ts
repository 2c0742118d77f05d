// A run as a source of a scan: the SSTs, partitions and blocks of its range one behind the other, in either direction; at most one partition and one
// block are in use at a time. Each call gives the entries of one restart interval. What is not resident interrupts; the next call goes on there.

import { SCAN_ANSWER, STATUS_CORRUPT, STATUS_DONE, STATUS_FOUND, STATUS_NEED_BLOCK, STATUS_NEED_PARTITION } from '../src/layout';
import {
  CURSOR_AT_END,
  CURSOR_AT_ENTRY,
  CURSOR_CORRUPT,
  blockCursorFirst,
  blockCursorLast,
  blockCursorNextInterval,
  blockCursorPreviousInterval,
  blockCursorSeekGe,
  blockCursorSeekLt,
} from './block-cursor';
import { comparePartitionSeparator, partitionCount, partitionSearch } from './partition';
import { payloadLength, residentBlock, residentPartition, tellBlock, tellPartition } from './residency';
import { runCount, runSearch, runSst } from './run';
import {
  BLOCK_LAST,
  BLOCK_SOUGHT,
  GOAL_ENTER,
  GOAL_SEEK,
  GOAL_STEP,
  PARTITION_LAST,
  SOURCE_ADDRESS,
  SOURCE_BLOCK,
  SOURCE_CURSOR,
  SOURCE_GOAL,
  SOURCE_IMAGE,
  SOURCE_PARTITION,
  SOURCE_PAYLOAD,
  SOURCE_SST,
  STATE_LOWER,
  STATE_LOWER_LENGTH,
  STATE_UPPER,
  STATE_UPPER_LENGTH,
} from './scan-layout';
import { compareTopSeparator, topCount, topSearch } from './top-index';

/** Before all versions of a key. */
const NEWEST: u64 = u64.MAX_VALUE;

/** The next decoded entries, at least one: STATUS_FOUND. With STATUS_DONE, STATUS_NEED_* and STATUS_CORRUPT there are none. */
export function fillFromRun(scan: usize, source: usize, isReverse: bool): i32 {
  const goal = load<u32>(source, SOURCE_GOAL);
  if (goal == GOAL_SEEK && !locate(scan, source, isReverse)) return STATUS_DONE;
  if (goal == GOAL_STEP) {
    const cursor = source + SOURCE_CURSOR;
    const stepped = isReverse ? blockCursorPreviousInterval(cursor) : blockCursorNextInterval(cursor);
    if (stepped == CURSOR_AT_ENTRY) return STATUS_FOUND;
    if (stepped == CURSOR_CORRUPT) return tellSourceBlock(scan, source, STATUS_CORRUPT);
    if (!leaveBlock(scan, source, isReverse)) return STATUS_DONE;
  }
  while (true) {
    const status = enterBlock(scan, source, isReverse);
    if (status != STATUS_DONE) return status;
    if (!leaveBlock(scan, source, isReverse)) return STATUS_DONE;
  }
}

/** Where the scan starts: which block, a partition tells once it is resident. False when no SST reaches into the range. */
function locate(scan: usize, source: usize, isReverse: bool): bool {
  const run = load<u32>(source, SOURCE_ADDRESS);
  const ssts = runCount(run);
  if (!ssts) return false;
  const bound = startBound(scan, isReverse);
  if (bound) {
    const length = startBoundLength(scan, isReverse);
    const sst = runSearch(run, bound, length, NEWEST);
    if (sst < ssts) {
      place(source, sst, topSearch(runSst(run, sst), bound, length, NEWEST), BLOCK_SOUGHT);
      return true;
    }
    if (!isReverse) return false;
  }
  store<u32>(source, GOAL_ENTER, SOURCE_GOAL);
  if (isReverse) place(source, ssts - 1, PARTITION_LAST, BLOCK_LAST);
  else place(source, 0, 0, 0);
  return true;
}

/** Opens the block where the source stands. STATUS_DONE: it has no entry on this side of the bound. */
function enterBlock(scan: usize, source: usize, isReverse: bool): i32 {
  const top = runSst(load<u32>(source, SOURCE_ADDRESS), load<u32>(source, SOURCE_SST));
  const partition = sourcePartition(source, top);
  const image = residentPartition(top, partition);
  store<u32>(source, image, SOURCE_IMAGE);
  if (!image) return tellPartition(scan + SCAN_ANSWER, top, partition, STATUS_NEED_PARTITION);
  store<u32>(source, partition, SOURCE_PARTITION);
  if (!resolveBlock(scan, source, image, isReverse)) return tellPartition(scan + SCAN_ANSWER, top, partition, STATUS_CORRUPT);
  const payload = residentBlock(image, load<u32>(source, SOURCE_BLOCK));
  if (!payload) return tellSourceBlock(scan, source, STATUS_NEED_BLOCK);
  const opened = openPayload(scan, source, payload, isReverse);
  if (opened == CURSOR_CORRUPT) return tellSourceBlock(scan, source, STATUS_CORRUPT);
  if (opened == CURSOR_AT_END) return STATUS_DONE;
  store<u32>(source, payload, SOURCE_PAYLOAD);
  store<u32>(source, GOAL_STEP, SOURCE_GOAL);
  return STATUS_FOUND;
}

/** Makes the source's block an index. False when the partition contradicts the top index. */
function resolveBlock(scan: usize, source: usize, image: usize, isReverse: bool): bool {
  let block = load<u32>(source, SOURCE_BLOCK);
  if (block == BLOCK_SOUGHT) block = partitionSearch(image, startBound(scan, isReverse), startBoundLength(scan, isReverse), NEWEST);
  else if (block == BLOCK_LAST) block = partitionCount(image) - 1;
  store<u32>(source, block, SOURCE_BLOCK);
  return block < partitionCount(image);
}

function openPayload(scan: usize, source: usize, payload: usize, isReverse: bool): i32 {
  const cursor = source + SOURCE_CURSOR;
  const length = payloadLength(payload);
  if (load<u32>(source, SOURCE_GOAL) == GOAL_ENTER) {
    return isReverse ? blockCursorLast(cursor, payload, length) : blockCursorFirst(cursor, payload, length);
  }
  const bound = startBound(scan, isReverse);
  const boundLength = startBoundLength(scan, isReverse);
  return isReverse
    ? blockCursorSeekLt(cursor, payload, length, bound, boundLength, NEWEST)
    : blockCursorSeekGe(cursor, payload, length, bound, boundLength, NEWEST);
}

/** Moves to the next block in the scan's direction. False when there is none, or its entries lie beyond the range. */
function leaveBlock(scan: usize, source: usize, isReverse: bool): bool {
  store<u32>(source, 0, SOURCE_PAYLOAD);
  store<u32>(source, GOAL_ENTER, SOURCE_GOAL);
  return isReverse ? toPreviousBlock(scan, source) : toNextBlock(scan, source);
}

function toNextBlock(scan: usize, source: usize): bool {
  const run = load<u32>(source, SOURCE_ADDRESS);
  const sst = load<u32>(source, SOURCE_SST);
  const partition = load<u32>(source, SOURCE_PARTITION);
  const image = load<u32>(source, SOURCE_IMAGE);
  const block = load<u32>(source, SOURCE_BLOCK);
  const upper = load<u32>(scan, STATE_UPPER);
  if (upper && comparePartitionSeparator(image, block, upper, load<u32>(scan, STATE_UPPER_LENGTH), NEWEST) >= 0) return false;
  if (block + 1 < partitionCount(image)) place(source, sst, partition, block + 1);
  else if (partition + 1 < topCount(runSst(run, sst))) place(source, sst, partition + 1, 0);
  else if (sst + 1 < runCount(run)) place(source, sst + 1, 0, 0);
  else return false;
  return true;
}

function toPreviousBlock(scan: usize, source: usize): bool {
  const sst = load<u32>(source, SOURCE_SST);
  const partition = load<u32>(source, SOURCE_PARTITION);
  const block = load<u32>(source, SOURCE_BLOCK);
  if (block) place(source, sst, partition, block - 1);
  else if (partition) place(source, sst, partition - 1, BLOCK_LAST);
  else if (sst) place(source, sst - 1, PARTITION_LAST, BLOCK_LAST);
  else return false;
  return !load<u32>(scan, STATE_LOWER) || reachesLower(scan, source);
}

/** False when the separator of the block where the source stands says that its entries lie below the range. */
function reachesLower(scan: usize, source: usize): bool {
  const lower = load<u32>(scan, STATE_LOWER);
  const length = load<u32>(scan, STATE_LOWER_LENGTH);
  const block = load<u32>(source, SOURCE_BLOCK);
  if (block != BLOCK_LAST) return comparePartitionSeparator(load<u32>(source, SOURCE_IMAGE), block, lower, length, NEWEST) >= 0;
  const top = runSst(load<u32>(source, SOURCE_ADDRESS), load<u32>(source, SOURCE_SST));
  return compareTopSeparator(top, sourcePartition(source, top), lower, length, NEWEST) >= 0;
}

/** Index of the partition where the source stands. */
function sourcePartition(source: usize, top: usize): u32 {
  return min(load<u32>(source, SOURCE_PARTITION), topCount(top) - 1);
}

function place(source: usize, sst: u32, partition: u32, block: u32): void {
  store<u32>(source, sst, SOURCE_SST);
  store<u32>(source, partition, SOURCE_PARTITION);
  store<u32>(source, block, SOURCE_BLOCK);
}

function tellSourceBlock(scan: usize, source: usize, status: i32): i32 {
  const top = runSst(load<u32>(source, SOURCE_ADDRESS), load<u32>(source, SOURCE_SST));
  const image = load<u32>(source, SOURCE_IMAGE);
  return tellBlock(scan + SCAN_ANSWER, top, load<u32>(source, SOURCE_PARTITION), image, load<u32>(source, SOURCE_BLOCK), status);
}

@inline
function startBound(scan: usize, isReverse: bool): usize {
  return load<u32>(scan + (isReverse ? STATE_UPPER : STATE_LOWER));
}

@inline
function startBoundLength(scan: usize, isReverse: bool): u32 {
  return load<u32>(scan + (isReverse ? STATE_UPPER_LENGTH : STATE_LOWER_LENGTH));
}
