// Runs of which a read misses something from the very start: heads and partitions. A kernel meets the first of them and says so; the others would be met
// one after the other, a request each. So they are asked for at the same time, by looking into each run alone.

import {
  ANSWER_BYTES,
  RUN_COUNT,
  RUN_ENTRY_BYTES,
  RUN_HEADER_BYTES,
  RUN_SST,
  SOURCE_RUN,
  STATUS_DONE,
  STATUS_NEED_PARTITION,
  VIEW_COUNT,
  VIEW_FIRST_HIT_WINS,
  VIEW_HEADER_BYTES,
  VIEW_SOURCE_ADDRESS,
  VIEW_SOURCE_BYTES,
  type Kernels,
} from '@varve/wasm-kernels';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { Epoch } from '../format/epoch.ts';
import type { Heap } from '../heap/heap.ts';
import type { SstCatalog } from '../sst/catalog.ts';

/** What a read looks for in which view. The view is pinned by whoever asks until all has come. */
export interface Sought {
  readonly view: number;
  /** Address of the key, or of the bound where a scan begins. */
  readonly key: number;
  readonly keyBytes: number;
  readonly epoch: Epoch;
  /** A scan that goes down: it begins at the end of runs that end before its bound. */
  readonly isReverse?: boolean;
}

export class ColdRuns {
  readonly #heap: Heap;
  readonly #kernels: Kernels;
  readonly #catalog: SstCatalog;
  /** A view of one run. */
  readonly #view: number;
  readonly #answer: number;

  constructor(heap: Heap, kernels: Kernels, catalog: SstCatalog) {
    this.#heap = heap;
    this.#kernels = kernels;
    this.#catalog = catalog;
    const viewBytes = VIEW_HEADER_BYTES + VIEW_SOURCE_BYTES;
    this.#answer = heap.allocate(ANSWER_BYTES + viewBytes, 'looking into one run');
    this.#view = this.#answer + ANSWER_BYTES;
    heap.u32[(this.#view + VIEW_COUNT) >>> 2] = 1;
    heap.u32[(this.#view + VIEW_FIRST_HIT_WINS) >>> 2] = 1;
    heap.u32[(this.#view + VIEW_HEADER_BYTES) >>> 2] = SOURCE_RUN;
  }

  /** Fulfilled when what a read misses has come, as `status` says, and whatever else was asked for. What fails of that is told when it is needed. */
  async beside(status: number, loading: MaybePromise<void>, sought: Sought): Promise<void> {
    const others = Promise.allSettled(status === STATUS_NEED_PARTITION ? this.#ask(sought) : []);
    try {
      await loading;
    } finally {
      await others;
    }
  }

  /** Asks each run of the view for the partition where the key would be. */
  #ask({ view, key, keyBytes, epoch, isReverse }: Sought): Promise<void>[] {
    const { u32 } = this.#heap;
    const coming: Promise<void>[] = [];
    const end = view + VIEW_HEADER_BYTES + u32[(view + VIEW_COUNT) >>> 2]! * VIEW_SOURCE_BYTES;
    for (let source = view + VIEW_HEADER_BYTES; source < end; source += VIEW_SOURCE_BYTES) {
      if (u32[source >>> 2] !== SOURCE_RUN) continue;
      const run = u32[(source + VIEW_SOURCE_ADDRESS) >>> 2]!;
      u32[(this.#view + VIEW_HEADER_BYTES + VIEW_SOURCE_ADDRESS) >>> 2] = run;
      const status = this.#kernels.viewGet(this.#view, key, keyBytes, epoch.low, epoch.high, this.#answer);
      if (status === STATUS_NEED_PARTITION) coming.push((async () => this.#catalog.load(status, this.#answer, true))());
      if (status === STATUS_DONE && isReverse) coming.push((async () => this.#catalog.loadHeadAt(this.#lastTop(run)))());
    }
    return coming;
  }

  /** Address of the top index of the run's last SST. */
  #lastTop(run: number): number {
    const { u32 } = this.#heap;
    return u32[(run + RUN_HEADER_BYTES + (u32[(run + RUN_COUNT) >>> 2]! - 1) * RUN_ENTRY_BYTES + RUN_SST) >>> 2]!;
  }
}
