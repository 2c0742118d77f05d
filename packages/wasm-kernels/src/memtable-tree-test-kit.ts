// For tests: walks the B+tree of a memtable as assembly/memtable-layout.ts draws it, and checks everything that the drawing says.

import {
  INNER_BYTES,
  LEAF_BYTES,
  NODE_CHILDREN,
  NODE_COUNT,
  NODE_ENTRIES,
  NODE_NEXT,
  NODE_PREFIX,
  NODE_PREFIX_BYTES,
  NODE_PREFIX_LENGTH,
  NODE_PREVIOUS,
  NODE_SLOTS,
  NODE_WINDOW_COUNT,
  NODE_WINDOWS,
} from '../assembly/memtable-layout.ts';
import {
  BATCH_EPOCH,
  ENTRY_BACK,
  ENTRY_HEADER_BYTES,
  ENTRY_KEY_WORD,
  FLAG_EXPIRY,
  FLAG_EXTENSION,
  MEMTABLE_BYTES,
  MEMTABLE_COUNT,
  MEMTABLE_FIRST_LEAF,
  MEMTABLE_FLOOR,
  MEMTABLE_HEIGHT,
  MEMTABLE_LAST_LEAF,
  MEMTABLE_ROOT,
} from './layout.ts';
import type { MemoryTestKit } from './memory-test-kit.ts';
import { compareKeys } from './reference-entry-test-kit.ts';

const NO_WINDOW = 0xffffffffffffffffn;
const SCRATCH_BYTES = 64;

/** An entry of the tree, where it lies. */
export interface TreeEntry {
  readonly address: number;
  readonly key: Uint8Array<ArrayBuffer>;
  readonly epoch: bigint;
}

/** Entries of a sound tree in order. Throws where the tree is not as it is drawn. */
export function readTree(memory: MemoryTestKit, memtable: number): TreeEntry[] {
  return new TreeReader(memory, memtable).read();
}

/** Tree order: key, then epoch descending. */
export function compareInTree(a: TreeEntry, b: TreeEntry): number {
  return compareKeys(a.key, b.key) || Number(b.epoch > a.epoch) - Number(b.epoch < a.epoch);
}

/** The fields of the log entry at an address that order it. */
function readTreeEntry(memory: MemoryTestKit, address: number): TreeEntry {
  const { view } = memory;
  const word = view.getUint32(address + ENTRY_KEY_WORD, true);
  let key = address + ENTRY_HEADER_BYTES;
  if ((word >>> 24) & FLAG_EXPIRY) key += 8;
  if ((word >>> 24) & FLAG_EXTENSION) key += 4 + view.getUint32(key, true);
  const epoch = view.getBigUint64(address - view.getUint32(address + ENTRY_BACK, true) + BATCH_EPOCH, true);
  return { address, key: memory.take(key, word & 0xfffff), epoch };
}

/** What sorts at or after `lower` and before `upper` may stand below a node. */
interface Bounds {
  readonly lower?: TreeEntry | undefined;
  readonly upper?: TreeEntry | undefined;
  /** Whether the node is the first or last one of its level: those may be less than half full. */
  readonly isEdge: boolean;
}

class TreeReader {
  readonly #memory: MemoryTestKit;
  readonly #memtable: number;
  readonly #entries: TreeEntry[] = [];
  readonly #leaves: number[] = [];
  #nodeBytes = 0;

  constructor(memory: MemoryTestKit, memtable: number) {
    this.#memory = memory;
    this.#memtable = memtable;
  }

