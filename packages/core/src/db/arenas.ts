// Regions for memtables: one for the active, one for the frozen that is being flushed; more only while a recovery is being flushed. Reused last-in
// first-out, because touched pages are warm.

import type { Kernels } from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';

const KEPT = 2;

export class Arenas {
  readonly bytes: number;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #free: number[] = [];
  #taken = 0;

  constructor(heap: Heap, kernels: Kernels, bytes: number) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.bytes = bytes;
    while (this.#free.length < KEPT) this.#free.push(heap.allocate(bytes, 'a memtable'));
  }

  /** Log bytes of one memtable at most. */
  get segmentBytes(): number {
    return this.bytes - 4096;
  }

  /** True when a region is there that no memtable uses. */
  get available(): boolean {
    return this.#free.length > 0;
  }

  /** An empty memtable for the segment. */
  take(segment: number): Memtable {
    const address = this.#free.pop() ?? this.#heap.allocate(this.bytes, 'a memtable');
    this.#taken++;
    return new Memtable(this.#heap, this.#kernels, address, this.bytes, segment);
  }

  /** Takes a region back that nobody reads any more. */
  give(memtable: Memtable): void {
    this.#taken--;
    if (this.#free.length + this.#taken < KEPT && memtable.bytes === this.bytes) this.#free.push(memtable.address);
    else this.#heap.release(memtable.address);
  }
}
