// The writer's side of remote compaction: issues plans, looks for results, commits them, takes plans back (docs/PROTOCOL.md, rule 14). It waits for nobody
// and keeps no timer. What a plan reserved is held until its result is committed or it is taken back; then whatever still comes of it is garbage.

import { assert, StorageError } from '../base/errors.ts';
import type { CompactionState } from '../compaction/compaction-state.ts';
import type { CompactionHost, DelegatedPlans } from '../compaction/delegate.ts';
import type { CompactionPlan } from '../compaction/planner.ts';
import { attemptName, idText, planName, PLAN_PREFIX } from '../format/object-names.ts';
import { bytesOf, infosOf } from '../iterators/merge-host.ts';
import { io, type Job } from '../scheduler/job.ts';
import type { Task } from '../scheduler/scheduler.ts';
import type { Sst } from '../sst/sst.ts';
import { inheritedSsts } from '../version/ancestors.ts';
import { sstsEdit } from '../version/manifest-format.ts';
import { openSsts } from './open-ssts.ts';
import { decodeFailed, decodeResult, encodePlan } from './plan-format.ts';
import { planOut, type PlanOut } from './plan-out.ts';
import type { PlanResult } from './plan.ts';
import { dropPlan, dropStale } from './plan-garbage.ts';
import { isFree, Silence, tracesIn, type PlanTrace } from './plan-traces.ts';
import { checkResult, isCurrent } from './result-check.ts';

const URGENCY = 1;
const AT_ONCE = 4;
/** Results are looked for when so much was logged since the last look, however long ago it is: clocks stand still in some hosts. */
const LOOK_CALLS = 64;
/** L0 with so many times the runs at which it is merged is merged here, before it slows writes down. */
const PRESSED = 1.5;
/** After plans that came to nothing so many are merged here, at most, before the next one goes out. */
const MOST_HERE = 32;

/** How long the writer leaves others alone, ms. */
export interface Patience {
  readonly claimWithinMs: number;
  readonly silentMs: number;
  readonly lookMs: number;
}

export class PlansOut implements DelegatedPlans {
  readonly #host: CompactionHost;
  readonly #state: CompactionState;
  readonly #replan: () => void;
  readonly #patience: Patience;
  readonly #silence: Silence;
  readonly #out = new Map<string, PlanOut>();
  readonly #tasks = new Set<Task<void>>();
  #looking: Task<void> | undefined;
  #lookedAt = -Infinity;
  #calls = 0;
  /** Something may lie below `plan/` that is nobody's: of earlier terms at first. */
  #litter = true;
  /** Plans that are merged here before the next one goes out, and how many it was last time. */
  #here = 0;
  #lastHere = 0;
  #closed = false;

  constructor(host: CompactionHost, state: CompactionState, replan: () => void, patience: Patience) {
    this.#host = host;
    this.#state = state;
    this.#replan = replan;
    this.#patience = patience;
    this.#silence = new Silence(host.parts.clock);
  }

