// The entries of a block's payload (docs/FORMAT.md): keys with their headers first, each sharing a beginning with the one before it, values behind.

import {
  BLOCK_BASE_EPOCH,
  BLOCK_HEADER_BYTES,
  BLOCK_RESTARTS,
  BLOCK_VALUES,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  RESTART_BYTES,
  RESTART_INTERVAL,
} from '@varve/wasm-kernels';
import { BytesCursor } from './bytes-cursor.ts';
import { inspectedEntry, type InspectedEntry } from './entry.ts';

/** The entries of a payload that the kernel has found sound. */
export function readBlock(payload: Uint8Array): InspectedEntry[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const valuesAt = view.getUint32(BLOCK_VALUES, true);
  const keysAt = BLOCK_HEADER_BYTES + view.getUint16(BLOCK_RESTARTS, true) * RESTART_BYTES;
  const keys = new BytesCursor('a block of an SST', payload, keysAt, valuesAt);
  const values = new BytesCursor('a block of an SST', payload, valuesAt, payload.length);
  const baseEpoch = view.getBigUint64(BLOCK_BASE_EPOCH, true);
  const entries: InspectedEntry[] = [];
  let previous = new Uint8Array(0);
  let nextRestart = BLOCK_HEADER_BYTES;
  for (let inInterval = 0; keys.left > 0; inInterval++) {
    // Keys written out whole are as long as an interval's bytes at most, each of its entries: so whatever they claim to share, they stay bounded.
    if (nextRestart < keysAt && keys.at === view.getUint32(nextRestart, true)) {
      previous = new Uint8Array(0);
      nextRestart += RESTART_BYTES;
      inInterval = 0;
    } else if (inInterval === RESTART_INTERVAL) throw keys.damage('has more entries in an interval than one may have');
    const header = keys.u8();
    const shared = Number(keys.varint());
    const unshared = Number(keys.varint());
    const valueLength = Number(keys.varint());
    const epoch = baseEpoch + keys.varint();
    const flags = header >>> 4;
    const expiry = (flags & FLAG_EXPIRY) === 0 ? undefined : keys.varint();
    if ((flags & FLAG_EXTENSION) !== 0) keys.take(Number(keys.varint()));
    if (shared > previous.length) throw keys.damage('has a key that shares more than there is');
    // Taken first: what is not there gets no room.
    const rest = keys.take(unshared);
    const key = new Uint8Array(shared + rest.length);
    key.set(previous.subarray(0, shared));
    key.set(rest, shared);
    entries.push(inspectedEntry(header & 15, key, { value: values.take(valueLength), epoch, expiry }));
    previous = key;
  }
  return entries;
}
