// What a read sees: memtables and runs of SSTs, youngest first, laid out in linear memory as the kernels want it. Immutable; the engine makes a new
// one when a memtable is frozen or a version installed. Pinned for the length of one call (or of one page of a scan), so that what it names stays.

import {
  RUN_COUNT,
  RUN_ENTRY_BYTES,
  RUN_HEADER_BYTES,
  RUN_SST,
  SOURCE_MEMTABLE,
  SOURCE_RUN,
  VIEW_COUNT,
  VIEW_FIRST_HIT_WINS,
  VIEW_HEADER_BYTES,
  VIEW_SOURCE_ADDRESS,
  VIEW_SOURCE_BYTES,
  type Kernels,
} from '@varve/wasm-kernels';
import type { Heap } from '../heap/heap.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';

export interface ViewParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly catalog: SstCatalog;
  /** Called when the last pin of a memtable that was flushed goes. */
  readonly onMemtableFree: (memtable: Memtable) => void;
}

export class ReadView {
  /** Address of the view. */
  readonly address: number;
  readonly sources: number;
  readonly memtables: readonly Memtable[];
  readonly runs: readonly (readonly Sst[])[];
  readonly #parts: ViewParts;
  /** Longest key of the SSTs. */
  #longestStored = 0;
  #pins = 1;

  /** Memtables youngest first; runs youngest first, each in key order. The maker holds the first pin. */
  constructor(parts: ViewParts, memtables: readonly Memtable[], runs: readonly (readonly Sst[])[]) {
    this.#parts = parts;
    this.memtables = memtables;
    this.runs = runs.filter((run) => run.length > 0);
    this.sources = memtables.length + this.runs.length;
    const runsAt = VIEW_HEADER_BYTES + this.sources * VIEW_SOURCE_BYTES;
    const runBytes = this.runs.reduce((sum, run) => sum + RUN_HEADER_BYTES + run.length * RUN_ENTRY_BYTES, 0);
    this.address = parts.heap.allocate(runsAt + 8 + runBytes, 'a read view');
    this.#layOut((this.address + runsAt + 7) & ~7);
    for (const memtable of memtables) memtable.pins++;
    for (const sst of this.runs.flat()) {
      parts.catalog.pin(sst);
      this.#longestStored = Math.max(this.#longestStored, sst.info.longestKey);
    }
  }

  #layOut(firstRun: number): void {
    const { heap, kernels } = this.#parts;
    const { u32 } = heap;
    u32[(this.address + VIEW_COUNT) >>> 2] = this.sources;
    u32[(this.address + VIEW_FIRST_HIT_WINS) >>> 2] = 1;
    let source = this.address + VIEW_HEADER_BYTES;
    const add = (kind: number, address: number): void => {
      u32[source >>> 2] = kind;
      u32[(source + VIEW_SOURCE_ADDRESS) >>> 2] = address;
      source += VIEW_SOURCE_BYTES;
    };
    for (const memtable of this.memtables) add(SOURCE_MEMTABLE, memtable.address);
    let at = firstRun;
    for (const run of this.runs) {
      u32[(at + RUN_COUNT) >>> 2] = run.length;
      run.forEach((sst, i) => {
        u32[(at + RUN_HEADER_BYTES + i * RUN_ENTRY_BYTES + RUN_SST) >>> 2] = sst.top;
      });
      kernels.runBuild(at);
      add(SOURCE_RUN, at);
      at += RUN_HEADER_BYTES + run.length * RUN_ENTRY_BYTES;
    }
  }

  /** Longest stored key that a scan may meet. */
  get longestKey(): number {
    return this.memtables.reduce((longest, memtable) => Math.max(longest, memtable.longestKey), this.#longestStored);
  }

  /** Nobody holds it any more: what it names may be gone. */
  get ended(): boolean {
    return this.#pins === 0;
  }

  pin(): this {
    this.#pins++;
    return this;
  }

  unpin(): void {
    if (--this.#pins > 0) return;
    this.#parts.heap.release(this.address);
    for (const memtable of this.memtables) if (--memtable.pins === 0) this.#parts.onMemtableFree(memtable);
    for (const run of this.runs) for (const sst of run) this.#parts.catalog.unpin(sst);
  }
}
