// For tests: hash64 as docs/FORMAT.md draws it, in BigInt.

const K0 = 0x9e3779b97f4a7c15n;
const K1 = 0xbf58476d1ce4e5b9n;
const K2 = 0x94d049bb133111ebn;

/** hash64 of a key. */
export function specifiedHash64(key: Uint8Array): bigint {
  let hash = u64(BigInt(key.length) * K0);
  for (let position = 0; position < key.length; position += 8) {
    hash = u64((hash ^ word(key.subarray(position, position + 8))) * K1);
    hash ^= hash >> 29n;
  }
  hash ^= hash >> 32n;
  hash = u64(hash * K2);
  return hash ^ (hash >> 29n);
}

function word(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}
