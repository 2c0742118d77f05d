// For tests: xxh64 as its specification describes it, step by step, in BigInt.
// https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

/** xxh64 of the bytes. */
export function specifiedXxh64(bytes: Uint8Array<ArrayBuffer>, seed: bigint): bigint {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  let hash = u64(seed + P5);
  if (bytes.length >= 32) {
    const lanes = [seed + P1 + P2, seed + P2, seed, seed - P1].map(u64);
    for (; position + 32 <= bytes.length; position += 32) {
      for (let lane = 0; lane < 4; lane++) lanes[lane] = round(lanes[lane], data.getBigUint64(position + lane * 8, true));
    }
    hash = u64(rotl(lanes[0], 1n) + rotl(lanes[1], 7n) + rotl(lanes[2], 12n) + rotl(lanes[3], 18n));
    for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  }
  hash = u64(hash + BigInt(bytes.length));
  for (; position + 8 <= bytes.length; position += 8) {
    hash = u64(rotl(hash ^ round(0n, data.getBigUint64(position, true)), 27n) * P1 + P4);
  }
  for (; position + 4 <= bytes.length; position += 4) {
    hash = u64(rotl(hash ^ u64(BigInt(data.getUint32(position, true)) * P1), 23n) * P2 + P3);
  }
  for (; position < bytes.length; position++) hash = u64(rotl(hash ^ u64(BigInt(bytes[position]) * P5), 11n) * P1);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}

function round(lane: bigint, input: bigint): bigint {
  return u64(rotl(u64(lane + input * P2), 31n) * P1);
}

function rotl(value: bigint, by: bigint): bigint {
  return u64(value << by) | (value >> (64n - by));
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
