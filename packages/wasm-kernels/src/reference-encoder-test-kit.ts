// For tests: whole SSTs written plainly from their drawing in docs/FORMAT.md, to hold the kernels against.

import { ByteWriter } from './byte-writer-test-kit.ts';
import { encodeBlock, storeBlock } from './reference-block-test-kit.ts';
import type { ReferenceEntry } from './reference-entry-test-kit.ts';
import { encodePartition, encodeTop, separatorBetween } from './reference-index-test-kit.ts';
import type { BlockPlace } from './reference-index-test-kit.ts';
import type { ObjectId } from './reference-seal-test-kit.ts';

/** How an SST is cut and written. */
export interface EncodeSettings {
  readonly id: ObjectId;
  /** Payload bytes that close a block. */
  readonly blockTarget: number;
  readonly partitionTarget: number;
  readonly lz4: boolean;
  /** Separators are cut to the shortest that divides their neighbours; else they are last keys. */
  readonly shortSeparators: boolean;
  /** False: partitions have no filter lines. */
  readonly filter?: boolean | undefined;
}

/** An SST as bytes. */
export interface EncodedSst {
  readonly id: ObjectId;
  /** The .sst. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** The .meta, of which only the partitions are filled. */
  readonly meta: Uint8Array<ArrayBuffer>;
  /** Where the partitions start in it. */
  readonly partitionsOffset: number;
  readonly top: Uint8Array<ArrayBuffer>;
  readonly longestBlock: number;
  /** Where the blocks lie in the .sst. */
  readonly blocks: readonly BlockPlace[];
}

/** Any multiple of 64 will do. */
const PARTITIONS_OFFSET = 192;
/** About what an entry takes besides key and value, and a block in a partition besides its separator and filter. */
const ENTRY_OVERHEAD = 8;
const BLOCK_OVERHEAD = 28;

/** An SST of ascending entries, at least one. */
export function encodeSst(entries: readonly ReferenceEntry[], settings: EncodeSettings): EncodedSst {
  const data = new ByteWriter();
  let longestBlock = 0;
  const parts = cutBlocks(entries, settings.blockTarget);
  const blocks = parts.map((part, index): BlockPlace => {
    const payload = encodeBlock(part);
    longestBlock = Math.max(longestBlock, payload.length);
    const offset = data.length;
    data.bytes(storeBlock(payload, settings.id, offset, settings.lz4));
    const separator = separatorBetween(part.at(-1)!, parts.at(index + 1)?.[0], settings.shortSeparators);
    return { offset, keys: part.map((entry) => entry.key), separator, end: data.length };
  });
  const meta = new ByteWriter();
  meta.bytes(new Uint8Array(PARTITIONS_OFFSET));
  const tops = cutPartitions(blocks, settings.partitionTarget).map((group) => {
    const offset = meta.length;
    meta.bytes(encodePartition(group, settings.id, offset - PARTITIONS_OFFSET, settings.filter));
    return { separator: group.at(-1)!.separator, offset, length: meta.length - offset };
  });
  const longestKey = entries.reduce((longest, { key }) => Math.max(longest, key.length), 0);
  const top = encodeTop(tops, [settings.id.term, settings.id.counter, longestKey, longestBlock, data.length, 0]);
  return { id: settings.id, data: data.finish(), meta: meta.finish(), partitionsOffset: PARTITIONS_OFFSET, top, longestBlock, blocks };
}

function cutBlocks(entries: readonly ReferenceEntry[], target: number): ReferenceEntry[][] {
  const blocks: ReferenceEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const added = entry.key.length + entry.value.length + ENTRY_OVERHEAD;
    if (!blocks.length || bytes + added > target) {
      blocks.push([]);
      bytes = 0;
    }
    blocks.at(-1)!.push(entry);
    bytes += added;
  }
  return blocks;
}

function cutPartitions(blocks: readonly BlockPlace[], target: number): BlockPlace[][] {
  const groups: BlockPlace[][] = [];
  let bytes = 0;
  for (const block of blocks) {
    const added = BLOCK_OVERHEAD + block.separator.key.length + block.keys.length;
    if (!groups.length || bytes + added > target) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(block);
    bytes += added;
  }
  return groups;
}
