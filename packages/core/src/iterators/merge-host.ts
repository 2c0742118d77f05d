// What a flush or a compaction needs of the database that it works for. The engine implements it; the jobs know nothing else of it.

import type { ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';
import type { Memtable } from '../memtable/memtable.ts';
import type { Job } from '../scheduler/job.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import type { Sst } from '../sst/sst.ts';
import type { EngineStats } from '../stats/engine-stats.ts';
import type { EngineEvent } from '../stats/events.ts';
import type { EditJson } from '../version/manifest-format.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import type { ObjectIds } from '../version/object-ids.ts';
import type { MergeSource } from './merge-input.ts';
import type { MergeParts, MergePlan } from './merge-to-ssts.ts';
import type { WrittenSst } from './sst-writer.ts';

/** What differs from merge to merge. */
export interface MergeRequest {
  /** Ids of the objects that the job makes, so that nobody takes them for garbage. */
  readonly ids: Set<ObjectId>;
  readonly sources: readonly MergeSource[];
  readonly longestKey: number;
  readonly longestBlock: number;
  readonly fileSizeBytes: number;
  /** Bytes of everything that is merged, about: an SST is announced to the store as no larger. */
  readonly sourceBytes: number;
  readonly bottom: boolean;
  /** Blocks are compressed, if that is the database's way. */
  readonly packed: boolean;
}

export interface MergeHost {
  readonly mergeParts: MergeParts;
  readonly scheduler: Scheduler;
  readonly stats: EngineStats;
  readonly state: ManifestState;
  readonly objectIds: ObjectIds;
  /** No job is begun any more: the database is closed, or refuses writes. */
  readonly ended: boolean;
  planMerge(request: MergeRequest): MergePlan;
  /** Commits edits as the next manifest and installs what they name before anybody else runs. */
  commit(edits: () => readonly EditJson[], install: () => void, ids?: Set<ObjectId>): Job<void>;
  /** SSTs come, SSTs and flushed memtables go. Those that come are `opened` where somebody else wrote them. */
  install(added: readonly WrittenSst[], removed: readonly Sst[], flushed: readonly Memtable[], opened?: readonly Sst[]): void;
  sstOf(info: SstInfo): Sst;
  tell(event: EngineEvent): void;
  /** A job failed. What may pass (no room, no answer) is only told; everything else ends the writer. */
  jobFailed(error: unknown): void;
}

export function infosOf(ssts: readonly { readonly info: SstInfo }[]): SstInfo[] {
  return ssts.map(({ info }) => info);
}

/** Bytes of both objects of each SST. */
export function bytesOf(ssts: readonly { readonly info: SstInfo }[]): number {
  return ssts.reduce((sum, { info }) => sum + info.dataBytes + info.metaBytes, 0);
}
