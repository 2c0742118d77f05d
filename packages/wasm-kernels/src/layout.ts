// The structures that TypeScript and the kernels share in linear memory: field offsets in bytes, sizes and status codes.
// The one file that both compilers read (AssemblyScript takes the constants as i32), so the two sides cannot disagree.
// u32 unless another width is named. Persisted layouts (block, partition, top index, log entry) are drawn in docs/FORMAT.md.

// Statuses that kernels return -------------------------------------------------------------------------------------------------

/** Not found, range exhausted, job complete. */
export const STATUS_DONE = 0;
/** An entry was found. */
export const STATUS_FOUND = 1;
/** A page, an output buffer or a slice is full: drain it, call again. */
export const STATUS_FULL = 2;
/** A partition is not resident: load it, set its residency word, call again. */
export const STATUS_NEED_PARTITION = 3;
/** A block is not resident: load it, set its residency word, call again. */
export const STATUS_NEED_BLOCK = 4;
/** Stored bytes contradict the format. */
export const STATUS_CORRUPT = 5;
/** An input of a merge has no more stored bytes in memory: give the next chunk, call again. */
export const STATUS_NEED_INPUT = 6;
/** An output file of a merge is complete: drain it, name the next, call again. */
export const STATUS_FILE_DONE = 7;
/** The slice's entry budget is used up: call again later. */
export const STATUS_SLICE = 8;
/** A single entry is larger than the page. */
export const STATUS_TOO_LARGE = 9;

// Entry kinds and flags (persisted) ----------------------------------------------------------------------------------------------

export const KIND_PUT = 0;
export const KIND_DELETE = 1;
export const KIND_POINTER = 2;
export const KIND_RANGE_DELETE = 3;
export const KIND_MERGE = 4;
export const FLAG_EXPIRY = 1;
export const FLAG_EXTENSION = 2;

// Log entry in an arena (persisted) ------------------------------------------------------------------------------------------------

export const ENTRY_VALUE_LENGTH = 0;
export const ENTRY_KEY_WORD = 4; // key length (bits 0..19) | kind (20..23) | flags (24..31)
export const ENTRY_BACK = 8;
export const ENTRY_HEADER_BYTES = 12;

export const BATCH_EPOCH = 0; // u64
export const BATCH_WALL = 8; // u64
export const BATCH_TERM = 16;
export const BATCH_SYNCED = 20;
export const BATCH_COUNT = 24;
export const BATCH_FLAGS = 28;
export const BATCH_HEADER_BYTES = 32;
export const BATCH_CLIENT_BYTES = 24;
export const BATCH_FLAG_CLIENT = 1;

export const RECORD_LENGTH = 0;
export const RECORD_TYPE = 4; // u8, then u8 version, u16 0
export const RECORD_CHECKSUM = 8; // u64
export const RECORD_HEADER_BYTES = 16;

// Memtable: one region; records grow up from its start, tree nodes grow down from its end -------------------------------------------

export const MEMTABLE_BYTES = 0; // size of the region
export const MEMTABLE_TAIL = 4; // address behind the last record byte; owned by TypeScript
export const MEMTABLE_FLOOR = 8; // lowest address used by nodes
export const MEMTABLE_ROOT = 12;
export const MEMTABLE_HEIGHT = 16;
export const MEMTABLE_COUNT = 20; // entries in the tree
export const MEMTABLE_FIRST_LEAF = 24;
export const MEMTABLE_LAST_LEAF = 28;
export const MEMTABLE_MIN_EPOCH = 32; // u64
export const MEMTABLE_MAX_EPOCH = 40; // u64
export const MEMTABLE_LONGEST_KEY = 48;
export const MEMTABLE_KEY_BYTES = 52; // sum of key and value lengths, saturating
export const MEMTABLE_HEADER_BYTES = 64; // the arena (segment header, then records) starts here

// Cache frame: header, then the payload at a multiple of 64; residency words hold the payload's address ------------------------------

export const FRAME_HEADER_BYTES = 64;
export const FRAME_PINS = -64; // offsets from the payload's address
export const FRAME_SLOT = -60; // address of the residency word that points here, 0 when none
export const FRAME_LENGTH = -56; // payload bytes
export const FRAME_TOUCHED = -52; // set to 1 by every use; CLOCK clears it

// Partition (persisted, see FORMAT.md) ------------------------------------------------------------------------------------------------

export const PARTITION_COUNT = 0;
export const PARTITION_PREFIX = 4;
export const PARTITION_FILTER = 8;
export const PARTITION_FILTER_LINES = 12;
export const PARTITION_DATA_END = 16;
export const PARTITION_LENGTH = 20;
export const PARTITION_CHECKSUM = 24; // u64
export const PARTITION_HEADER_BYTES = 32;
export const SLOT_OFFSET = 0;
export const SLOT_RESIDENCY = 4;
export const SLOT_BYTES = 8;
export const EPOCH_IN_SEPARATOR = 0x80000000;

