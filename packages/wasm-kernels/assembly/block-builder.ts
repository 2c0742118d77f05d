// Builds the payload of a block (drawn in docs/FORMAT.md) from entries in order.
//
// An entry's header says how far its epoch is above the smallest of the block, which is known only when the block is complete; so entries are
// staged: headers and key bytes in final form with the epoch left out, values apart, and the payload is put together at the end.
//
//   staged entry:  u64 epoch | u32 bytes before the epoch (bits 0..3), starts an interval (bit 4), bytes behind the epoch (bits 5..31)
//                  kind, flags and lengths | optional fields, key bytes
//
// The size of the payload is counted with every epoch as wide as the widest might be.

import {
  BLOCK_BASE_EPOCH,
  BLOCK_ENTRIES,
  BLOCK_HEADER_BYTES,
  BLOCK_RESTARTS,
  BLOCK_VALUES,
  INTERVAL_KEY_BYTES,
  RESTART_BYTES,
  RESTART_INTERVAL,
} from '../src/layout';
import { bytesBeforeEpoch, bytesBehindEpoch, writeBeforeEpoch, writeBehindEpoch } from './block-entry-writer';
import { alignUp, copyBytes, varintBytes, writeVarint } from './bytes';
import { HEAD_EPOCH, HEAD_KEY_LENGTH, HEAD_VALUE, HEAD_VALUE_LENGTH } from './merge-layout';
import { SLACK, copySlack, writeVarintSlack } from './slack';

// The staged block: 96 bytes.
const STAGE_TARGET = 0;
const STAGE_ENTRIES = 4; // address of the staged entries
const STAGE_END = 8; // address behind the last
const STAGE_VALUES = 12; // address of the values
export const STAGE_VALUES_BYTES = 16;
const STAGE_RESTARTS = 20; // address of the offsets of the intervals' first values, from the first value; u32 each
const STAGE_RESTART_COUNT = 24;
export const STAGE_COUNT = 28;
export const STAGE_KEYS_BYTES = 32; // of the keys, written out
const STAGE_INTERVAL_COUNT = 36; // entries of the current interval
const STAGE_INTERVAL_KEYS = 40; // bytes of the keys before it, written out
const STAGE_SIZE = 44; // of the payload without values and epochs
export const STAGE_MIN_EPOCH = 48; // u64
export const STAGE_MAX_EPOCH = 56; // u64

const STAGED_EPOCH = 0;
const STAGED_LENGTHS = 8;
const STAGED_HEADER_BYTES: u32 = 12;
const BEFORE_MASK: u32 = 0xf;
const RESTART_BIT: u32 = 0x10;
const BEHIND_SHIFT: u32 = 5;

const SMALLEST_ENTRY: u32 = 5;
const MAX_COUNT: u32 = 0xffff;

/** What blockAdd answers. */
export const BLOCK_TOOK: u32 = 0;
/** The block closes before this entry. */
export const BLOCK_CLOSES: u32 = 1;
/** The entry is larger than the target: it is a block of its own (block-alone.ts). */
export const BLOCK_ALONE: u32 = 2;

/** Bytes of the buffers that a block of this target needs. */
export function stageBytes(target: u32): u32 {
  return entriesBytes(target) + valuesBytes(target) + restartsBytes(target);
}

// A staged entry is longer than in the payload by its header and shorter by at least a byte of epoch.
function entriesBytes(target: u32): u32 {
  return alignUp(target + (target / SMALLEST_ENTRY) * STAGED_HEADER_BYTES + SLACK, 8);
}

function valuesBytes(target: u32): u32 {
  return alignUp(target, 8);
}

function restartsBytes(target: u32): u32 {
  return alignUp((target / (SMALLEST_ENTRY + RESTART_BYTES) + 1) * 4, 8);
}

/** Prepares building blocks of at most `target` bytes of payload, unless a single entry is larger, in stageBytes(target) bytes at `buffers`. */
export function blockInit(stage: usize, target: u32, buffers: usize): void {
  store<u32>(stage, target, STAGE_TARGET);
  store<u32>(stage, buffers, STAGE_ENTRIES);
  store<u32>(stage, buffers + entriesBytes(target), STAGE_VALUES);
  store<u32>(stage, buffers + entriesBytes(target) + valuesBytes(target), STAGE_RESTARTS);
  blockStart(stage);
}

/** Empties the block. */
function blockStart(stage: usize): void {
  store<u32>(stage, load<u32>(stage, STAGE_ENTRIES), STAGE_END);
  store<u32>(stage, 0, STAGE_VALUES_BYTES);
  store<u32>(stage, 0, STAGE_RESTART_COUNT);
  store<u32>(stage, 0, STAGE_COUNT);
  store<u32>(stage, 0, STAGE_KEYS_BYTES);
  store<u32>(stage, BLOCK_HEADER_BYTES, STAGE_SIZE);
  store<u64>(stage, u64.MAX_VALUE, STAGE_MIN_EPOCH);
  store<u64>(stage, 0, STAGE_MAX_EPOCH);
}

