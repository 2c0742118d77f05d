// How the memory budget is divided. Everything is a fraction of it, so that 4 MiB and 4 GiB behave alike.
//
//   1/4  two memtables (log and tree in one region each); a reader has them if it follows the log
//   1/2  frames of the block cache (1/4 of a small budget, where buffers of fixed size weigh more)
//   rest workspace: merges, scans, top indexes, large blocks, and the memtables of a recovery until they are flushed

import { requestsAreCutOff } from '../base/cut-off.ts';
import { MAX_KEY_BYTES } from '../format/key-space.ts';

const KIB = 1024;
export const MIN_BUDGET_BYTES = 4096 * KIB;
const SMALL_BYTES = 16384 * KIB;
const DEFAULT_BUDGET_BYTES = 65536 * KIB;
/** An isolate of workerd has 128 MB for everything, and is ended when it takes more. */
const ISOLATE_BUDGET_BYTES = 32768 * KIB;

/** Where the user names none. */
export function defaultBudgetBytes(): number {
  return requestsAreCutOff() ? ISOLATE_BUDGET_BYTES : DEFAULT_BUDGET_BYTES;
}

export interface MemoryPlan {
  readonly memtableBytes: number;
  readonly cacheBytes: number;
  /** Blocks larger than a frame, together. */
  readonly largeBlockBytes: number;
  /** One entry with its key. */
  readonly largestEntryBytes: number;
  /** One key: a scan and a merge hold one of each source. */
  readonly longestKeyBytes: number;
  /** Stored bytes that one input of a merge holds. */
  readonly chunkBytes: number;
  /** Output buffers of a merge. */
  readonly mergeOutputs: 1 | 2;
  /** All inputs of one merge together. */
  readonly mergeBytes: number;
  /** What is left at least to reads, scans and top indexes. */
  readonly restBytes: number;
}

export function planMemory(budgetBytes: number): MemoryPlan {
  return {
    memtableBytes: multipleOf64(budgetBytes / 8),
    cacheBytes: multipleOf64(budgetBytes / (budgetBytes < SMALL_BYTES ? 4 : 2)),
    largeBlockBytes: multipleOf64(budgetBytes / 16),
    largestEntryBytes: multipleOf64(budgetBytes / 32),
    longestKeyBytes: Math.min(MAX_KEY_BYTES, Math.floor(budgetBytes / 512)),
    chunkBytes: Math.min(256 * KIB, Math.max(16 * KIB, multipleOf64(budgetBytes / 512))),
    mergeOutputs: budgetBytes < SMALL_BYTES ? 1 : 2,
    mergeBytes: multipleOf64(budgetBytes / 8),
    restBytes: multipleOf64(budgetBytes / 8),
  };
}

function multipleOf64(bytes: number): number {
  return Math.floor(bytes / 64) * 64;
}
