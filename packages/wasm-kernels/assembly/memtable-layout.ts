// A node of a memtable's B+tree: field offsets, for the kernels and for tests that walk a tree. u32 unless another width is named.
//
//    0 count          slots in use, at most 60
//    4 prefix length  bytes that the keys of all slots share
//    8 next           leaves only: the next leaf in tree order, 0 behind the last
//   12 previous       likewise
//   16 prefix         its first 48 bytes
//   64 windows        u64 x 64: the 8 key bytes behind the prefix, a big-endian value, zero padded; all ones in slots that are not in use
//  576 entries        u32 x 64: address of the slot's log entry
//  832 children       inner nodes only: u32 x 64
//
// Slots stand in tree order. Slot i of an inner node leads to what sorts at or after entry i and before entry i + 1. Slot 0 takes all that sorts
// before entry 1: its own entry is not compared, its window is 0, and the prefix does not speak of it. Four slots stay free, so that slots can
// be moved four at a time.

export const NODE_COUNT = 0;
export const NODE_PREFIX_LENGTH = 4;
export const NODE_NEXT = 8;
export const NODE_PREVIOUS = 12;
export const NODE_PREFIX = 16;
export const NODE_WINDOWS = 64;
export const NODE_ENTRIES = 576;
export const NODE_CHILDREN = 832;
export const LEAF_BYTES = 832;
export const INNER_BYTES = 1088;

export const NODE_SLOTS = 60;
export const NODE_WINDOW_COUNT = 64;
export const NODE_PREFIX_BYTES = 48;
