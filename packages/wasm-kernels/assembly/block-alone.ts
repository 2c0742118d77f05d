// A block of a single entry that is larger than the target of blocks: written straight from where the entry stands.

import { BLOCK_HEADER_BYTES, RESTART_BYTES } from '../src/layout';
import { writeBlockHeader } from './block-builder';
import { bytesBeforeEpoch, bytesBehindEpoch, writeBeforeEpoch, writeBehindEpoch } from './block-entry-writer';
import { copyBytes } from './bytes';
import { HEAD_EPOCH, HEAD_KEY_LENGTH, HEAD_VALUE, HEAD_VALUE_LENGTH } from './merge-layout';

/** What the payload of a block of only this entry takes. */
export function aloneBytes(head: usize): u64 {
  const keyLength = load<u32>(head, HEAD_KEY_LENGTH);
  const valueLength = load<u32>(head, HEAD_VALUE_LENGTH);
  const header = BLOCK_HEADER_BYTES + RESTART_BYTES + bytesBeforeEpoch(0, keyLength, valueLength) + 1;
  return u64(header) + bytesBehindEpoch(head, keyLength) + valueLength;
}

/** Writes the payload of a block of only this entry to `payload`, which has slack; returns its length. */
export function writeAloneBlock(head: usize, payload: usize): u32 {
  const keyLength = load<u32>(head, HEAD_KEY_LENGTH);
  const valueLength = load<u32>(head, HEAD_VALUE_LENGTH);
  const first = payload + BLOCK_HEADER_BYTES + RESTART_BYTES;
  const epoch = writeBeforeEpoch(first, head, 0, keyLength, valueLength);
  store<u8>(epoch, 0);
  const value = writeBehindEpoch(epoch + 1, head, 0, keyLength);
  store<u32>(payload, u32(first - payload), BLOCK_HEADER_BYTES);
  store<u32>(payload, u32(value - payload), BLOCK_HEADER_BYTES + 4);
  writeBlockHeader(payload, 1, 1, u32(value - payload), load<u64>(head, HEAD_EPOCH));
  copyBytes(value, load<u32>(head, HEAD_VALUE), valueLength);
  return u32(value - payload) + valueLength;
}