  read(): TreeEntry[] {
    this.#readNode(this.#field(MEMTABLE_ROOT), this.#field(MEMTABLE_HEIGHT), { isEdge: true });
    this.#checkChain();
    check(this.#entries.length === this.#field(MEMTABLE_COUNT), 'the count is wrong');
    const end = Math.floor((this.#memtable + this.#field(MEMTABLE_BYTES)) / 64) * 64 - SCRATCH_BYTES;
    check(end - this.#field(MEMTABLE_FLOOR) === this.#nodeBytes, 'the floor is not below all nodes');
    return this.#entries;
  }

  #readNode(node: number, height: number, bounds: Bounds): void {
    this.#nodeBytes += height ? INNER_BYTES : LEAF_BYTES;
    check(node % 64 === 0, 'a node is not at a multiple of 64');
    const slots = this.#slots(node);
    check(slots.length <= NODE_SLOTS, 'a node is too full');
    check(slots.length >= (bounds.isEdge ? 1 : NODE_SLOTS / 2) || this.#field(MEMTABLE_COUNT) === 0, 'a node is less than half full');
    this.#checkWindows(node, slots, height ? 1 : 0);
    if (height) this.#readChildren(node, slots, height, bounds);
    else this.#readLeaf(node, slots, bounds);
  }

  #readChildren(node: number, slots: readonly TreeEntry[], height: number, bounds: Bounds): void {
    for (const [slot, entry] of slots.entries()) {
      const isFirst = slot === 0;
      const isLast = slot === slots.length - 1;
      this.#readNode(this.#u32(node + NODE_CHILDREN + slot * 4), height - 1, {
        lower: isFirst ? bounds.lower : entry,
        upper: isLast ? bounds.upper : slots[slot + 1],
        isEdge: (isFirst && !bounds.lower) || (isLast && !bounds.upper),
      });
    }
  }

  #readLeaf(leaf: number, slots: readonly TreeEntry[], { lower, upper }: Bounds): void {
    this.#leaves.push(leaf);
    for (const entry of slots) {
      const before = this.#entries.at(-1);
      check(!before || compareInTree(before, entry) < 0, 'entries are out of order');
      check(!lower || compareInTree(lower, entry) <= 0, 'an entry sorts before the separator of its leaf');
      check(!upper || compareInTree(entry, upper) < 0, 'an entry does not sort before the separator of the next leaf');
      this.#entries.push(entry);
    }
  }

  #checkWindows(node: number, slots: readonly TreeEntry[], first: number): void {
    const prefixLength = this.#u32(node + NODE_PREFIX_LENGTH);
    const prefix = this.#memory.take(node + NODE_PREFIX, Math.min(prefixLength, NODE_PREFIX_BYTES));
    const whole = slots.at(-1)?.key.subarray(0, prefixLength) ?? prefix;
    for (let slot = 0; slot < NODE_WINDOW_COUNT; slot++) {
      const window = this.#memory.view.getBigUint64(node + NODE_WINDOWS + slot * 8, true);
      if (slot >= slots.length) check(window === NO_WINDOW, 'the window of a free slot is not all ones');
      else if (slot < first) check(window === 0n, 'the first window of an inner node is not 0');
      else {
        const { key } = slots[slot];
        check(
          key.length >= prefixLength && startsWith(key, whole) && startsWith(key, prefix),
          'a key does not have the prefix of its node',
        );
        check(window === windowOf(key, prefixLength), 'a window is wrong');
      }
    }
  }

  #checkChain(): void {
    check(this.#field(MEMTABLE_FIRST_LEAF) === this.#leaves[0], 'the first leaf is another');
    check(this.#field(MEMTABLE_LAST_LEAF) === this.#leaves.at(-1), 'the last leaf is another');
    for (const [index, leaf] of this.#leaves.entries()) {
      check(this.#u32(leaf + NODE_NEXT) === (this.#leaves[index + 1] ?? 0), 'the next leaf is another');
      check(this.#u32(leaf + NODE_PREVIOUS) === (this.#leaves[index - 1] ?? 0), 'the previous leaf is another');
    }
  }

  #slots(node: number): TreeEntry[] {
    return Array.from({ length: this.#u32(node + NODE_COUNT) }, (_, slot) =>
      readTreeEntry(this.#memory, this.#u32(node + NODE_ENTRIES + slot * 4)),
    );
  }

  #field(offset: number): number {
    return this.#u32(this.#memtable + offset);
  }

  #u32(address: number): number {
    return this.#memory.view.getUint32(address, true);
  }
}

/** The 8 bytes behind the prefix as a big-endian number, zero padded. */
function windowOf(key: Uint8Array, prefixLength: number): bigint {
  const window = new Uint8Array(8);
  window.set(key.subarray(prefixLength, prefixLength + 8));
  return new DataView(window.buffer).getBigUint64(0);
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => key[index] === byte);
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
