// Writes one entry of a block (drawn in docs/FORMAT.md) in two parts: what stands before its epoch (kind, flags, lengths) and what stands behind it
// (optional fields, key bytes). The entry is a head of a merge; `shared` bytes of its key are those of its predecessor.

import { FLAG_EXPIRY, FLAG_EXTENSION } from '../src/layout';
import { copyBytes, varintBytes, writeVarint } from './bytes';
import { HEAD_EXPIRY, HEAD_EXTENSION, HEAD_EXTENSION_LENGTH, HEAD_FLAGS, HEAD_KEY, HEAD_KIND } from './merge-layout';
import { copySlack } from './slack';

const FLAGS_SHIFT: u32 = 4;

@inline
export function bytesBeforeEpoch(shared: u32, unshared: u32, valueLength: u32): u32 {
  if (isPlain(shared, unshared, valueLength)) return 4;
  return 1 + varintBytes(shared) + varintBytes(unshared) + varintBytes(valueLength);
}

@inline
export function writeBeforeEpoch(at: usize, head: usize, shared: u32, unshared: u32, valueLength: u32): usize {
  const first = load<u32>(head, HEAD_KIND) | (load<u32>(head, HEAD_FLAGS) << FLAGS_SHIFT);
  if (isPlain(shared, unshared, valueLength)) {
    store<u32>(at, first | (shared << 8) | (unshared << 16) | (valueLength << 24));
    return at + 4;
  }
  store<u8>(at, first);
  return writeVarint(writeVarint(writeVarint(at + 1, shared), unshared), valueLength);
}

/** True when each length is a varint of one byte. */
@inline
function isPlain(shared: u32, unshared: u32, valueLength: u32): bool {
  return (shared | unshared | valueLength) < 0x80;
}

@inline
export function bytesBehindEpoch(head: usize, unshared: u32): u32 {
  return unshared + (load<u32>(head, HEAD_FLAGS) ? optionalBytes(head) : 0);
}

@inline
export function writeBehindEpoch(at: usize, head: usize, shared: u32, unshared: u32): usize {
  if (load<u32>(head, HEAD_FLAGS)) at = writeOptional(at, head);
  copySlack(at, load<u32>(head, HEAD_KEY) + shared, unshared);
  return at + unshared;
}

function optionalBytes(head: usize): u32 {
  const flags = load<u32>(head, HEAD_FLAGS);
  const extension = load<u32>(head, HEAD_EXTENSION_LENGTH);
  const expiryBytes = flags & FLAG_EXPIRY ? varintBytes(load<u64>(head, HEAD_EXPIRY)) : 0;
  return expiryBytes + (flags & FLAG_EXTENSION ? varintBytes(extension) + extension : 0);
}

function writeOptional(at: usize, head: usize): usize {
  const flags = load<u32>(head, HEAD_FLAGS);
  if (flags & FLAG_EXPIRY) at = writeVarint(at, load<u64>(head, HEAD_EXPIRY));
  if (!(flags & FLAG_EXTENSION)) return at;
  const length = load<u32>(head, HEAD_EXTENSION_LENGTH);
  at = writeVarint(at, length);
  copyBytes(at, load<u32>(head, HEAD_EXTENSION), length);
  return at + length;
}
