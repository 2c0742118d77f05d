// What an open database holds and did, as plain data.

import { levelScore } from '../compaction/planner.ts';
import type { RequestStats } from '../store/request-stats.ts';
import type { Engine } from './engine.ts';

export interface LevelStats {
  readonly level: number;
  readonly ssts: number;
  readonly bytes: number;
  readonly entries: number;
  readonly tombstones: number;
  /** 1 and more: the level is due for a compaction. */
  readonly score: number;
}

export interface DatabaseStats {
  readonly term: number;
  readonly manifest: number;
  readonly epoch: bigint;
  readonly levels: readonly LevelStats[];
  readonly memtable: { readonly entries: number; readonly fill: number; readonly frozen: number };
  readonly log: { readonly segment: number; readonly bytes: number; readonly firstSegment: number };
  readonly cache: { readonly frames: number; readonly usedFrames: number; readonly frameBytes: number; readonly evictions: number };
  readonly memory: { readonly budgetBytes: number; readonly allocatedBytes: number };
  readonly snapshots: number;
  readonly loads: { readonly partitions: number; readonly blocks: number; readonly bytes: number };
  /** Sent by the store since it was made, whoever uses it; undefined where it sends none. */
  readonly requests: RequestStats | undefined;
  readonly work: {
    readonly flushes: number;
    readonly flushedBytes: number;
    readonly compactions: number;
    readonly moves: number;
    readonly compactionReadBytes: number;
    readonly compactionWrittenBytes: number;
    readonly stalls: number;
    readonly deletedObjects: number;
  };
}

export function statsOf(engine: Engine): DatabaseStats {
  const { state, parts, catalog } = engine;
  return {
    term: state.term,
    manifest: state.number,
    epoch: (BigInt(engine.visible.high) << 32n) | BigInt(engine.visible.low),
    levels: state.version.levels.map((level, i) => ({
      level: i,
      ssts: level.length,
      bytes: level.reduce((sum, sst) => sum + sst.dataBytes + sst.metaBytes, 0),
      entries: level.reduce((sum, sst) => sum + sst.entries, 0),
      tombstones: level.reduce((sum, sst) => sum + sst.tombstones, 0),
      score: levelScore(state.version, i, engine.shape),
    })),
    memtable: { entries: engine.writer.active.count, fill: engine.writer.active.fill, frozen: engine.frozen.length },
    log: { segment: parts.logWriter.segment, bytes: parts.logWriter.position, firstSegment: state.logPosition },
    cache: {
      frames: parts.cache.capacityFrames,
      usedFrames: parts.cache.usedFrames,
      frameBytes: parts.cache.framePayloadBytes,
      evictions: parts.cache.evictions,
    },
    memory: { budgetBytes: parts.settings.memoryBudgetBytes, allocatedBytes: parts.heap.allocatedBytes },
    snapshots: engine.snapshots.count,
    loads: { partitions: catalog.stats.partitionLoads, blocks: catalog.stats.blockLoads, bytes: catalog.stats.loadedBytes },
    requests: parts.store.requests?.(),
    work: engine.stats.copy(),
  };
}
