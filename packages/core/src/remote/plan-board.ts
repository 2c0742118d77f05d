// The plans that stand in a store, as a compactor sees them: which of them it may claim, and which attempt that would be.

import type { Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { idText, planName, PLAN_PREFIX } from '../format/object-names.ts';
import { manifestsOf, whole } from '../reader/reader-engine.ts';
import { runJob } from '../scheduler/job.ts';
import type { ObjectStore } from '../store/object-store.ts';
import { readNewer, readNewest } from '../version/manifest.ts';
import type { ManifestState } from '../version/manifest-state.ts';
import { decodePlan, type FormatParts } from './plan-format.ts';
import { dropStale } from './plan-garbage.ts';
import { isFree, Silence, tracesIn, type PlanTrace } from './plan-traces.ts';
import type { RemotePlan } from './plan.ts';
import { isCurrent } from './result-check.ts';

export interface Candidate {
  readonly plan: RemotePlan;
  readonly attempt: number;
}

export class PlanBoard {
  readonly #store: ObjectStore;
  readonly #format: FormatParts;
  readonly #silence: Silence;
  readonly #warn: (message: string) => void;
  /** What was read of the plans that stand; undefined: it cannot be read, or was tried here before. */
  readonly #plans = new Map<string, RemotePlan | undefined>();
  #state: ManifestState | undefined;

  constructor(store: ObjectStore, format: FormatParts, clock: Clock, warn: (message: string) => void) {
    this.#store = store;
    this.#format = format;
    this.#silence = new Silence(clock);
    this.#warn = warn;
  }

  /** Those that may be claimed now, the oldest first. */
  async candidates(): Promise<Candidate[]> {
    const traces = tracesIn(await this.#store.list(PLAN_PREFIX));
    this.#silence.keepOnly(traces);
    for (const key of this.#plans.keys()) if (!traces.has(key)) this.#plans.delete(key);
    if (traces.size === 0) return [];
    const state = await this.#newest();
    if (state === undefined) return [];
    // A later term has made nothing of them.
    await runJob(dropStale(this.#store, traces, ({ id }) => id.term < state.term));
    const found: Candidate[] = [];
    for (const [key, trace] of traces) {
      const plan = trace.id.term === state.term && trace.planned ? await this.#read(key, trace) : undefined;
      if (plan !== undefined && this.#isClaimable(plan, trace, state)) found.push({ plan, attempt: trace.attempt + 1 });
    }
    return found;
  }

  /** It was claimed here: once is enough. */
  leave({ id }: RemotePlan): void {
    this.#plans.set(idText(id), undefined);
  }

  /** Terms only grow, and inputs never come back: a plan of which this was not true once is resolved. */
  async isStillCurrent(plan: RemotePlan): Promise<boolean> {
    const state = await this.#newest();
    return state?.term === plan.id.term && isCurrent(state.version, plan);
  }

  #isClaimable(plan: RemotePlan, trace: PlanTrace, { database, version }: ManifestState): boolean {
    if (trace.results.length > 0 || trace.attempt >= plan.attempts) return false;
    if (plan.database !== database || !isCurrent(version, plan)) return false;
    return isFree(trace) || this.#silence.msOf(trace) >= plan.silentMs;
  }

  /** Undefined while nobody has made a database. */
  async #newest(): Promise<ManifestState | undefined> {
    const parts = manifestsOf({ ...this.#format, store: this.#store });
    const known = this.#state;
    this.#state = await whole(() => runJob(known === undefined ? readNewest(parts) : readNewer(parts, known)));
    return this.#state;
  }

  async #read(key: string, { id }: PlanTrace): Promise<RemotePlan | undefined> {
    if (this.#plans.has(key)) return this.#plans.get(key);
    const bytes = await this.#store.get(planName(id));
    // It was taken back meanwhile.
    if (bytes === undefined) return undefined;
    try {
      this.#plans.set(key, decodePlan(this.#format, id, bytes));
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      this.#plans.set(key, undefined);
      this.#warn(`plan ${idText(id)} cannot be read, its writer will take it back: ${error.message}`);
    }
    return this.#plans.get(key);
  }
}
