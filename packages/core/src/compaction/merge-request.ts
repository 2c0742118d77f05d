// What a compaction asks of the merge, whoever does it.

import type { ObjectId } from '../format/object-names.ts';
import type { MergeRequest } from '../iterators/merge-host.ts';
import type { MergeSource } from '../iterators/merge-input.ts';
import type { Sst } from '../sst/sst.ts';
import type { CompactionPlan } from './planner.ts';

/** `inputs`: the plan's own, then those below, open. */
export function compactionRequest(
  plan: Pick<CompactionPlan, 'level' | 'inputs' | 'bottom'>,
  inputs: readonly Sst[],
  fileSizeBytes: number,
  ids: Set<ObjectId>,
): MergeRequest {
  const upper = inputs.slice(0, plan.inputs.length);
  const below = inputs.slice(plan.inputs.length);
  const sources: MergeSource[] = plan.level === 0 ? upper.map((sst) => ({ run: [sst] })) : [{ run: upper }];
  if (below.length > 0) sources.push({ run: below });
  return {
    ids,
    sources,
    longestKey: Math.max(...inputs.map(({ info }) => info.longestKey)),
    longestBlock: Math.max(...inputs.map(({ info }) => info.longestBlock)),
    fileSizeBytes,
    sourceBytes: inputs.reduce((sum, { info }) => sum + info.dataBytes, 0),
    bottom: plan.bottom,
    packed: true,
  };
}
