// Makes a stored block (drawn in docs/FORMAT.md) a payload that can be searched: checksum, decompression, and whether its outline is sound. Entries
// are checked by those who read them.

import {
  BLOCK_ENTRIES,
  BLOCK_HEADER_BYTES,
  BLOCK_VALUES,
  CODEC_LZ4,
  CODEC_NONE,
  RESTART_INTERVAL,
  TRAILER_BYTES,
  TRAILER_CHECKSUM,
  TRAILER_CODEC,
  TRAILER_DICTIONARY,
  TRAILER_PAYLOAD_LENGTH,
  TRAILER_VERSION,
} from '../src/layout';
import { firstEntryOffset, intervalCount, intervalEnd, intervalStart, intervalValues, intervalValuesEnd } from './block-entry';
import { copyBytes } from './bytes';
import { lz4Decompress } from './lz4';
import { blockSeed } from './place-seed';
import { checksum } from './xxh64';

const TRAILER_FORMAT: u32 = 1;
const UNSOUND: i32 = -1;

/** See Kernels.blockLoad. */
export function blockLoad(source: usize, length: u32, term: u32, counter: u32, offset: u32, target: usize, capacity: u32): i32 {
  if (length < u32(TRAILER_BYTES)) return UNSOUND;
  const stored = length - TRAILER_BYTES;
  const trailer = source + stored;
  if (load<u8>(trailer, TRAILER_VERSION) != TRAILER_FORMAT || load<u16>(trailer, TRAILER_DICTIONARY)) return UNSOUND;
  const sum = checksum(trailer, TRAILER_CHECKSUM, checksum(source, stored, blockSeed(term, counter, offset)));
  if (sum != load<u64>(trailer, TRAILER_CHECKSUM)) return UNSOUND;
  const payloadLength = load<u32>(trailer, TRAILER_PAYLOAD_LENGTH);
  if (payloadLength > capacity || !unpack(load<u8>(trailer, TRAILER_CODEC), source, stored, target, payloadLength)) return UNSOUND;
  return isOutlineSound(target, payloadLength) ? i32(payloadLength) : UNSOUND;
}

/** See Kernels.blockPayloadLength. */
export function blockPayloadLength(source: usize, length: u32): i32 {
  if (length < u32(TRAILER_BYTES)) return 0;
  return i32(min<u32>(load<u32>(source + length - TRAILER_BYTES, TRAILER_PAYLOAD_LENGTH), i32.MAX_VALUE));
}

function unpack(codec: u32, source: usize, stored: u32, target: usize, payloadLength: u32): bool {
  if (codec == CODEC_LZ4) return lz4Decompress(source, stored, target, payloadLength) == i32(payloadLength);
  if (codec != CODEC_NONE || stored != payloadLength) return false;
  copyBytes(target, source, stored);
  return true;
}

/** True when header, restart points, entries and values follow each other without a gap, and so do the intervals' entries and values. */
function isOutlineSound(payload: usize, length: u32): bool {
  if (length < u32(BLOCK_HEADER_BYTES)) return false;
  const intervals = intervalCount(payload);
  const entries = u32(load<u16>(payload, BLOCK_ENTRIES));
  if (!intervals || entries < intervals || entries > intervals * RESTART_INTERVAL) return false;
  const values = load<u32>(payload, BLOCK_VALUES);
  if (firstEntryOffset(payload) >= values || values > length) return false;
  if (intervalStart(payload, 0) != firstEntryOffset(payload) || intervalValues(payload, 0) != values) return false;
  for (let interval: u32 = 0; interval < intervals; interval++) {
    if (intervalStart(payload, interval) >= intervalEnd(payload, interval)) return false;
    if (intervalValues(payload, interval) > intervalValuesEnd(payload, length, interval)) return false;
  }
  return true;
}
