// What `open` put together for the engine.

import type { Kernels } from '@varve/wasm-kernels';
import type { Clock } from '../base/clock.ts';
import type { MaybePromise } from '../base/maybe-promise.ts';
import type { BlockCache } from '../cache/block-cache.ts';
import type { Heap } from '../heap/heap.ts';
import type { SstCatalog } from '../sst/catalog.ts';
import type { LogStore } from '../store/log-store.ts';
import type { Turns } from '../scheduler/turn.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Manifest } from '../version/manifest.ts';
import type { LogWriter } from '../wal/log-writer.ts';
import type { SegmentFormat } from '../wal/segment-format.ts';
import type { Arenas } from './arenas.ts';
import type { MemoryPlan } from './memory-plan.ts';
import type { Settings } from './settings.ts';

export interface EngineParts {
  readonly heap: Heap;
  readonly kernels: Kernels;
  readonly cache: BlockCache;
  readonly catalog: SstCatalog;
  readonly store: ObjectStore;
  readonly log: LogStore;
  readonly logWriter: LogWriter;
  readonly segments: SegmentFormat;
  readonly settings: Settings;
  readonly plan: MemoryPlan;
  readonly clock: Clock;
  readonly turns: Turns;
  /** Told of background work that begins. */
  readonly waitUntil: ((work: Promise<void>) => void) | undefined;
  readonly manifest: Manifest;
  readonly arenas: Arenas;
  readonly unlock: () => MaybePromise<void>;
}