  get task(): Task<void> | undefined {
    for (const task of this.#tasks) return task;
    return undefined;
  }

  offer(compaction: CompactionPlan): boolean | undefined {
    if (this.#closed || this.#isPressed || this.#isInherited(compaction)) return undefined;
    // Writers wait for L0 alone.
    if (this.#out.size >= AT_ONCE && compaction.level > 0) return false;
    if (this.#here > 0) {
      this.#here--;
      return undefined;
    }
    const out = planOut(this.#host, compaction, this.#patience.silentMs);
    if (out === undefined) return undefined;
    this.#state.begin(compaction);
    this.#out.set(idText(out.plan.id), out);
    this.#add(this.#issue(out));
    return true;
  }

  /** SSTs of a parent are in another store: compactors do not reach that. */
  #isInherited({ inputs, below }: CompactionPlan): boolean {
    const inherited = inheritedSsts(this.#host.state);
    return inherited.length > 0 && [...inputs, ...below].some(({ id }) => inherited.includes(id));
  }

  attend(): void {
    if (this.#out.size > 0 && this.#isPressed) this.#takeBackAll('L0 grows');
    const age = this.#host.parts.clock.now() - this.#lookedAt;
    if (age < 0 || age >= this.#patience.lookMs || ++this.#calls >= LOOK_CALLS) this.look();
  }

  look(): Task<void> | undefined {
    const isNeeded = this.#out.size > 0 || this.#litter;
    if (this.#looking !== undefined || this.#host.ended || !isNeeded) return this.#looking;
    this.#lookedAt = this.#host.parts.clock.now();
    this.#calls = 0;
    this.#looking = this.#add(this.#look());
    return this.#looking;
  }

  takeBack(): void {
    this.#takeBackAll('the whole range is compacted here');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.look()?.done;
    this.#takeBackAll('the database is being closed');
    while (this.#tasks.size > 0) await this.task!.done;
  }

  get #isPressed(): boolean {
    const { state, shape } = this.#host;
    return state.version.levels[0]!.length >= shape.level0Runs * PRESSED;
  }

  #add(job: Job<void>): Task<void> {
    const task = this.#host.scheduler.add(
      this.#quietly(job, () => this.#tasks.delete(task)),
      URGENCY,
    );
    this.#tasks.add(task);
    return task;
  }

  /** What fails is only told: the plan comes back, or is looked for again. A commit that fails has ended the writer itself. */
  *#quietly(job: Job<void>, ended: () => void): Job<void> {
    try {
      yield* job;
    } catch (error) {
      if (!this.#host.ended) this.#host.tell({ kind: 'warning', message: `compactions elsewhere could not be seen to: ${String(error)}` });
    } finally {
      ended();
    }
  }

  // Issuing ------------------------------------------------------------------------------------------------------------------------

  /** The manifest says how far old versions may be gone before anybody takes them away. */
  *#issue(out: PlanOut): Job<void> {
    const host = this.#host;
    const { plan } = out;
    try {
      const clock = { kind: 'clock', now: String(plan.now), safeEpoch: String(plan.safeEpoch) } as const;
      if (plan.safeEpoch > host.state.safeEpoch) {
        yield* host.commit(
          () => [clock],
          () => undefined,
        );
      }
      const bytes = encodePlan(host.mergeParts, plan);
      yield* io(host.mergeParts.store, (store) => store.putIfAbsent(planName(plan.id), bytes));
    } catch (error) {
      // It may be there.
      this.#litter = true;
      this.#stayHere();
      this.#takeBack(out, `it could not be issued: ${String(error)}`);
      throw error;
    }
    if (out.state === 'issuing') {
      out.state = 'out';
      host.tell({ kind: 'plan', plan: idText(plan.id), inputs: out.inputs.length });
    } else yield* dropPlan(host.mergeParts.store, plan);
  }

  // Looking ------------------------------------------------------------------------------------------------------------------------

  *#look(): Job<void> {
    const { store } = this.#host.mergeParts;
    try {
      const issued = [...this.#out.values()].filter(({ state }) => state === 'out');
      const traces = tracesIn(yield* io(store, (door) => door.list(PLAN_PREFIX)));
      this.#silence.keepOnly(traces);
      for (const out of issued) yield* this.#seeTo(out, traces.get(idText(out.plan.id)));
      if (this.#host.ended) return;
      this.#litter = false;
      const known = new Set([...issued.map(({ plan }) => plan.id), ...[...this.#out.values()].map(({ plan }) => plan.id)].map(idText));
      yield* dropStale(store, traces, ({ id }) => id.term <= this.#host.state.term && !known.has(idText(id)));
    } finally {
      this.#looking = undefined;
    }
  }

  *#seeTo(out: PlanOut, trace: PlanTrace | undefined): Job<void> {
    if (out.state !== 'out') return;
    if (trace === undefined || !trace.planned) return this.#takeBack(out, 'it was deleted');
    const attempt = trace.results[0];
    if (attempt !== undefined) return yield* this.#finish(out, attempt);
    let reason = this.#impatience(out, trace);
    if (reason === undefined) return;
    if (isFree(trace) && trace.attempt > 0) reason += `: ${yield* this.#whyFailed(trace)}`;
    this.#stayHere();
    this.#takeBack(out, reason);
  }

  #impatience({ plan }: PlanOut, trace: PlanTrace): string | undefined {
    const { claimWithinMs, silentMs } = this.#patience;
    const quietMs = this.#silence.msOf(trace);
    const last = trace.attempt >= plan.attempts;
    if (last && isFree(trace)) return 'all attempts failed';
    if (isFree(trace)) return quietMs >= claimWithinMs ? 'nobody claims it' : undefined;
    // Another compactor has as long again to take over.
    return quietMs >= silentMs * (last ? 1 : 2) ? 'its compactor is silent' : undefined;
  }

  /** In words, also where it cannot be read: the plan comes back all the same. */
  *#whyFailed({ id, attempt }: PlanTrace): Job<string> {
    const { mergeParts } = this.#host;
    try {
      const bytes = yield* io(mergeParts.store, (store) => store.get(attemptName(id, attempt, 'failed')));
      return bytes === undefined ? 'nobody knows why' : decodeFailed(mergeParts, { id, attempt }, bytes);
    } catch (error) {
      return String(error);
    }
  }

  // Results ------------------------------------------------------------------------------------------------------------------------

  *#finish(out: PlanOut, attempt: number): Job<void> {
    out.state = 'committing';
    const host = this.#host;
    const opened: Sst[] = [];
    let result: PlanResult;
    try {
      result = yield* this.#read(out, attempt);
      checkResult(host.state.version, out.plan, attempt, result);
      yield* openSsts(host.mergeParts.catalog, result.outputs, opened);
    } catch (error) {
      // They are of this attempt, or they were not opened: no manifest names them, and none ever will.
      for (const sst of opened) host.mergeParts.catalog.retire(sst);
      out.state = 'out';
      this.#stayHere();
      this.#takeBack(out, `its result cannot be used: ${String(error)}`);
      return;
    }
    yield* this.#commit(out, attempt, result, opened);
  }

  *#read({ plan: { id } }: PlanOut, attempt: number): Job<PlanResult> {
    const { mergeParts } = this.#host;
    const object = attemptName(id, attempt, 'result');
    const bytes = yield* io(mergeParts.store, (store) => store.get(object));
    if (bytes === undefined) throw new StorageError('CORRUPTION', 'object is missing', { object });
    return decodeResult(mergeParts, { id, attempt }, bytes);
  }

  *#commit(out: PlanOut, attempt: number, { outputs, readBytes }: PlanResult, opened: readonly Sst[]): Job<void> {
    const host = this.#host;
    const { plan, inputs, ids } = out;
    try {
      yield* host.commit(
        () => {
          assert(isCurrent(host.state.version, plan), 'inputs of a plan that is out have changed');
          return [sstsEdit(infosOf(inputs), plan.outputLevel, outputs)];
        },
        () => host.install([], inputs, [], opened),
        ids,
      );
    } finally {
      // Where it failed the writer has ended, and whether the manifest is there is not known: nothing is deleted.
      this.#release(out);
    }
    this.#here = this.#lastHere = 0;
    this.#count(out, readBytes, bytesOf(opened));
    this.#replan();
    yield* dropPlan(host.mergeParts.store, plan, attempt);
  }

  #count({ plan, inputs }: PlanOut, readBytes: number, writtenBytes: number): void {
    const { stats } = this.#host;
    stats.compactions++;
    stats.compactionReadBytes += readBytes;
    stats.compactionWrittenBytes += writtenBytes;
    this.#host.tell({ kind: 'compaction', level: plan.level, inputs: inputs.length, readBytes, writtenBytes, moved: false, remote: true });
  }

  // Taking back --------------------------------------------------------------------------------------------------------------------

  #takeBackAll(reason: string): void {
    const back = [...this.#out.values()].filter(({ state }) => state !== 'committing');
    if (back.length > 0) this.#stayHere();
    for (const out of back) this.#takeBack(out, reason);
  }

  /** From here on it is resolved: nothing that comes of it is ever committed. */
  #takeBack(out: PlanOut, reason: string): void {
    if (out.state === 'back') return;
    const issued = out.state === 'out';
    const host = this.#host;
    this.#release(out);
    if (host.ended) return;
    host.tell({ kind: 'plan', plan: idText(out.plan.id), inputs: out.inputs.length, takenBack: reason });
    // Who is still issuing it drops it.
    if (issued) this.#add(this.#dropAndReplan(out));
  }

  /** The next ones are merged here: whoever should have done it is slow, or not there. */
  #stayHere(): void {
    this.#here = this.#lastHere = Math.min(MOST_HERE, this.#lastHere * 2 + 1);
  }

  *#dropAndReplan({ plan }: PlanOut): Job<void> {
    if (!this.#closed) this.#replan();
    this.#litter = true;
    yield* dropPlan(this.#host.mergeParts.store, plan);
  }

  #release(out: PlanOut): void {
    const { objectIds, mergeParts } = this.#host;
    out.state = 'back';
    this.#out.delete(idText(out.plan.id));
    this.#state.end(out.compaction);
    objectIds.release(out.ids);
    for (const sst of out.inputs) mergeParts.catalog.unpin(sst);
  }
}
