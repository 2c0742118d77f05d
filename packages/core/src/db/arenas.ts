// Regions for memtables: one for the active, one for the frozen that is being flushed; more only while a recovery is being flushed. One that is not
// in use is kept for the next, because its pages are warm.

import type { Kernels } from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';
import { Memtable } from '../memtable/memtable.ts';

export class Arenas {
  readonly bytes: number;
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  #spare = 0;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(heap: Heap, kernels: Kernels, bytes: number) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.bytes = bytes;
  }

  /** Log bytes of one memtable at most. */
  get segmentBytes(): number {
    return this.bytes - 4096;
  }

  /** True when another memtable may be begun while the first is flushed. */
  get available(): boolean {
    return this.#spare !== 0 || this.#taken < 2;
  }

  /** Resolves when a region is given back. */
  given(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Makes sure that the next `take` succeeds: false when every region is in use and no memory is left for one more. */
  reserve(): boolean {
    if (this.#spare === 0) this.#spare = this.#heap.tryAllocate(this.bytes);
    return this.#spare !== 0;
  }

  /** Counts memtables that a recovery brought, and makes sure that there is a second region before others take the memory. */
  adopt(count: number): void {
    this.#taken += count;
    if (this.#taken < 2) this.#spare = this.#heap.allocate(this.bytes, 'a memtable');
  }

  /** An empty memtable for the segment. */
  take(segment: number): Memtable {
    const address = this.#spare === 0 ? this.#heap.allocate(this.bytes, 'a memtable') : this.#spare;
    this.#spare = 0;
    this.#taken++;
    return new Memtable(this.#heap, this.#kernels, address, this.bytes, segment);
  }

  /** Takes a region back that nobody reads any more. That of a recovery may be larger. */
  give(memtable: Memtable): void {
    this.#taken--;
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.#spare !== 0) return this.#heap.release(memtable.address);
    this.#heap.trim(memtable.address, this.bytes);
    this.#spare = memtable.address;
  }
}
