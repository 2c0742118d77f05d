// xxh64 for tests that forge a checksum (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md): seed 0, at least 32 bytes, a multiple of 8.

const [P1, P2, P3, P4] = [0x9e3779b185ebca87n, 0xc2b2ae3d27d4eb4fn, 0x165667b19e3779f9n, 0x85ebca77c2b2ae63n];

const u64 = (value: bigint) => BigInt.asUintN(64, value);
const rotated = (value: bigint, by: bigint) => u64((value << by) | (value >> (64n - by)));
const round = (lane: bigint, word: bigint) => u64(rotated(u64(lane + word * P2), 31n) * P1);

/** The hash of the bytes. */
export function xxh64(bytes: Buffer): bigint {
  if (bytes.length < 32 || bytes.length % 8 !== 0) throw new RangeError(`not a length for this hash bytes=${bytes.length}`);
  const lanes = [u64(P1 + P2), P2, 0n, u64(-P1)];
  let at = 0;
  for (; at + 32 <= bytes.length; at += 32) {
    for (let i = 0; i < 4; i++) lanes[i] = round(lanes[i], bytes.readBigUInt64LE(at + 8 * i));
  }
  const [a, b, c, d] = lanes;
  let hash = u64(rotated(a, 1n) + rotated(b, 7n) + rotated(c, 12n) + rotated(d, 18n));
  for (const lane of lanes) hash = u64((hash ^ round(0n, lane)) * P1 + P4);
  hash = u64(hash + BigInt(bytes.length));
  for (; at < bytes.length; at += 8) hash = u64(rotated(hash ^ round(0n, bytes.readBigUInt64LE(at)), 27n) * P1 + P4);
  hash = u64((hash ^ (hash >> 33n)) * P2);
  hash = u64((hash ^ (hash >> 29n)) * P3);
  return hash ^ (hash >> 32n);
}
