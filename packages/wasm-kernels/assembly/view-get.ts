// Point lookup in a view: its sources one by one, the youngest first, until a version is found that no older source can surpass.
//
// In a run one SST, one partition and one block can hold the newest version that is visible. It may hold only newer ones, though the key goes on
// behind it: where a separator is the key itself, the search follows into the next block, partition or SST.

import {
  ANSWER_EPOCH,
  ANSWER_EXPIRY,
  ANSWER_KIND,
  ANSWER_VALUE,
  ANSWER_VALUE_LENGTH,
  SOURCE_RUN,
  STATUS_CORRUPT,
  STATUS_DONE,
  STATUS_FOUND,
  STATUS_NEED_BLOCK,
  STATUS_NEED_PARTITION,
  VIEW_COUNT,
  VIEW_FIRST_HIT_WINS,
  VIEW_HEADER_BYTES,
  VIEW_SOURCE_ADDRESS,
  VIEW_SOURCE_BYTES,
  VIEW_SOURCE_KIND,
} from '../src/layout';
import {
  SEEK_BEYOND,
  SEEK_CORRUPT,
  SEEK_FOUND,
  blockSeek,
  seekEpoch,
  seekExpiry,
  seekKind,
  seekValue,
  seekValueLength,
} from './block-seek';
import { u64Of } from './bytes';
import { hashKey } from './hash';
import { memtableGet } from './memtable-seek';
import { entryEpoch, entryExpiry, entryFlags, entryKind, entryValue, entryValueLength } from './memtable-entry';
import { isPartitionSeparator, partitionCount, partitionMayHold, partitionSearch } from './partition';
import { payloadLength, residentBlock, residentPartition, tellBlock, tellPartition } from './residency';
import { runCount, runSearch, runSst } from './run';
import { topCount, topSearch } from './top-index';

/** See Kernels.viewGet. */
export function viewGet(view: usize, key: usize, keyLength: u32, epochLow: u32, epochHigh: u32, answer: usize): i32 {
  const epoch = u64Of(epochLow, epochHigh);
  const firstHitWins = load<u32>(view, VIEW_FIRST_HIT_WINS);
  const end = view + VIEW_HEADER_BYTES + load<u32>(view, VIEW_COUNT) * VIEW_SOURCE_BYTES;
  let result: i32 = STATUS_DONE;
  let hash: u64 = 0;
  let isHashed = false;
  for (let source = view + VIEW_HEADER_BYTES; source < end; source += VIEW_SOURCE_BYTES) {
    const address = load<u32>(source, VIEW_SOURCE_ADDRESS);
    if (load<u32>(source, VIEW_SOURCE_KIND) == SOURCE_RUN) {
      if (!isHashed) hash = hashKey(key, keyLength);
      isHashed = true;
      const status = seekInRun(address, key, keyLength, epoch, hash, answer);
      if (status == STATUS_FOUND) {
        if (result == STATUS_DONE || seekEpoch > load<u64>(answer, ANSWER_EPOCH)) answerFromBlock(answer);
        result = STATUS_FOUND;
      } else if (status != STATUS_DONE) {
        return status;
      }
    } else {
      const entry = memtableGet(address, key, keyLength, epochLow, epochHigh);
      if (entry) {
        if (result == STATUS_DONE || entryEpoch(entry) > load<u64>(answer, ANSWER_EPOCH)) answerFromMemtable(answer, entry);
        result = STATUS_FOUND;
      }
    }
    if (result == STATUS_FOUND && firstHitWins) break;
  }
  return result;
}

/** Seeks (key, epoch) in a run: the seek* variables of block-seek.ts hold what STATUS_FOUND found. */
function seekInRun(run: usize, key: usize, keyLength: u32, epoch: u64, hash: u64, answer: usize): i32 {
  const ssts = runCount(run);
  for (let sst = runSearch(run, key, keyLength, epoch); sst < ssts; sst++) {
    const top = runSst(run, sst);
    const partitions = topCount(top);
    for (let partition = topSearch(top, key, keyLength, epoch); partition < partitions; partition++) {
      const image = residentPartition(top, partition);
      if (!image) return tellPartition(answer, top, partition, STATUS_NEED_PARTITION);
      if (!partitionMayHold(image, hash)) return STATUS_DONE;
      const blocks = partitionCount(image);
      let block = partitionSearch(image, key, keyLength, epoch);
      if (block == blocks) return tellPartition(answer, top, partition, STATUS_CORRUPT);
      for (; block < blocks; block++) {
        const payload = residentBlock(image, block);
        if (!payload) return tellBlock(answer, top, partition, image, block, STATUS_NEED_BLOCK);
        const status = blockSeek(payload, payloadLength(payload), key, keyLength, epoch);
        if (status == SEEK_FOUND) return STATUS_FOUND;
        if (status == SEEK_CORRUPT) return tellBlock(answer, top, partition, image, block, STATUS_CORRUPT);
        if (status == SEEK_BEYOND || !isPartitionSeparator(image, block, key, keyLength)) return STATUS_DONE;
      }
    }
  }
  return STATUS_DONE;
}

function answerFromBlock(answer: usize): void {
  store<u32>(answer, seekValue, ANSWER_VALUE);
  store<u32>(answer, seekValueLength, ANSWER_VALUE_LENGTH);
  store<u32>(answer, seekKind, ANSWER_KIND);
  store<u64>(answer, seekEpoch, ANSWER_EPOCH);
  store<u64>(answer, seekExpiry, ANSWER_EXPIRY);
}

function answerFromMemtable(answer: usize, entry: usize): void {
  store<u32>(answer, entryValue(entry), ANSWER_VALUE);
  store<u32>(answer, entryValueLength(entry), ANSWER_VALUE_LENGTH);
  store<u32>(answer, entryKind(entry) | (entryFlags(entry) << 8), ANSWER_KIND);
  store<u64>(answer, entryEpoch(entry), ANSWER_EPOCH);
  store<u64>(answer, entryExpiry(entry), ANSWER_EXPIRY);
}
