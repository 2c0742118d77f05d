// Nodes of a memtable's B+tree: field offsets that the kernels and the tests that walk a tree share. u32 unless another width is named.
//
//    0 count        slots in use
//    4 prefix length p: bytes that the keys of all slots share, at most 48
//    8 next         leaf in tree order, 0 behind the last      (leaves only)
//   12 previous     likewise                                   (leaves only)
//   16 prefix       p bytes
//   64 windows      u64 x 64: the 8 key bytes behind the prefix, big-endian value, zero padded; slots not in use hold all ones
//  576 entries      u32 x 64: address of the slot's log entry
//  832 children     u32 x 64                                   (inner nodes only)
//
// Slots stand in tree order. Slot i of an inner node leads to the subtree whose entries sort at or after entry i and before entry i + 1; slot 0
// takes all that sorts before entry 1 as well: its own entry is never compared, its window is 0 and the prefix does not speak of it.

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
export const NODE_SLOTS = 64;
export const NODE_PREFIX_BYTES = 48;
