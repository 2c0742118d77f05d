// The scan kernel's own part of a scan: field offsets behind the SCAN_* fields of src/layout.ts. u32 unless another width is named.
//
//   SCAN_* header | STATE_* fields | order: one u32 a source | sources, SOURCE_STATE_BYTES each | key buffers of the sources |
//   buffers for the last key and both bounds

import { SCAN_HEADER_BYTES } from '../src/layout';
import { BLOCK_CURSOR_BYTES, CURSOR_PORTION } from './block-cursor';
import { PORTION_END, PORTION_ENTRY, PORTION_FIRST, portionKeyBytes } from './block-interval';
import { alignUp } from './bytes';

export const STATE_SOURCES = SCAN_HEADER_BYTES; // number of sources
/** Sources that were brought to their first entry. */
export const STATE_OPENED = SCAN_HEADER_BYTES + 4;
/** Sources that stand on an entry: so many fields of the order count. */
export const STATE_ACTIVE = SCAN_HEADER_BYTES + 8;
/** Address of a source that gave all it had and must be refilled before anything else, 0 when there is none. */
export const STATE_EMPTIED = SCAN_HEADER_BYTES + 12;
/** 1: frames in use are pinned, since the page was interrupted. */
export const STATE_PINNED = SCAN_HEADER_BYTES + 16;

// Bounds, half-open whatever the caller's were; address 0 when there is none.
export const STATE_LOWER = SCAN_HEADER_BYTES + 20;
export const STATE_LOWER_LENGTH = SCAN_HEADER_BYTES + 24;
export const STATE_UPPER = SCAN_HEADER_BYTES + 28;
export const STATE_UPPER_LENGTH = SCAN_HEADER_BYTES + 32;

// The key that was looked at last; its length is NO_KEY before the first.
export const STATE_KEY = SCAN_HEADER_BYTES + 36;
export const STATE_KEY_LENGTH = SCAN_HEADER_BYTES + 40;
export const STATE_KEY_BUFFER = SCAN_HEADER_BYTES + 44;
/** Forward: 1 when the key's newest visible version was met. */
export const STATE_DECIDED = SCAN_HEADER_BYTES + 48;
/** Bytes of the entry that stands behind the used part of the page (as far as it fits) and is not counted yet; 0 when there is none. */
export const STATE_STAGED = SCAN_HEADER_BYTES + 52;

const STATE_ORDER = SCAN_HEADER_BYTES + 56;

/** Longer than any key: equal to the length of none. */
export const NO_KEY: u32 = u32.MAX_VALUE;

// A source --------------------------------------------------------------------------------------------------------------------------

export const SOURCE_KIND = 0; // SOURCE_MEMTABLE or SOURCE_RUN
export const SOURCE_ADDRESS = 4;
/** How its next entries are got: GOAL_*. */
export const SOURCE_GOAL = 8;
/** 1: the decoded entries are the last within the bounds. */
export const SOURCE_AT_BOUND = 12;
// Where a run's source stands. The image is the partition's address while it is in use, the payload the block's; else 0.
export const SOURCE_SST = 16;
export const SOURCE_PARTITION = 20; // index, or PARTITION_LAST until one of the SST's is resident: not before does its top index say how many there are
export const SOURCE_BLOCK = 24; // index, or BLOCK_SOUGHT or BLOCK_LAST until the partition is resident
export const SOURCE_IMAGE = 28;
export const SOURCE_PAYLOAD = 32;
/** Where a memtable's source stands: a cursor of memtable-seek.ts. */
export const SOURCE_TREE_CURSOR = 40;
/** A block cursor. A memtable's source uses its portion of decoded entries only. */
export const SOURCE_CURSOR = 48;
export const SOURCE_PORTION = SOURCE_CURSOR + CURSOR_PORTION;
export const SOURCE_STATE_BYTES = SOURCE_CURSOR + BLOCK_CURSOR_BYTES;

/** Seek the bound where the scan starts. */
export const GOAL_SEEK: u32 = 0;
/** Open the block at the edge where the scan enters it. */
export const GOAL_ENTER: u32 = 1;
/** Go on behind the decoded entries. */
export const GOAL_STEP: u32 = 2;
/** The same, but a memtable's cursor may have moved: seek the last decoded entry first. */
export const GOAL_RESUME: u32 = 3;

export const PARTITION_LAST: u32 = u32.MAX_VALUE;
export const BLOCK_SOUGHT: u32 = u32.MAX_VALUE;
export const BLOCK_LAST: u32 = u32.MAX_VALUE - 1;

/** See Kernels.scanBytes. */
export function scanBytes(sources: u32, longestKey: u32): u32 {
  const keys = sources * portionKeyBytes(longestKey) + 3 * boundBytes(longestKey);
  return u32(sourcesOffset(sources)) + sources * SOURCE_STATE_BYTES + keys;
}

/** Field of the order at `index`: the address of a source. */
@inline
export function orderField(scan: usize, index: u32): usize {
  return scan + STATE_ORDER + (index << 2);
}

/** Address of source `index`, the youngest first. */
@inline
export function sourceAt(scan: usize, index: u32): usize {
  return scan + sourcesOffset(load<u32>(scan, STATE_SOURCES)) + index * SOURCE_STATE_BYTES;
}

/** Bytes that hold a key, or a bound: one byte more. */
export function boundBytes(longestKey: u32): u32 {
  return alignUp(longestKey + 1, 8);
}

@inline
function sourcesOffset(sources: u32): usize {
  return alignUp(STATE_ORDER + (sources << 2), 8);
}

/** Current, first and last-exclusive decoded entry of a source. */
@inline
export function sourceEntry(source: usize): usize {
  return load<u32>(source, SOURCE_PORTION + PORTION_ENTRY);
}

@inline
export function sourceFirst(source: usize): usize {
  return load<u32>(source, SOURCE_PORTION + PORTION_FIRST);
}

@inline
export function sourceEnd(source: usize): usize {
  return load<u32>(source, SOURCE_PORTION + PORTION_END);
}

@inline
export function setSourceEntry(source: usize, entry: usize): void {
  store<u32>(source, entry, SOURCE_PORTION + PORTION_ENTRY);
}
