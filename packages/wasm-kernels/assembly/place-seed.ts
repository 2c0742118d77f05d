// Seeds of checksums that tie persisted bytes to the object they belong to and to their place in it (docs/FORMAT.md, Checksums).

import { u64Of } from './bytes';

const OFFSET_FACTOR: u64 = 0x9e3779b97f4a7c15;
const META_BIT: u64 = 0x8000000000000000;

/** Of the block at `offset` of the .sst of object (term, counter). */
@inline
export function blockSeed(term: u32, counter: u32, offset: u32): u64 {
  return u64Of(counter, term) ^ (u64(offset) * OFFSET_FACTOR);
}

/** Of the partition or section at `offset` of the object's .meta (partitions count from the first one). */
@inline
export function metaSeed(term: u32, counter: u32, offset: u32): u64 {
  return blockSeed(term, counter, offset) ^ META_BIT;
}
