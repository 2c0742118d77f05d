// The kernels' exports as TypeScript sees them: addresses and lengths are numbers, 64-bit values travel as two u32 (low, high)
// or through memory. Kernels never allocate: every buffer is given to them by address. Status codes are in layout.ts.

/** Exports of one instance; one instance serves one open database. */
export interface Kernels {
  // checksum, hash, compression ----------------------------------------------------------------------------------------------
  /** Writes xxh64(bytes, seed) as u64 to `out`. */
  xxh64(address: number, length: number, seedLow: number, seedHigh: number, out: number): void;
  /** Writes hash64(key) (FORMAT.md) as u64 to `out`. */
  hash64(address: number, length: number, out: number): void;
  /** LZ4 block format. Returns the compressed length, or 0 when it would not fit into `capacity`. `scratch`: 16 KiB hash table, need not be cleared. */
  lz4Compress(source: number, length: number, target: number, capacity: number, scratch: number): number;
  /** Returns the decompressed length, or -1 when the bytes are malformed or would not fit. Never reads or writes outside. */
  lz4Decompress(source: number, length: number, target: number, capacity: number): number;

  // records ---------------------------------------------------------------------------------------------------------------------
  /** Fills the checksum of the record at `record` (its length, type and payload are in place). */
  recordSeal(record: number, seedLow: number, seedHigh: number): void;
  /** Payload length of the valid record at `record`, -1 when it is not one, -2 at the end (length 0 and type 0). Reads below `limit` only. */
  recordCheck(record: number, limit: number, seedLow: number, seedHigh: number): number;

  // memtable --------------------------------------------------------------------------------------------------------------------
  /** Makes an empty memtable in `bytes` bytes at `memtable` (a multiple of 64). */
  memtableInit(memtable: number, bytes: number): void;
  /** Bytes that the tree may need for `count` more entries, at worst. */
  memtableRoom(memtable: number, count: number): number;
  /**
   * Inserts every entry of the batch whose header is at `batch` and whose payload has `length` bytes. The caller made sure of the room.
   * An equal (key, epoch) is replaced by the later one. Returns the number of entries, or -1 when the payload contradicts the format (nothing
   * behind the bad entry is inserted).
   */
  memtableInsert(memtable: number, batch: number, length: number): number;
  /** Newest entry of the key with an epoch at most the given one: its address, or 0. */
  memtableGet(memtable: number, key: number, keyLength: number, epochLow: number, epochHigh: number): number;

  // blocks and partitions ----------------------------------------------------------------------------------------------------------
  /**
   * Checks and decompresses one stored block (`length` bytes, trailer included) to `target`. Returns the payload length, or -1 when checksum or
   * structure is wrong or `capacity` too small. `offset` is its place in the .sst of object (term, counter).
   */
  blockLoad(source: number, length: number, term: number, counter: number, offset: number, target: number, capacity: number): number;
  /** Payload length that a stored block's trailer claims (unchecked: to choose a frame). */
  blockPayloadLength(source: number, length: number): number;
  /** 1 when the partition image is sound: checksum and every offset inside (so that lookups may trust it). `offset`: its place in the .meta. */
  partitionCheck(partition: number, length: number, term: number, counter: number, offset: number): number;
  /** 1 when the top index image is sound. */
  topCheck(top: number, length: number): number;
  /** Computes prefix and windows of a run whose RUN_COUNT and RUN_SST fields are filled. */
  runBuild(run: number): void;

  // reading -----------------------------------------------------------------------------------------------------------------------
  /**
   * Looks a stored key up in a view: newest entry with an epoch at most the given one. STATUS_FOUND (also for a tombstone: see ANSWER_KIND),
   * STATUS_DONE, STATUS_NEED_PARTITION, STATUS_NEED_BLOCK or STATUS_CORRUPT; the details are in `answer`.
   */
  viewGet(view: number, key: number, keyLength: number, epochLow: number, epochHigh: number, answer: number): number;
  /** Bytes of a scan over `sources` sources whose longest stored key has `longestKey` bytes; SCAN_LONGEST_KEY tells the kernel. */
  scanBytes(sources: number, longestKey: number): number;
  /**
   * Fills the page with visible entries of the range, in order: newest version a key, tombstones and expired entries left out. STATUS_DONE (range
   * exhausted), STATUS_FULL (page or limit), STATUS_NEED_* (call again once it is resident: the frames in use stay pinned), STATUS_TOO_LARGE
   * (page empty, first entry does not fit), STATUS_CORRUPT. On every status but NEED_* all pins are given back.
   */
  scanPage(scan: number): number;
  /** Gives the pins of an interrupted page back. */
  scanEnd(scan: number): void;

  // merging ------------------------------------------------------------------------------------------------------------------------
  mergeInputBytes(longestKey: number): number;
  /** Bytes of the whole job structure. */
  mergeBytes(inputs: number, longestKey: number, blockTarget: number, partitionTarget: number): number;
  /** Address of input i, once MERGE_LONGEST_KEY is filled (its INPUT_* fields are TypeScript's to fill before mergeStart). */
  mergeInput(merge: number, index: number): number;
  /** Prepares a job whose MERGE_* and INPUT_* fields are filled. */
  mergeStart(merge: number): void;
  /**
   * Merges at most `maxEntries` entries. STATUS_DONE, STATUS_SLICE, STATUS_NEED_INPUT, STATUS_FULL (drain output, meta and warmed lists),
   * STATUS_FILE_DONE (drain; read MERGE_FILE_*; set MERGE_TERM and MERGE_COUNTER for the next file), STATUS_CORRUPT. After STATUS_DONE a last
   * file is complete when MERGE_FILE_BYTES is not 0. STATUS_TOO_LARGE: not even an empty buffer takes the next block (payload and trailer) or
   * partition; with a larger one the job goes on. Compressed, a payload wants the output buffer's room twice, or stays as it is.
   */
  mergeRun(merge: number, maxEntries: number): number;
}
