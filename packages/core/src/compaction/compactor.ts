// Carries compactions out: asks the planner, guards against plans that meet, merges (or just moves), installs. A long compaction of deep levels does not
// keep L0 waiting: two may run at a time where their levels or keys are apart.

import type { ObjectId } from '../format/object-names.ts';
import { bytesOf, infosOf } from '../iterators/merge-host.ts';
import { mergeToSsts } from '../iterators/merge-to-ssts.ts';
import type { Job } from '../scheduler/job.ts';
import type { Task } from '../scheduler/scheduler.ts';
import type { Sst } from '../sst/sst.ts';
import { sstsEdit } from '../version/manifest-format.ts';
import { LEVELS } from '../version/version.ts';
import { CompactionState } from './compaction-state.ts';
import type { CompactionHost, DelegatedPlans } from './delegate.ts';
import { compactionRequest } from './merge-request.ts';
import { planCompaction, planQuiet, planRange, type CompactionPlan } from './planner.ts';

const URGENCY = 1;
const AT_ONCE = 2;

export class Compactor {
  readonly #host: CompactionHost;
  readonly #state = new CompactionState();
  readonly #tasks = new Set<Task<void>>();
  /** What is merged elsewhere. */
  readonly delegated: DelegatedPlans | undefined;

  constructor(host: CompactionHost) {
    this.#host = host;
    this.delegated = host.parts.settings.compaction?.begin(host, this.#state, () => this.start());
  }

  /** Starts the compactions that are due, as far as they do not meet running ones. Returns one that runs. */
  start(): Task<void> | undefined {
    const host = this.#host;
    this.delegated?.attend();
    while (!host.ended && this.#tasks.size < AT_ONCE) {
      const plan = planCompaction(host.state.version, host.shape, this.#state.conflicts);
      if (plan === undefined || !this.#beginSomewhere(plan)) break;
    }
    return this.#oldest();
  }

  /** False: it is left for later. */
  #beginSomewhere(plan: CompactionPlan): boolean {
    const taken = plan.move ? undefined : this.delegated?.offer(plan);
    if (taken === undefined) this.#begin(plan);
    return taken !== false;
  }

  /** Merges L0 before it is due, where that is cheap: for when nothing else is to be done. */
  startQuiet(): void {
    const host = this.#host;
    const plan = host.ended || this.#state.count > 0 ? undefined : planQuiet(host.state.version, host.shape);
    if (plan !== undefined) this.#beginSomewhere(plan);
  }

  /** Merges everything of the range down to the last level that holds any of it. */
  async compactRange(smallest: Uint8Array, largest: Uint8Array): Promise<void> {
    const newest = new Set(this.#host.state.version.levels[0].map((sst) => sst.id));
    for (let level = 0; level < LEVELS - 1;) {
      this.#host.assertOpen();
      const { version } = this.#host.state;
      const wanted = level === 0 ? version.levels[0].some((sst) => newest.has(sst.id)) : this.#isWorthIt(level, smallest, largest);
      const plan = wanted ? planRange(version, level, smallest, largest, this.#host.shape) : undefined;
      if (plan === undefined) level++;
      else if (this.#state.conflicts(plan)) {
        this.delegated?.takeBack();
        await this.#oldest()?.done;
      } else {
        await this.#begin(plan).done;
        if (level > 0) level++;
      }
    }
  }

  /** Something of the range lies deeper, or a tombstone may end here. */
  #isWorthIt(level: number, smallest: Uint8Array, largest: Uint8Array): boolean {
    const { version } = this.#host.state;
    const deeper = version.levels.some((_, below) => below > level && version.overlapping(below, smallest, largest).length > 0);
    return deeper || version.overlapping(level, smallest, largest).some((sst) => sst.tombstones > 0);
  }

  #oldest(): Task<void> | undefined {
    for (const task of this.#tasks) return task;
    return this.delegated?.task;
  }

  #begin(plan: CompactionPlan): Task<void> {
    this.#state.begin(plan);
    const task = this.#host.scheduler.add(
      this.#job(plan, () => this.#tasks.delete(task)),
      URGENCY,
    );
    this.#tasks.add(task);
    return task;
  }

  *#job(plan: CompactionPlan, ended: () => void): Job<void> {
    const host = this.#host;
    const inputs = [...plan.inputs, ...plan.below].map((info) => host.sstOf(info));
    for (const sst of inputs) host.mergeParts.catalog.pin(sst);
    try {
      if (plan.move) yield* this.#move(plan);
      else yield* this.#merge(plan, inputs);
    } catch (error) {
      host.jobFailed(error);
      throw error;
    } finally {
      this.#state.end(plan);
      ended();
      for (const sst of inputs) host.mergeParts.catalog.unpin(sst);
    }
    this.start();
  }

  *#move(plan: CompactionPlan): Job<void> {
    yield* this.#host.commit(
      () => [sstsEdit(plan.inputs, plan.outputLevel, plan.inputs)],
      () => this.#host.install([], [], []),
    );
    this.#host.stats.moves++;
    this.#count(plan, 0, 0);
  }

  *#merge(plan: CompactionPlan, inputs: readonly Sst[]): Job<void> {
    const host = this.#host;
    const ids = new Set<ObjectId>();
    try {
      const request = compactionRequest(plan, inputs, host.sstSizeBytes, ids);
      const { ssts, readBytes } = yield* mergeToSsts(host.mergeParts, host.planMerge(request));
      yield* host.commit(
        () => [sstsEdit(infosOf(inputs), plan.outputLevel, infosOf(ssts))],
        () => host.install(ssts, inputs, []),
        ids,
      );
      this.#count(plan, readBytes, bytesOf(ssts));
    } finally {
      host.objectIds.release(ids);
    }
  }

  #count(plan: CompactionPlan, readBytes: number, writtenBytes: number): void {
    const { stats } = this.#host;
    stats.compactions++;
    stats.compactionReadBytes += readBytes;
    stats.compactionWrittenBytes += writtenBytes;
    const inputs = plan.inputs.length + plan.below.length;
    this.#host.tell({ kind: 'compaction', level: plan.level, inputs, readBytes, writtenBytes, moved: plan.move });
  }
}
