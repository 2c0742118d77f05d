// Stored blocks as input of a merge: chunks of consecutive blocks, one block checked and decompressed at a time, its entries decoded one by one.
//
// The tree of the merge wants to know what a key shares with its predecessor, which the block says nearly for nothing; so a key is put together by
// writing only the bytes that differ over the previous one, and there is no reason to decode whole intervals. An input that is not in order is
// corrupt: the codes of the tree and the prefixes of the output rest on the order. The decoder trusts no length of a payload.

import {
  BLOCK_BASE_EPOCH,
  BLOCK_VALUES,
  INPUT_BLOCK,
  INPUT_BLOCK_END,
  INPUT_COUNTER,
  INPUT_DATA,
  INPUT_DATA_OFFSET,
  INPUT_LAST,
  INPUT_PARTITION,
  INPUT_PAYLOAD,
  INPUT_PAYLOAD_BYTES,
  INPUT_TERM,
  SLOT_OFFSET,
  STATUS_CORRUPT,
  STATUS_FOUND,
  STATUS_NEED_INPUT,
} from '../src/layout';
import {
  PLAIN_HEADER_BYTES,
  PLAIN_HEADER_REACH,
  firstEntryOffset,
  headerEpochDelta,
  headerExpiry,
  headerExtension,
  headerExtensionLength,
  headerKind,
  headerShared,
  headerUnshared,
  headerValueLength,
  isPlainHeader,
  readHeader,
  varintBytesIn,
  varintIn,
} from './block-entry';
import { blockLoad } from './block-load';
import { copyBytes } from './bytes';
import { epochOf, exhaustHead, isInOrder, sharedWithHead } from './merge-head';
import {
  BLOCK_AT,
  BLOCK_BASE,
  BLOCK_KEYS_END,
  BLOCK_OFFSET,
  BLOCK_SHAREABLE,
  BLOCK_VALUES_END,
  BLOCK_VALUE_AT,
  HEAD_EPOCH,
  HEAD_EXPIRY,
  HEAD_EXTENSION,
  HEAD_EXTENSION_LENGTH,
  HEAD_FLAGS,
  HEAD_KEY_LENGTH,
  HEAD_KIND,
  HEAD_VALUE,
  HEAD_VALUE_LENGTH,
  INPUT_KEY_BUFFER,
  INPUT_LONGEST_KEY,
} from './merge-layout';
import { codeHead } from './merge-tree';
import { partitionSlot, storedBlockBytes } from './partition';
import { SLACK, copySlack } from './slack';

/** See inputNext. */
@inline
export function nextBlockEntry(input: usize): u32 {
  if (load<u32>(input, BLOCK_AT) < load<u32>(input, BLOCK_KEYS_END)) return decodeEntry(input);
  const status = nextBlock(input);
  return status == STATUS_FOUND ? decodeEntry(input) : status;
}

/** Checks and decompresses the next block of the chunk. */
function nextBlock(input: usize): u32 {
  const block = load<u32>(input, INPUT_BLOCK);
  if (block >= load<u32>(input, INPUT_BLOCK_END)) return load<u32>(input, INPUT_LAST) ? exhaustHead(input) : STATUS_NEED_INPUT;
  const partition = usize(load<u32>(input, INPUT_PARTITION));
  const offset = load<u32>(partitionSlot(partition, block), SLOT_OFFSET);
  store<u32>(input, offset, BLOCK_OFFSET);
  const stored = load<u32>(input, INPUT_DATA) + (offset - load<u32>(input, INPUT_DATA_OFFSET));
  const storedLength = storedBlockBytes(partition, block);
  const payload = usize(load<u32>(input, INPUT_PAYLOAD));
  const capacity = load<u32>(input, INPUT_PAYLOAD_BYTES);
  const length = blockLoad(stored, storedLength, load<u32>(input, INPUT_TERM), load<u32>(input, INPUT_COUNTER), offset, payload, capacity);
  if (length < 0) return STATUS_CORRUPT;
  const keysEnd = payload + load<u32>(payload, BLOCK_VALUES);
  store<u32>(input, payload + firstEntryOffset(payload), BLOCK_AT);
  store<u32>(input, keysEnd, BLOCK_KEYS_END);
  store<u32>(input, keysEnd, BLOCK_VALUE_AT);
  store<u32>(input, payload + length, BLOCK_VALUES_END);
  store<u64>(input, load<u64>(payload, BLOCK_BASE_EPOCH), BLOCK_BASE);
  store<u32>(input, 0, BLOCK_SHAREABLE);
  store<u32>(input, block + 1, INPUT_BLOCK);
  return STATUS_FOUND;
}

