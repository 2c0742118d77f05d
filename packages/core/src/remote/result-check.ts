// May this result stand in the place of the plan's inputs? Pure: what its objects hold is seen when they are opened.

import { unsound } from '../format/json-checks.ts';
import { idText } from '../format/object-names.ts';
import type { Version } from '../version/version.ts';
import { idsOf, type PlanResult, type RemotePlan } from './plan.ts';

/** Throws `CORRUPTION` unless the SSTs have ids of the attempt, and the version with them in place of the inputs is sound. */
export function checkResult(version: Version, plan: RemotePlan, attempt: number, { outputs }: PlanResult): void {
  const allowed = new Set(idsOf(plan, attempt).map(idText));
  const stranger = outputs.find(({ id }) => !allowed.has(idText(id)));
  if (attempt > plan.attempts || stranger !== undefined) throw unsound(stranger?.id ?? attempt);
  const removed = [...plan.inputs, ...plan.below].map(({ id }) => id);
  version.apply({ removed, added: outputs.map((sst) => ({ level: plan.outputLevel, sst })) }).check();
}

/** The inputs stand where the plan found them. */
export function isCurrent(version: Version, { level, outputLevel, inputs, below }: RemotePlan): boolean {
  const standing = [level, outputLevel].map((at) => new Set(version.levels[at]!.map(({ id }) => idText(id))));
  return inputs.every(({ id }) => standing[0]!.has(idText(id))) && below.every(({ id }) => standing[1]!.has(idText(id)));
}