/** Adds a head whose key shares `shared` bytes with that of the entry added before, if it belongs into this block. Hot. */
@inline
export function blockAdd(stage: usize, head: usize, shared: u32): u32 {
  const count = load<u32>(stage, STAGE_COUNT);
  const inInterval = load<u32>(stage, STAGE_INTERVAL_COUNT);
  const keys = load<u32>(stage, STAGE_KEYS_BYTES);
  const restarts = !count || inInterval == RESTART_INTERVAL || keys - load<u32>(stage, STAGE_INTERVAL_KEYS) > u32(INTERVAL_KEY_BYTES);
  if (restarts) shared = 0;
  const keyLength = load<u32>(head, HEAD_KEY_LENGTH);
  const valueLength = load<u32>(head, HEAD_VALUE_LENGTH);
  const before = bytesBeforeEpoch(shared, keyLength - shared, valueLength);
  const behind = bytesBehindEpoch(head, keyLength - shared);
  const size = load<u32>(stage, STAGE_SIZE) + (restarts ? RESTART_BYTES : 0) + before + behind;
  const epoch = load<u64>(head, HEAD_EPOCH);
  const minEpoch = min(epoch, load<u64>(stage, STAGE_MIN_EPOCH));
  const maxEpoch = max(epoch, load<u64>(stage, STAGE_MAX_EPOCH));
  const values = load<u32>(stage, STAGE_VALUES_BYTES);
  const epochs = varintBytes(maxEpoch - minEpoch) * (count + 1);
  if (u64(size) + epochs + values + valueLength > load<u32>(stage, STAGE_TARGET)) return count ? BLOCK_CLOSES : BLOCK_ALONE;

  if (restarts) startInterval(stage, keys, values);
  store<u32>(stage, restarts ? 1 : inInterval + 1, STAGE_INTERVAL_COUNT);
  store<u32>(stage, count + 1, STAGE_COUNT);
  store<u32>(stage, keys + keyLength, STAGE_KEYS_BYTES);
  store<u32>(stage, size, STAGE_SIZE);
  store<u64>(stage, minEpoch, STAGE_MIN_EPOCH);
  store<u64>(stage, maxEpoch, STAGE_MAX_EPOCH);
  store<u32>(stage, values + valueLength, STAGE_VALUES_BYTES);
  copyBytes(load<u32>(stage, STAGE_VALUES) + values, load<u32>(head, HEAD_VALUE), valueLength);
  const entry = usize(load<u32>(stage, STAGE_END));
  store<u64>(entry, epoch, STAGED_EPOCH);
  store<u32>(entry, before | (restarts ? RESTART_BIT : 0) | (behind << BEHIND_SHIFT), STAGED_LENGTHS);
  const at = writeBeforeEpoch(entry + STAGED_HEADER_BYTES, head, shared, keyLength - shared, valueLength);
  store<u32>(stage, writeBehindEpoch(at, head, shared, keyLength - shared), STAGE_END);
  return BLOCK_TOOK;
}

function startInterval(stage: usize, keys: u32, values: u32): void {
  const index = load<u32>(stage, STAGE_RESTART_COUNT);
  store<u32>(load<u32>(stage, STAGE_RESTARTS) + (index << 2), values);
  store<u32>(stage, index + 1, STAGE_RESTART_COUNT);
  store<u32>(stage, keys, STAGE_INTERVAL_KEYS);
}

/** What the payload of the staged block takes at most. */
export function blockBound(stage: usize): u32 {
  const epochs = load<u32>(stage, STAGE_COUNT) * varintBytes(load<u64>(stage, STAGE_MAX_EPOCH) - load<u64>(stage, STAGE_MIN_EPOCH));
  return load<u32>(stage, STAGE_SIZE) + epochs + load<u32>(stage, STAGE_VALUES_BYTES);
}

/** Writes the payload to `payload`, which has slack, and empties the block. Returns the payload's length. */
export function blockFinish(stage: usize, payload: usize): u32 {
  const base = load<u64>(stage, STAGE_MIN_EPOCH);
  const restarts = payload + BLOCK_HEADER_BYTES;
  const end = usize(load<u32>(stage, STAGE_END));
  let restart = restarts;
  let out = restarts + load<u32>(stage, STAGE_RESTART_COUNT) * RESTART_BYTES;
  for (let entry = usize(load<u32>(stage, STAGE_ENTRIES)); entry < end;) {
    const lengths = load<u32>(entry, STAGED_LENGTHS);
    if (lengths & RESTART_BIT) {
      store<u32>(restart, u32(out - payload));
      restart += RESTART_BYTES;
    }
    const before = lengths & BEFORE_MASK;
    const behind = lengths >> BEHIND_SHIFT;
    v128.store(out, v128.load(entry, STAGED_HEADER_BYTES));
    out = writeEpoch(out + before, load<u64>(entry, STAGED_EPOCH) - base);
    entry += STAGED_HEADER_BYTES + before;
    copySlack(out, entry, behind);
    entry += behind;
    out += behind;
  }
  const values = u32(out - payload);
  writeValueOffsets(stage, restarts, values);
  writeBlockHeader(payload, load<u32>(stage, STAGE_RESTART_COUNT), load<u32>(stage, STAGE_COUNT), values, base);
  const valueBytes = load<u32>(stage, STAGE_VALUES_BYTES);
  memory.copy(out, load<u32>(stage, STAGE_VALUES), valueBytes);
  blockStart(stage);
  return values + valueBytes;
}

@inline
function writeEpoch(at: usize, delta: u64): usize {
  return delta >> 56 ? writeVarint(at, delta) : writeVarintSlack(at, delta);
}

function writeValueOffsets(stage: usize, restarts: usize, values: u32): void {
  const offsets = usize(load<u32>(stage, STAGE_RESTARTS));
  const count = load<u32>(stage, STAGE_RESTART_COUNT);
  for (let i: u32 = 0; i < count; i++) store<u32>(restarts + i * RESTART_BYTES, values + load<u32>(offsets + (i << 2)), 4);
}

/** Writes the header of a payload. */
export function writeBlockHeader(payload: usize, restarts: u32, entries: u32, values: u32, baseEpoch: u64): void {
  store<u16>(payload, restarts, BLOCK_RESTARTS);
  store<u16>(payload, min(entries, MAX_COUNT), BLOCK_ENTRIES);
  store<u32>(payload, values, BLOCK_VALUES);
  store<u64>(payload, baseEpoch, BLOCK_BASE_EPOCH);
}
