// What a reader holds and did, as plain data.

import { epochToBigInt } from '../format/epoch.ts';
import type { FollowedLog } from './follow.ts';
import type { RequestStats } from '../store/request-stats.ts';
import type { ReaderEngine } from './reader-engine.ts';

export interface ReaderStats {
  readonly term: number;
  /** Number of the manifest that is seen. */
  readonly manifest: number;
  readonly epoch: bigint;
  readonly ssts: number;
  readonly cache: { readonly frames: number; readonly usedFrames: number; readonly frameBytes: number; readonly evictions: number };
  readonly memory: { readonly budgetBytes: number; readonly allocatedBytes: number };
  readonly snapshots: number;
  /** With `follow: 'log'`: how far the log is seen. */
  readonly log: FollowedLog | undefined;
  readonly loads: { readonly partitions: number; readonly blocks: number; readonly bytes: number };
  /** Sent by the store since it was made, whoever uses it; undefined where it sends none. */
  readonly requests: RequestStats | undefined;
}

export function readerStats({ visible, parts, cache, catalog, pinned }: ReaderEngine): ReaderStats {
  return {
    term: visible.state.term,
    manifest: visible.state.number,
    epoch: epochToBigInt(visible),
    ssts: visible.state.version.sstCount,
    cache: {
      frames: cache.capacityFrames,
      usedFrames: cache.usedFrames,
      frameBytes: cache.framePayloadBytes,
      evictions: cache.evictions,
    },
    memory: { budgetBytes: parts.heap.bytes.length, allocatedBytes: parts.heap.allocatedBytes },
    snapshots: pinned,
    log: parts.log?.progress,
    loads: { partitions: catalog.stats.partitionLoads, blocks: catalog.stats.blockLoads, bytes: catalog.stats.loadedBytes },
    requests: parts.store.requests?.(),
  };
}
