// A plan is data: everything that a merge needs to know, so that anybody who reaches the store can do it (docs/PROTOCOL.md, rule 14). It names the ids
// that each attempt at it may use, and nobody else ever uses them: counters of its writer's term, one stretch an attempt.

import type { CompactionPlan } from '../compaction/planner.ts';
import type { Epoch } from '../format/epoch.ts';
import type { ObjectId } from '../format/object-names.ts';
import type { SstInfo } from '../format/sst-info.ts';

export interface RemotePlan extends Omit<CompactionPlan, 'move'> {
  /** The first id of the first attempt: it names the plan. */
  readonly id: ObjectId;
  /** Identity of the database. */
  readonly database: string;
  readonly attempts: number;
  /** Ids of one attempt. */
  readonly idsEach: number;
  /** Epochs that readers see, ascending. */
  readonly readers: readonly Epoch[];
  /** Versions below may be merged away; a manifest has said so before. */
  readonly safeEpoch: bigint;
  /** Wall time that counts for this merge, ms. */
  readonly now: number;
  readonly blockSizeBytes: number;
  readonly partitionSizeBytes: number;
  readonly fileSizeBytes: number;
  readonly compression: 'lz4' | 'none';
  /** Whoever is silent for longer is taken for dead. */
  readonly silentMs: number;
}

/** What an attempt has made. */
export interface PlanResult {
  readonly outputs: readonly SstInfo[];
  readonly readBytes: number;
}

/** Ids of an attempt, counted from 1. */
export function idsOf({ id, idsEach }: Pick<RemotePlan, 'id' | 'idsEach'>, attempt: number): ObjectId[] {
  const first = id.counter + (attempt - 1) * idsEach;
  return Array.from({ length: idsEach }, (_, i) => ({ term: id.term, counter: first + i }));
}