// Top index (persisted) ---------------------------------------------------------------------------------------------------------------

export const TOP_COUNT = 0;
export const TOP_PREFIX = 4;
export const TOP_TERM = 8;
export const TOP_COUNTER = 12;
export const TOP_LONGEST_KEY = 16;
export const TOP_LONGEST_BLOCK = 20;
export const TOP_DATA_LENGTH = 24;
export const TOP_HEADER_BYTES = 32;
export const TOP_WINDOW = 0; // u64; fields of one entry
export const TOP_META_OFFSET = 8;
export const TOP_META_LENGTH = 12;
export const TOP_RESIDENCY = 16;
export const TOP_SEPARATOR_END = 20;
export const TOP_ENTRY_BYTES = 24;

// Block (persisted) -------------------------------------------------------------------------------------------------------------------

export const BLOCK_RESTARTS = 0; // u16
export const BLOCK_ENTRIES = 2; // u16
export const BLOCK_VALUES = 4;
export const BLOCK_BASE_EPOCH = 8; // u64
export const BLOCK_HEADER_BYTES = 16;
export const RESTART_BYTES = 8;
export const RESTART_INTERVAL = 16;
export const INTERVAL_KEY_BYTES = 2048;
export const TRAILER_CODEC = 0; // u8
export const TRAILER_VERSION = 1; // u8
export const TRAILER_DICTIONARY = 2; // u16
export const TRAILER_PAYLOAD_LENGTH = 4;
export const TRAILER_CHECKSUM = 8; // u64
export const TRAILER_BYTES = 16;
export const CODEC_NONE = 0;
export const CODEC_LZ4 = 1;
export const MAX_STORED_KEY = 65539;

// Run: SSTs whose ranges do not overlap, in key order (a level, or one SST of L0) -----------------------------------------------------

export const RUN_COUNT = 0;
export const RUN_PREFIX = 4; // bytes that the last keys of all its SSTs share; filled by runBuild
export const RUN_HEADER_BYTES = 16;
export const RUN_WINDOW = 0; // u64: of the SST's last key; filled by runBuild. Fields of one entry
export const RUN_SST = 8; // address of the SST's top index
export const RUN_ENTRY_BYTES = 16;

// View: what a read sees, youngest source first ---------------------------------------------------------------------------------------

export const VIEW_COUNT = 0;
/** 1: the first hit wins (epochs counted up). 0: a hit is compared with every older source (managed epochs). */
export const VIEW_FIRST_HIT_WINS = 4;
export const VIEW_HEADER_BYTES = 8;
export const VIEW_SOURCE_KIND = 0; // fields of one source
export const VIEW_SOURCE_ADDRESS = 4;
export const VIEW_SOURCE_BYTES = 8;
export const SOURCE_MEMTABLE = 0;
export const SOURCE_RUN = 1;

// Answer of viewGet, and what scan and get report with STATUS_NEED_* or STATUS_CORRUPT -------------------------------------------------

export const ANSWER_VALUE = 0; // address
export const ANSWER_VALUE_LENGTH = 4;
export const ANSWER_KIND = 8; // kind | flags << 8
export const ANSWER_EPOCH = 16; // u64
export const ANSWER_EXPIRY = 24; // u64, 0 when none
export const ANSWER_SST = 32; // top index address of the SST that needs something
export const ANSWER_PARTITION = 36; // index of the partition in that SST
export const ANSWER_SLOT = 40; // address of the residency word to fill
export const ANSWER_OFFSET = 44; // where the missing bytes start in .meta or .sst
export const ANSWER_LENGTH = 48; // and how many they are, trailer included
export const ANSWER_BYTES = 64;

// Scan: one page fill ------------------------------------------------------------------------------------------------------------------

export const SCAN_ANSWER = 0; // the ANSWER_* fields: what is missing
export const SCAN_VIEW = 64;
export const SCAN_REVERSE = 68;
export const SCAN_KEYS_ONLY = 72;
export const SCAN_LOWER = 76; // address of the lower bound, 0 when none
export const SCAN_LOWER_LENGTH = 80;
export const SCAN_LOWER_OPEN = 84; // 1: exclusive
export const SCAN_UPPER = 88;
export const SCAN_UPPER_LENGTH = 92;
export const SCAN_UPPER_CLOSED = 96; // 1: inclusive
export const SCAN_LIMIT = 100; // entries at most in this page
export const SCAN_EPOCH = 104; // u64
export const SCAN_NOW = 112; // u64, ms: entries that expired are skipped
export const SCAN_PAGE = 120; // address of the page
export const SCAN_PAGE_BYTES = 124;
export const SCAN_COUNT = 128; // out: entries in the page
export const SCAN_USED = 132; // out: bytes of the page in use (with STATUS_TOO_LARGE: bytes the entry needs)
export const SCAN_STARTED = 136; // 0 before the first call of a page, owned by the kernel afterwards
export const SCAN_LAST = 140; // out: where the last entry of the page begins, from the page's start
export const SCAN_LONGEST_KEY = 144; // as given to scanBytes: no source held a longer stored key then
export const SCAN_HEADER_BYTES = 192; // the kernel's own state follows; scanBytes() tells the whole size
/** One entry of a page: u32 key length, u32 value length, key, value, zeros to a multiple of 4. Keys are stored keys. */
export const PAGE_ENTRY_BYTES = 8;

