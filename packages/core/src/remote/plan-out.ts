// One plan that is out, as its writer holds it: the inputs are pinned, and ids for every attempt are taken, so nobody takes their objects for garbage.

import type { CompactionHost } from '../compaction/delegate.ts';
import { compactionRequest } from '../compaction/merge-request.ts';
import type { CompactionPlan } from '../compaction/planner.ts';
import { epochToBigInt } from '../format/epoch.ts';
import type { ObjectId } from '../format/object-names.ts';
import type { Sst } from '../sst/sst.ts';
import type { RemotePlan } from './plan.ts';

const ATTEMPTS = 4;
/** Each is remembered while the plan is out. */
const MOST_IDS = 2000;
/** What an entry takes besides key and value, at most. */
const ENTRY_BYTES = 64;

export interface PlanOut {
  readonly compaction: CompactionPlan;
  readonly plan: RemotePlan;
  readonly inputs: readonly Sst[];
  readonly ids: Set<ObjectId>;
  /** `issuing`: its object is being made. `back`: it is nobody's any more. */
  state: 'issuing' | 'out' | 'committing' | 'back';
}

/**
 * Everything in it is of one moment: readers that come later see no older epoch than the visible one. Undefined where more SSTs may come out than ids are
 * reserved for.
 */
export function planOut(host: CompactionHost, compaction: CompactionPlan, silentMs: number): PlanOut | undefined {
  const inputs = [...compaction.inputs, ...compaction.below].map((info) => host.sstOf(info));
  const idsEach = idsNeeded(inputs, host.sstSizeBytes);
  if (idsEach * ATTEMPTS > MOST_IDS) return undefined;
  const ids = new Set<ObjectId>();
  const merge = host.planMerge(compactionRequest(compaction, inputs, host.sstSizeBytes, ids));
  const id = merge.nextId();
  for (let i = 1; i < idsEach * ATTEMPTS; i++) merge.nextId();
  for (const sst of inputs) host.mergeParts.catalog.pin(sst);
  const { level, outputLevel, bottom, below } = compaction;
  const { readers, now, blockSizeBytes, partitionSizeBytes, fileSizeBytes, compression } = merge;
  const plan: RemotePlan = {
    ...{ id, database: host.state.database, level, outputLevel, bottom, inputs: compaction.inputs, below },
    ...{ attempts: ATTEMPTS, idsEach, readers, now, blockSizeBytes, partitionSizeBytes, fileSizeBytes, compression, silentMs },
    safeEpoch: epochToBigInt(host.visible),
  };
  return { compaction, plan, inputs, ids, state: 'issuing' };
}

/** For so many SSTs as could come out, whatever packs them, and one that a merge takes before it knows that it has come to its end. */
function idsNeeded(inputs: readonly Sst[], fileSizeBytes: number): number {
  const largest = inputs.reduce((sum, { info }) => sum + Math.max(info.dataBytes, info.rawBytes + info.entries * ENTRY_BYTES), 0);
  return Math.ceil(largest / fileSizeBytes) + 2;
}
