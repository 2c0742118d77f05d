// What a cache may be told, and the sizes that follow from it.

import type { OnEvent } from '@varve/core';

const KIB = 1024;
const LEAST_BUDGET_BYTES = 2 ** 20;
const LEAST_PIECE_BYTES = 4 * KIB;
const MOST_PIECE_BYTES = 1024 * KIB;
/** A block of an SST in object storage is 32 KiB before it is packed: a read of one needs one piece, now and then two. */
const DEFAULT_PIECE_BYTES = 64 * KIB;
/** Pieces that are written to the local store at once are one object there. Fewer and larger ones cost less, and hold more memory until they are written. */
const MOST_BUNDLE_BYTES = 2 * 2 ** 20;
/** What is dropped at once is a small part of what there is. */
const LEAST_BUNDLES = 16;

/** Options of `cacheStore`. */
export interface CacheOptions {
  /** The bytes that objects of the cache take in the local store, at most. From 1 MiB on. */
  readonly budgetBytes: number;
  /** What is asked for and kept at once: a power of two from 4 KiB to 1 MiB, at most a 16th of the budget. Default 64 KiB. */
  readonly pieceBytes?: number | undefined;
  /** SSTs that are written through this handle are kept as they are uploaded, so that merges read them here. Default true. */
  readonly writeThrough?: boolean | undefined;
  /** Told, once for each reason, of what makes the cache slower than it could be: `warning`, as the engine's events. */
  readonly onEvent?: OnEvent | undefined;
}

/** Sizes of a cache. */
export interface CachePlan {
  readonly budgetBytes: number;
  readonly pieceBytes: number;
  /** Pieces of about so many bytes are written together. */
  readonly bundleBytes: number;
}

const KNOWN = ['budgetBytes', 'pieceBytes', 'writeThrough', 'onEvent'];

/** Throws `TypeError` or `RangeError` when the options make no sense. */
export function planOf(options: CacheOptions): CachePlan {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown !== undefined) throw new TypeError(`unknown option ${unknown}: cacheStore knows ${KNOWN.join(', ')}`);
  const { budgetBytes, pieceBytes = Math.min(DEFAULT_PIECE_BYTES, floorToPowerOfTwo(budgetBytes / LEAST_BUNDLES)) } = options;
  if (!Number.isSafeInteger(budgetBytes) || budgetBytes < LEAST_BUDGET_BYTES) {
    throw new RangeError(`budgetBytes must be an integer from ${LEAST_BUDGET_BYTES} on: ${String(budgetBytes)}`);
  }
  const most = Math.min(MOST_PIECE_BYTES, budgetBytes / LEAST_BUNDLES);
  if (floorToPowerOfTwo(pieceBytes) !== pieceBytes || pieceBytes < LEAST_PIECE_BYTES || pieceBytes > most) {
    throw new RangeError(
      `pieceBytes must be a power of two from ${LEAST_PIECE_BYTES} to ${floorToPowerOfTwo(most)}: ${String(pieceBytes)}`,
    );
  }
  return { budgetBytes, pieceBytes, bundleBytes: Math.min(MOST_BUNDLE_BYTES, floorToPowerOfTwo(budgetBytes / LEAST_BUNDLES)) };
}

function floorToPowerOfTwo(n: number): number {
  return 2 ** Math.floor(Math.log2(n));
}
