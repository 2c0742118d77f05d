// The kernel's own part of a merge job: field offsets behind the MERGE_* and INPUT_* fields of src/layout.ts. u32 unless another width is named.
//
//   job header (MERGE_*) | JOB_* fields, staged block, staged partition | inputs | buffers
//   input header (INPUT_*) | its head (HEAD_*) | cursor (CURSOR and BLOCK_AT ...) | key buffer

import { INPUT_HEADER_BYTES, MERGE_HEADER_BYTES } from '../src/layout';

// The head of an input: its first entry that was not consumed yet, and its place in the order of all heads (merge-tree.ts) --------

export const HEAD_KEY = INPUT_HEADER_BYTES; // address; the key has slack behind it (slack.ts)
export const HEAD_KEY_LENGTH = INPUT_HEADER_BYTES + 4;
/** i32: key bytes shared with the entry that it was last compared with and lost to; EXHAUSTED when the input has no entry left. */
export const HEAD_SHARED = INPUT_HEADER_BYTES + 8;
export const HEAD_KIND = INPUT_HEADER_BYTES + 12;
export const HEAD_WINDOW = INPUT_HEADER_BYTES + 16; // u64: the 8 key bytes behind the shared ones
export const HEAD_EPOCH = INPUT_HEADER_BYTES + 24; // u64
export const HEAD_EXPIRY = INPUT_HEADER_BYTES + 32; // u64
export const HEAD_FLAGS = INPUT_HEADER_BYTES + 40;
export const HEAD_EXTENSION = INPUT_HEADER_BYTES + 44; // address
export const HEAD_EXTENSION_LENGTH = INPUT_HEADER_BYTES + 48;
export const HEAD_VALUE = INPUT_HEADER_BYTES + 52; // address
export const HEAD_VALUE_LENGTH = INPUT_HEADER_BYTES + 56;
/** Index of the tree node where the input's head meets its first rival. */
export const HEAD_NODE = INPUT_HEADER_BYTES + 60;

export const EXHAUSTED: i32 = -1;

// Where an input reads ------------------------------------------------------------------------------------------------------------

/** A cursor of memtable-seek.ts, one entry ahead of the head. */
export const INPUT_CURSOR = INPUT_HEADER_BYTES + 64;
export const BLOCK_AT = INPUT_HEADER_BYTES + 72; // address of the next entry
export const BLOCK_KEYS_END = INPUT_HEADER_BYTES + 76;
export const BLOCK_VALUE_AT = INPUT_HEADER_BYTES + 80; // address of its value
export const BLOCK_VALUES_END = INPUT_HEADER_BYTES + 84;
export const BLOCK_BASE = INPUT_HEADER_BYTES + 88; // u64: base epoch
/** Key bytes that the next entry may share with the head: its key length, 0 at the start of a block. */
export const BLOCK_SHAREABLE = INPUT_HEADER_BYTES + 96;
export const BLOCK_OFFSET = INPUT_HEADER_BYTES + 100; // of the block in its .sst
export const INPUT_LONGEST_KEY = INPUT_HEADER_BYTES + 104;
export const INPUT_TOUCHED = INPUT_HEADER_BYTES + 108; // nobody reads it
export const INPUT_KEY_BUFFER = INPUT_HEADER_BYTES + 128;

// The job -------------------------------------------------------------------------------------------------------------------------

export const JOB_TREE = MERGE_HEADER_BYTES + 4; // address of the loser tree
export const JOB_WINNER = MERGE_HEADER_BYTES + 8; // the input whose head sorts first
/** The input whose head was consumed and must be replaced before anything else, 0 when there is none. */
export const JOB_CONSUMED = MERGE_HEADER_BYTES + 12;
export const JOB_OPENED = MERGE_HEADER_BYTES + 16; // inputs whose first head stands in the tree

// What was consumed last, and what newer entries of its key were (merge-visibility.ts)
export const JOB_KEY_LENGTH = MERGE_HEADER_BYTES + 20; // NO_KEY before the first entry
export const JOB_EPOCH = MERGE_HEADER_BYTES + 24; // u64
export const JOB_NEWER_EPOCH = MERGE_HEADER_BYTES + 32; // u64: of the next newer version that was kept
export const JOB_HISTORY = MERGE_HEADER_BYTES + 40;

// What was written last (merge-output.ts)
export const JOB_SHARED = MERGE_HEADER_BYTES + 44; // key bytes that all entries consumed since then shared with it, whatever its file
export const JOB_WRITTEN = MERGE_HEADER_BYTES + 48; // address of the last key written
export const JOB_WRITTEN_LENGTH = MERGE_HEADER_BYTES + 52; // NO_KEY at the start of a file
export const JOB_WRITTEN_EPOCH = MERGE_HEADER_BYTES + 56; // u64
export const JOB_LZ4_SCRATCH = MERGE_HEADER_BYTES + 64;
/** 1: the last block written waits for its separator. */
export const JOB_BLOCK_PENDING = MERGE_HEADER_BYTES + 68;
export const JOB_PENDING_OFFSET = MERGE_HEADER_BYTES + 72; // of that block in the .sst
export const JOB_META_OFFSET = MERGE_HEADER_BYTES + 76; // bytes of the file's finished partitions
export const JOB_FILE_ENDED = MERGE_HEADER_BYTES + 80; // 1: the results of a file were reported, the next one starts

export const JOB_STAGED_BLOCK = MERGE_HEADER_BYTES + 96; // block-builder.ts
export const JOB_STAGED_PARTITION = MERGE_HEADER_BYTES + 192; // partition-builder.ts
export const JOB_BYTES = MERGE_HEADER_BYTES + 256;

/** Longer than any key: equal to the length of none. */
export const NO_KEY: u32 = u32.MAX_VALUE;
