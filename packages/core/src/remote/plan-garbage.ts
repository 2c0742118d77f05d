// What resolved plans leave: their own objects, and what attempts wrote that no manifest will ever name (docs/PROTOCOL.md, rules 11 and 12). Whoever still
// works at one may write more: that is found when the database is opened next.

import { metaName, planPrefix, sstName, type ObjectId } from '../format/object-names.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { idsOf, type RemotePlan } from './plan.ts';
import { tracesIn, type PlanTrace } from './plan-traces.ts';

/** Objects that are deleted in one call. */
const AT_ONCE = 64;

/** For its writer, once it is resolved. `committed`: the attempt whose SSTs the manifest names. */
export function* dropPlan(store: ObjectStore, plan: RemotePlan, committed?: number): Job<void> {
  const infos = yield* io(store, (door) => door.list(planPrefix(plan.id)));
  yield* dropNames(
    store,
    infos.map(({ name }) => name),
  );
  for (const { attempt } of tracesIn(infos).values()) {
    for (let i = 1; i <= Math.min(attempt, plan.attempts); i++) if (i !== committed) yield* drop(store, idsOf(plan, i).flatMap(objectsOf));
  }
}

/** Objects of plans that nobody issues any more. What their attempts wrote goes with their ids, or their term. */
export function* dropStale(store: ObjectStore, traces: ReadonlyMap<string, PlanTrace>, isStale: (trace: PlanTrace) => boolean): Job<void> {
  for (const trace of traces.values()) if (isStale(trace)) yield* dropNames(store, trace.names);
}

/** The plan first: whoever claims an attempt whose claim is gone finds no plan then, and does not begin. */
function* dropNames(store: ObjectStore, names: readonly string[]): Job<void> {
  const isPlan = (name: string): boolean => name.endsWith('.plan');
  yield* drop(store, names.filter(isPlan));
  yield* drop(
    store,
    names.filter((name) => !isPlan(name)),
  );
}

export const objectsOf = (id: ObjectId): string[] => [sstName(id), metaName(id)];

function* drop(store: ObjectStore, names: readonly string[]): Job<void> {
  for (let i = 0; i < names.length; i += AT_ONCE) {
    const some = names.slice(i, i + AT_ONCE);
    yield* io(store, (door) => door.delete(some));
    yield;
  }
}
