// One attempt at a plan: claims it, merges, says what came out (docs/PROTOCOL.md, rule 14). Nobody else ever uses the ids of an attempt, so what it wrote
// is garbage for certain until it begins to create its result, and is deleted here; from then on only the plan's writer knows.

import type { Clock } from '../base/clock.ts';
import { StorageError } from '../base/errors.ts';
import { attemptName, beatName, idText, planPrefix, type ObjectId } from '../format/object-names.ts';
import { bytesOf, infosOf } from '../iterators/merge-host.ts';
import type { MergeResult } from '../iterators/merge-to-ssts.ts';
import type { Turns } from '../scheduler/turn.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { CompactorEvent } from './compactor-events.ts';
import { drive } from './drive.ts';
import { decodeClaim, encodeClaim, encodeFailed, encodeResult } from './plan-format.ts';
import { objectsOf } from './plan-garbage.ts';
import { tracesIn, type PlanTrace } from './plan-traces.ts';
import { idsOf, type RemotePlan } from './plan.ts';
import type { Workshop } from './workshop.ts';

/** Beats in the time that may be silent. */
const BEATS = 3;
/** Steps between turns of the event loop: others in this process have theirs. */
const STEPS_A_TURN = 16;

export interface AttemptParts {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly workshop: Workshop;
  readonly nonce: string;
  readonly signal: AbortSignal | undefined;
  /** The newest manifest is of the plan's term, and its inputs stand where they stood. */
  readonly isCurrent: () => Promise<boolean>;
  tell(event: CompactorEvent): void;
}

/** The plan is resolved: what this attempt makes is needed no more. */
class Resolved extends Error {}

export class Attempt {
  readonly #parts: AttemptParts;
  readonly #plan: RemotePlan;
  readonly #attempt: number;
  readonly #claim: Uint8Array;
  #beat = 0;
  #lookedAt: number;
  #steps = 0;

  constructor(parts: AttemptParts, plan: RemotePlan, attempt: number) {
    this.#parts = parts;
    this.#plan = plan;
    this.#attempt = attempt;
    this.#claim = encodeClaim(parts.workshop, { id: plan.id, attempt }, parts.nonce);
    this.#lookedAt = parts.clock.now();
  }

  /** False: somebody else has it. A lost answer looks like a lost race: the nonce tells. */
  async claim(): Promise<boolean> {
    const { store, workshop, nonce } = this.#parts;
    const of = { id: this.#plan.id, attempt: this.#attempt };
    const name = attemptName(of.id, of.attempt, 'claim');
    if (!(await store.putIfAbsent(name, this.#claim))) {
      const bytes = await store.get(name);
      if (bytes === undefined || decodeClaim(workshop, of, bytes) !== nonce) return false;
    }
    const { level, inputs, below } = this.#plan;
    this.#tell({ kind: 'claimed', ...this.#name, level, inputs: inputs.length + below.length });
    return true;
  }

  /** After a claim. True: the result is there. */
  async carryOut(): Promise<boolean> {
    let merged: MergeResult;
    try {
      await this.#look();
      merged = await this.#merge();
    } catch (error) {
      await this.#giveUp(error);
      return false;
    }
    const { id, level } = this.#plan;
    const { readBytes } = merged;
    const bytes = encodeResult(this.#parts.workshop, { id, attempt: this.#attempt }, { outputs: infosOf(merged.ssts), readBytes });
    // Whatever becomes of this call: nothing is deleted here any more.
    await this.#parts.store.putIfAbsent(attemptName(id, this.#attempt, 'result'), bytes);
    this.#tell({ kind: 'merged', ...this.#name, level, ssts: merged.ssts.length, readBytes, writtenBytes: bytesOf(merged.ssts) });
    return true;
  }

  async #merge(): Promise<MergeResult> {
    const { workshop } = this.#parts;
    const ids = idsOf(this.#plan, this.#attempt);
    const nextId = (): ObjectId => {
      const id = ids.shift();
      if (id === undefined) throw new StorageError('UNSUPPORTED', 'the plan has too few ids for what comes out');
      return id;
    };
    const merged = await drive(workshop.merge(this.#plan, nextId), () => this.#between());
    try {
      await this.#look();
    } catch (error) {
      await this.#parts.store.delete(merged.ssts.flatMap(({ info }) => objectsOf(info.id)));
      throw error;
    }
    return merged;
  }

  // Looking up --------------------------------------------------------------------------------------------------------------------

  #between(): Promise<void> | undefined {
    const { clock, turns, signal } = this.#parts;
    signal?.throwIfAborted();
    const age = clock.now() - this.#lookedAt;
    if (age < 0 || age >= this.#plan.silentMs / BEATS) return this.#goOn();
    if (++this.#steps % STEPS_A_TURN !== 0) return undefined;
    return new Promise((resolve) => turns.next(resolve));
  }

  /** Says that somebody works here, if anybody still needs it. */
  async #goOn(): Promise<void> {
    const { store } = this.#parts;
    await this.#look();
    const last = beatName(this.#plan.id, this.#attempt, this.#beat);
    await store.putIfAbsent(beatName(this.#plan.id, this.#attempt, ++this.#beat), this.#claim);
    if (this.#beat > 1) await store.delete([last]);
  }

  async #look(): Promise<void> {
    this.#parts.signal?.throwIfAborted();
    this.#lookedAt = this.#parts.clock.now();
    if (!(await this.#isWanted(await this.#trace()))) throw new Resolved('the plan is resolved');
  }

  async #trace(): Promise<PlanTrace | undefined> {
    return tracesIn(await this.#parts.store.list(planPrefix(this.#plan.id))).get(idText(this.#plan.id));
  }

  async #isWanted(trace: PlanTrace | undefined): Promise<boolean> {
    return trace?.planned === true && trace.results.length === 0 && (await this.#parts.isCurrent());
  }

  // The end without a result ------------------------------------------------------------------------------------------------------

  /** A claim is deleted only where the plan's own object is gone: as long as that stands nobody else may have the attempt, and its ids. */
  async #giveUp(error: unknown): Promise<void> {
    const { store, workshop, signal } = this.#parts;
    const { id } = this.#plan;
    const trace = await this.#trace();
    // Inputs that are missing are no damage then.
    const isOver = error instanceof Resolved || !(await this.#isWanted(trace));
    this.#tell(isOver ? { kind: 'abandoned', ...this.#name } : { kind: 'failed', ...this.#name, error });
    if (trace?.planned !== true) {
      return store.delete([beatName(id, this.#attempt, this.#beat), attemptName(id, this.#attempt, 'claim')]);
    }
    const reason = signal?.aborted === true ? 'it was stopped' : String(error);
    await store.putIfAbsent(attemptName(id, this.#attempt, 'failed'), encodeFailed(workshop, { id, attempt: this.#attempt }, reason));
  }

  get #name(): { plan: string; attempt: number } {
    return { plan: idText(this.#plan.id), attempt: this.#attempt };
  }

  #tell(event: CompactorEvent): void {
    this.#parts.tell(event);
  }
}
