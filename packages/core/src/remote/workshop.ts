// What a compactor merges with: linear memory, kernels, a cache for the partitions of inputs. Between plans it holds nothing of one.

import { instantiate, type Kernels } from '@varve/wasm-kernels';
import { letGo } from '../base/maybe-promise.ts';
import { BlockCache } from '../cache/block-cache.ts';
import { compactionRequest } from '../compaction/merge-request.ts';
import { planMemory, type MemoryPlan } from '../db/memory-plan.ts';
import type { ObjectId } from '../format/object-names.ts';
import { Heap, type NewMemory } from '../heap/heap.ts';
import { MergeRoom } from '../iterators/merge-room.ts';
import { mergeToSsts, type MergeParts, type MergeResult } from '../iterators/merge-to-ssts.ts';
import type { Job } from '../scheduler/job.ts';
import { Scheduler } from '../scheduler/scheduler.ts';
import type { Turns } from '../scheduler/turn.ts';
import { largestMetaBytes } from '../sst/arrived-metas.ts';
import { SstCatalog } from '../sst/catalog.ts';
import type { Sst } from '../sst/sst.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { openSsts } from './open-ssts.ts';
import type { RemotePlan } from './plan.ts';

export interface WorkshopParts {
  readonly store: ObjectStore;
  readonly turns: Turns;
  readonly memoryBudgetBytes: number;
  readonly newMemory: NewMemory | undefined;
}

export class Workshop {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly #parts: WorkshopParts;
  readonly #memory: MemoryPlan;
  /** For plans of one database and one size of partitions. */
  #tools: { readonly of: RemotePlan; readonly merge: MergeParts } | undefined;

  constructor(parts: WorkshopParts) {
    this.heap = new Heap(parts.memoryBudgetBytes, parts.newMemory);
    this.kernels = instantiate(this.heap.memory);
    this.#parts = parts;
    this.#memory = planMemory(parts.memoryBudgetBytes);
  }

  fits({ partitionSizeBytes, database }: RemotePlan): boolean {
    const { of } = this.#tools ?? {};
    return of === undefined || (of.partitionSizeBytes === partitionSizeBytes && of.database === database);
  }

  /** Merges the plan's inputs into SSTs with these ids. When it throws, nothing of it stays. */
  *merge(plan: RemotePlan, nextId: () => ObjectId): Job<MergeResult> {
    this.#tools ??= { of: plan, merge: this.#equip(plan) };
    const { merge } = this.#tools;
    const inputs: Sst[] = [];
    try {
      yield* openSsts(merge.catalog, [...plan.inputs, ...plan.below], inputs);
      const request = compactionRequest(plan, inputs, plan.fileSizeBytes, new Set());
      const { chunkBytes, mergeOutputs: outputs } = this.#memory;
      const merged = yield* mergeToSsts(merge, { ...plan, ...request, chunkBytes, outputs, nextId });
      for (const { warmed } of merged.ssts) for (const frame of warmed) if (frame !== 0) merge.cache.free(frame);
      return merged;
    } finally {
      for (const sst of inputs) merge.catalog.retire(sst);
    }
  }

  /** Blocks are read as they lie, only partitions are kept: most of the memory is the merge's. */
  #equip({ partitionSizeBytes, database }: RemotePlan): MergeParts {
    const { heap, kernels } = this;
    const { store, turns } = this.#parts;
    const { cacheBytes, largeBlockBytes, restBytes } = this.#memory;
    const cache = new BlockCache(heap, partitionSizeBytes, cacheBytes / 2, largeBlockBytes);
    const catalog: SstCatalog = new SstCatalog({
      ...{ heap, kernels, store, cache, readingBytes: largeBlockBytes, metaBytes: restBytes, largestMetaBytes: largestMetaBytes(store) },
      places: { storeOf: () => store, databaseOf: () => database },
      onGarbage: ({ dataName, metaName }) => {
        for (const name of [dataName, metaName]) letGo({ close: () => catalog.closeObject(name) });
      },
      explain: () => undefined,
    });
    return { heap, kernels, cache, catalog, store, room: new MergeRoom(new Scheduler(turns), cache, false) };
  }

  async close(): Promise<void> {
    await this.#tools?.merge.catalog.close();
  }
}
