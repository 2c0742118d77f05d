// The framing of log and manifest records (drawn in docs/FORMAT.md): sealing one with its checksum, and telling whether one is sound.

import { RECORD_CHECKSUM, RECORD_HEADER_BYTES, RECORD_LENGTH, RECORD_TYPE } from '../src/layout';
import { u64Of } from './bytes';
import { checksum } from './xxh64';

const VERSION: u32 = 1; // of the three bytes behind the type: u8 version, u16 0
const NOT_A_RECORD: i32 = -1;
const END: i32 = -2;

/** See Kernels.recordSeal. */
export function recordSeal(record: usize, seedLow: u32, seedHigh: u32): void {
  store<u64>(record, recordChecksum(record, u64Of(seedLow, seedHigh)), RECORD_CHECKSUM);
}

/** See Kernels.recordCheck. */
export function recordCheck(record: usize, limit: usize, seedLow: u32, seedHigh: u32): i32 {
  const room = i32(limit) - i32(record);
  if (room < RECORD_CHECKSUM) return NOT_A_RECORD;
  const length = load<u32>(record, RECORD_LENGTH);
  if (!length && !load<u8>(record, RECORD_TYPE)) return END;
  if (room < RECORD_HEADER_BYTES || length > u32(room - RECORD_HEADER_BYTES)) return NOT_A_RECORD;
  if (load<u32>(record, RECORD_TYPE) >> 8 != VERSION) return NOT_A_RECORD;
  if (load<u64>(record, RECORD_CHECKSUM) != recordChecksum(record, u64Of(seedLow, seedHigh))) return NOT_A_RECORD;
  return i32(length);
}

/** One hash of header and payload as if they were contiguous: the first one's hash is the second one's seed. */
@inline
function recordChecksum(record: usize, seed: u64): u64 {
  const header = checksum(record, RECORD_CHECKSUM, seed);
  return checksum(record + RECORD_HEADER_BYTES, load<u32>(record, RECORD_LENGTH), header);
}
