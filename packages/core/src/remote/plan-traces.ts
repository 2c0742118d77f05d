// What a listing of `plan/` says of each plan, and who has been silent for how long. Silence is judged by the own clock of whoever looks: from when on
// nothing has changed there, as seen from here. It decides who works, never what is safe.

import type { Clock } from '../base/clock.ts';
import { idText, parsePlanName, type ObjectId } from '../format/object-names.ts';

/** One plan, as far as names tell. */
export interface PlanTrace {
  readonly id: ObjectId;
  /** Of all its objects. */
  readonly names: readonly string[];
  /** The plan's own object is there. */
  readonly planned: boolean;
  /** The newest attempt that was claimed; 0: none was. */
  readonly attempt: number;
  /** Its newest beat. */
  readonly beat: number;
  /** Attempts that ended without a result. */
  readonly failed: readonly number[];
  readonly results: readonly number[];
}

/** By the text of their ids, in the order of their names. */
export function tracesIn(infos: readonly { readonly name: string }[]): Map<string, PlanTrace> {
  const traces = new Map<string, PlanTrace>();
  for (const { name } of infos) {
    const found = parsePlanName(name);
    if (found === undefined) continue;
    const { id, what, attempt, beat } = found;
    const before = traces.get(idText(id)) ?? { id, names: [], planned: false, attempt: 0, beat: 0, failed: [], results: [] };
    const isNewer = attempt > before.attempt;
    traces.set(idText(id), {
      id,
      names: [...before.names, name],
      planned: before.planned || what === 'plan',
      attempt: Math.max(before.attempt, attempt),
      beat: isNewer ? beat : attempt === before.attempt ? Math.max(beat, before.beat) : before.beat,
      failed: what === 'failed' ? [...before.failed, attempt] : before.failed,
      results: what === 'result' ? [...before.results, attempt] : before.results,
    });
  }
  return traces;
}

/** Nobody works at it: no attempt was claimed, or the newest has failed. */
export function isFree({ attempt, failed }: PlanTrace): boolean {
  return attempt === 0 || failed.includes(attempt);
}

export class Silence {
  readonly #clock: Clock;
  readonly #seen = new Map<string, { readonly sign: string; readonly since: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For how long nothing has changed about the plan, ms. A clock that was set back begins anew. */
  msOf(trace: PlanTrace): number {
    const now = this.#clock.now();
    const key = idText(trace.id);
    const sign = `${trace.attempt}.${trace.beat}.${trace.failed.length}`;
    const seen = this.#seen.get(key);
    if (seen?.sign === sign && seen.since <= now) return now - seen.since;
    this.#seen.set(key, { sign, since: now });
    return 0;
  }

  /** Of other plans nothing is remembered. */
  keepOnly(traces: ReadonlyMap<string, PlanTrace>): void {
    for (const key of this.#seen.keys()) if (!traces.has(key)) this.#seen.delete(key);
  }
}
