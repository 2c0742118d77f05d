// One memtable: a region of linear memory that is log and tree at once. It starts with a header, then come the bytes of the log (segment
// header, records), growing up; the kernel's B+tree grows down from the end and points at the entries in the records.
//
//   [ header 64 B | segment header | record | record | ... -> free <- ... | tree nodes ]
//
// A position in the log segment is an address minus `arena`.

import {
  MEMTABLE_COUNT,
  MEMTABLE_FLOOR,
  MEMTABLE_HEADER_BYTES,
  MEMTABLE_LONGEST_KEY,
  MEMTABLE_TAIL,
  type Kernels,
} from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';

export class Memtable {
  readonly address: number;
  readonly bytes: number;
  /** First log segment that this memtable holds records of. */
  readonly firstSegment: number;
  /** No block that holds one of its entries gets larger than this. */
  largestEntry = 0;
  /** Of its newest write, once it is frozen or recovered. */
  newestEpoch = 0n;
  /** How many views (and jobs) need it. */
  pins = 0;
  readonly #u32: Uint32Array;
  readonly #kernels: Kernels;

  constructor(heap: Heap, kernels: Kernels, address: number, bytes: number, firstSegment: number) {
    this.address = address;
    this.bytes = bytes;
    this.firstSegment = firstSegment;
    this.#u32 = heap.u32;
    this.#kernels = kernels;
    kernels.memtableInit(address, bytes);
  }

  /** Address of the log's first byte. */
  get arena(): number {
    return this.address + MEMTABLE_HEADER_BYTES;
  }

  /** Address behind the last byte of the log. */
  get tail(): number {
    return this.#u32[(this.address + MEMTABLE_TAIL) >>> 2]!;
  }

  set tail(address: number) {
    this.#u32[(this.address + MEMTABLE_TAIL) >>> 2] = address;
  }

  /** Entries in the tree. */
  get count(): number {
    return this.#u32[(this.address + MEMTABLE_COUNT) >>> 2]!;
  }

  get longestKey(): number {
    return this.#u32[(this.address + MEMTABLE_LONGEST_KEY) >>> 2]!;
  }

  /** Bytes between log and tree. */
  get freeBytes(): number {
    return this.#u32[(this.address + MEMTABLE_FLOOR) >>> 2]! - this.tail;
  }

  /** True when `count` more entries in `recordBytes` of log fit, at worst. */
  hasRoom(recordBytes: number, count: number): boolean {
    return recordBytes + this.#kernels.memtableRoom(this.address, count) <= this.freeBytes;
  }

  /** Share of the region in use, 0 to 1. */
  get fill(): number {
    return 1 - this.freeBytes / this.bytes;
  }
}
