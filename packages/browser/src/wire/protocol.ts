// What pages and the worker that has the database tell each other. A message is one buffer, a row of frames, so that many small calls travel together.
//
//   call     u32 id (0: no answer is wanted) | u8 call | what it takes, below
//   answer   u32 id | u8 0 | u32 length | what is asked for
//            u32 id | u8 1 | u32 length | failure: text kind, text message, text object, f64 offset (-1: none)
//   event    u32 0  | u8 event | u32 length | what it tells
//
// Numbers are little-endian; `bytes` and `text` begin with their length, u32; a list with its count, u32. An epoch is u64; `maybe` begins with u8, 1 where
// something follows. Bump VERSION with every change: a page and a worker of different builds refuse each other (tabs/).

export const VERSION = 3;

export const Call = {
  /** u32 space (chosen by the caller), text name, text keys, text values (names of codecs) -> nothing. The database's own is 0, and known. */
  space: 1,
  /** u32 space, u32 snapshot (0: now), bytes key -> maybe bytes */
  get: 2,
  /** the same -> maybe (u64 epoch, bytes) */
  getEntry: 3,
  /** u32 space, u32 snapshot, list of bytes -> list of maybe bytes */
  getMany: 4,
  /** u64 sequence, u64 lowest sequence that is not answered, u8 durability, list of changes -> u8 1, u64 epoch, or u8 0, bytes key */
  write: 5,
  /** u32 space, u32 snapshot, range, u8 keysOnly, u8 reverse, f64 limit, u32 cursor (chosen by the caller) -> page */
  scan: 6,
  /** u32 cursor -> page: u8 1 when it is the last, list of (bytes key, bytes value) */
  next: 7,
  /** u32 cursor; no answer */
  closeCursor: 8,
  /** u32 snapshot (chosen by the caller) -> u64 epoch */
  snapshot: 9,
  /** u32 snapshot; no answer */
  closeSnapshot: 10,
  /** u32 space, range -> f64 count */
  clear: 11,
  /** text name -> u8 */
  dropSpace: 12,
  /** u8 care -> text JSON */
  care: 13,
  /** u32 watch (chosen by the caller), u32 space, range -> nothing */
  watch: 14,
  /** u32 watch; no answer */
  closeWatch: 15,
  /** u32 image (chosen by the caller) -> list of (text name, f64 size): the objects that a copy of the database now consists of */
  image: 16,
  /** u32 image, u32 object (its place in the list), f64 offset, u32 length -> bytes */
  readImage: 17,
  /** u32 image; no answer */
  closeImage: 18,
} as const;

export const Event = {
  /** u32 watch, u64 epoch, u8 skipped, list of bytes key */
  change: 1,
} as const;

/** Things that take nothing. */
export const CARES = ['flush', 'compact', 'sync', 'idle', 'verify', 'stats', 'keyspaces', 'storage'] as const;
export type Care = (typeof CARES)[number];

/** A change of a write: u8 kind, u32 space, bytes key, then a value for a put, a maybe epoch for a check. */
export const Change = { put: 1, delete: 2, check: 3 } as const;

/** Weakest first: writes that travel together get the strongest of theirs. 0: the database's own. */
export const DURABILITIES = [undefined, 'memory', 'buffered', 'synced'] as const;

/** A range: for each of these, in this order, a maybe bytes. */
export const RANGE_ENDS = ['gt', 'gte', 'lt', 'lte', 'prefix'] as const;