// Merge: compaction and flush -----------------------------------------------------------------------------------------------------------

export const MERGE_INPUTS = 0; // number of inputs
export const MERGE_INPUT = 4; // out: which input STATUS_NEED_INPUT or STATUS_CORRUPT speaks of
export const MERGE_OUT = 8; // output buffer of stored blocks: address, size, bytes in use (TypeScript drains and sets 0)
export const MERGE_OUT_BYTES = 12;
export const MERGE_OUT_USED = 16;
export const MERGE_META = 20; // buffer of finished partitions, one behind the other, each a multiple of 64: likewise
export const MERGE_META_BYTES = 24;
export const MERGE_META_USED = 28;
export const MERGE_TERM = 32; // identity of the object that is being written
export const MERGE_COUNTER = 36;
export const MERGE_BLOCK_TARGET = 40; // payload bytes
export const MERGE_PARTITION_TARGET = 44; // bytes
export const MERGE_FILE_TARGET = 48; // .sst bytes; a file ends at the next user key
export const MERGE_CODEC = 52;
export const MERGE_READERS = 56; // address of u64 epochs that open readers see, ascending; the newest state is always kept
export const MERGE_READER_COUNT = 60;
export const MERGE_BOTTOM = 64; // 1: nothing older lies below, tombstones end here
export const MERGE_WARM = 68; // address of a stack of frame payload addresses (u32 each) that finished blocks may be copied to
export const MERGE_WARM_COUNT = 72; // how many are left; the kernel pops
export const MERGE_WARMED = 76; // address of a list, one u32 a finished block in order: the frame it was copied to, or 0
export const MERGE_WARMED_COUNT = 80; // TypeScript drains and sets 0
export const MERGE_WARMED_LIMIT = 84; // 0: there is no list, and no block is copied
export const MERGE_CORRUPT_OFFSET = 88; // out: with STATUS_CORRUPT, the block's offset in the .sst
export const MERGE_NOW = 96; // u64, ms: expired puts become tombstones
// Results of the file that STATUS_FILE_DONE (or STATUS_DONE) ends
export const MERGE_FILE_BYTES = 104; // .sst length; 0: no file is open
export const MERGE_FILE_ENTRIES = 108;
export const MERGE_FILE_TOMBSTONES = 112;
export const MERGE_FILE_LONGEST_KEY = 116;
export const MERGE_FILE_LONGEST_BLOCK = 120;
export const MERGE_FILE_PARTITIONS = 124;
export const MERGE_FILE_MIN_EPOCH = 128; // u64
export const MERGE_FILE_MAX_EPOCH = 136; // u64
export const MERGE_FILE_EARLIEST_EXPIRY = 144; // u64, 0 when none
export const MERGE_FILE_RAW_BYTES = 152; // f64: keys and values before encoding
export const MERGE_SMALLEST = 160; // address of the smallest stored key, and its length
export const MERGE_SMALLEST_LENGTH = 164;
export const MERGE_LARGEST = 168;
export const MERGE_LARGEST_LENGTH = 172;
export const MERGE_READ_ENTRIES = 176; // entries consumed so far, over the whole job (u32, wraps)
export const MERGE_LONGEST_KEY = 180; // in: no input holds a longer stored key; sizes the kernel's buffers
export const MERGE_HEADER_BYTES = 192; // the kernel's own state, inputs (mergeInput) and buffers follow; mergeBytes() tells the whole size

export const INPUT_KIND = 0; // SOURCE_MEMTABLE or SOURCE_RUN (a sequence of chunks of stored blocks)
export const INPUT_MEMTABLE = 4;
export const INPUT_PARTITION = 8; // address of the partition that describes the chunk
export const INPUT_BLOCK = 12; // next block of the partition to read; the kernel advances it
export const INPUT_BLOCK_END = 16; // blocks up to here (exclusive) are in memory
export const INPUT_DATA = 20; // address of their stored bytes
export const INPUT_DATA_OFFSET = 24; // .sst offset of the first of these bytes
export const INPUT_TERM = 28; // identity of the object they come from
export const INPUT_COUNTER = 32;
export const INPUT_LAST = 36; // 1: no chunk follows this one
export const INPUT_PAYLOAD = 40; // buffer for one uncompressed block
export const INPUT_PAYLOAD_BYTES = 44;
export const INPUT_ASSIGNED = 48; // 1: every entry has INPUT_ASSIGNED_EPOCH
export const INPUT_ASSIGNED_EPOCH = 56; // u64
export const INPUT_HEADER_BYTES = 64; // the kernel's own state follows; mergeInputBytes() tells the whole size of one input
