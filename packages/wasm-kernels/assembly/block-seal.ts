// Turns a payload into stored bytes (drawn in docs/FORMAT.md): compresses it where that saves at least an eighth, and adds the trailer.

import {
  CODEC_LZ4,
  CODEC_NONE,
  TRAILER_BYTES,
  TRAILER_CHECKSUM,
  TRAILER_CODEC,
  TRAILER_DICTIONARY,
  TRAILER_PAYLOAD_LENGTH,
  TRAILER_VERSION,
} from '../src/layout';
import { lz4Compress } from './lz4';
import { checksum } from './xxh64';

const VERSION: u32 = 1;

/** A compressed payload may have this many bytes and no more. */
@inline
function compressedLimit(length: u32): u32 {
  return length - ((length + 7) >> 3);
}

/**
 * Writes the stored form of the payload to `out`, at most `length` + TRAILER_BYTES bytes, and returns how many. The payload stands at or behind
 * `out`; it is destroyed where the two overlap, and compressed only if the bytes before it are enough. `seed`: blockSeed of the block's place.
 */
export function sealBlock(payload: usize, length: u32, out: usize, codec: u32, scratch: usize, seed: u64): u32 {
  let stored: u32 = 0;
  if (codec == CODEC_LZ4) stored = lz4Compress(payload, length, out, min(compressedLimit(length), u32(payload - out)), scratch);
  const isCompressed = stored != 0;
  if (!isCompressed) {
    stored = length;
    if (payload != out) memory.copy(out, payload, length);
  }
  const trailer = out + stored;
  store<u8>(trailer, isCompressed ? CODEC_LZ4 : CODEC_NONE, TRAILER_CODEC);
  store<u8>(trailer, VERSION, TRAILER_VERSION);
  store<u16>(trailer, 0, TRAILER_DICTIONARY);
  store<u32>(trailer, length, TRAILER_PAYLOAD_LENGTH);
  store<u64>(trailer, checksum(trailer, TRAILER_CHECKSUM, checksum(out, stored, seed)), TRAILER_CHECKSUM);
  return stored + TRAILER_BYTES;
}