/** Moves the head to the entry at BLOCK_AT. Hot: every entry that is compacted passes here. */
function decodeEntry(input: usize): u32 {
  const keysEnd = usize(load<u32>(input, BLOCK_KEYS_END));
  const valuesEnd = usize(load<u32>(input, BLOCK_VALUES_END));
  let at = usize(load<u32>(input, BLOCK_AT));
  const isInReach = at + PLAIN_HEADER_REACH <= valuesEnd;
  const word = isInReach ? load<u32>(at) : u32.MAX_VALUE;
  const epochWord = isInReach ? load<u64>(at, PLAIN_HEADER_BYTES) : u64.MAX_VALUE;
  const epochBytes = varintBytesIn(epochWord);
  let known: u32;
  let unshared: u32;
  let valueLength: u32;
  let epoch = load<u64>(input, BLOCK_BASE);
  if (isPlainHeader(word) && epochBytes <= 8) {
    known = (word >> 8) & 0xff;
    unshared = (word >> 16) & 0xff;
    valueLength = word >> 24;
    epoch += varintIn(epochWord, epochBytes);
    at += PLAIN_HEADER_BYTES + epochBytes;
    if (at > keysEnd) return STATUS_CORRUPT;
    store<u32>(input, word & 0xff, HEAD_KIND);
    store<u32>(input, 0, HEAD_FLAGS);
  } else {
    at = readHeader(at, keysEnd);
    if (!at) return STATUS_CORRUPT;
    known = headerShared;
    unshared = headerUnshared;
    valueLength = headerValueLength;
    epoch += headerEpochDelta;
    storeOptional(input);
  }
  epoch = epochOf(input, epoch);
  const value = usize(load<u32>(input, BLOCK_VALUE_AT));
  if (known > load<u32>(input, BLOCK_SHAREABLE) || unshared > u32(keysEnd - at) || valueLength > u32(valuesEnd - value))
    return STATUS_CORRUPT;
  const shared = sharedWithHead(input, known, at, unshared);
  const rest = at + (shared - known);
  at += unshared;
  const restLength = u32(at - rest);
  if (shared + restLength > load<u32>(input, INPUT_LONGEST_KEY) || !isInOrder(input, shared, rest, restLength, epoch))
    return STATUS_CORRUPT;
  if (rest + SLACK <= valuesEnd) copySlack(input + INPUT_KEY_BUFFER + shared, rest, restLength);
  else copyBytes(input + INPUT_KEY_BUFFER + shared, rest, restLength);
  store<u32>(input, shared + restLength, HEAD_KEY_LENGTH);
  store<u32>(input, shared + restLength, BLOCK_SHAREABLE);
  store<u64>(input, epoch, HEAD_EPOCH);
  store<u32>(input, value, HEAD_VALUE);
  store<u32>(input, valueLength, HEAD_VALUE_LENGTH);
  store<u32>(input, at, BLOCK_AT);
  store<u32>(input, value + valueLength, BLOCK_VALUE_AT);
  codeHead(input, shared);
  return STATUS_FOUND;
}

function storeOptional(input: usize): void {
  store<u32>(input, headerKind & 0xff, HEAD_KIND);
  store<u32>(input, headerKind >> 8, HEAD_FLAGS);
  store<u64>(input, headerExpiry, HEAD_EXPIRY);
  store<u32>(input, headerExtension, HEAD_EXTENSION);
  store<u32>(input, headerExtensionLength, HEAD_EXTENSION_LENGTH);
}
