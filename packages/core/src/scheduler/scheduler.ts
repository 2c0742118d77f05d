// When background work runs: in slices, most urgent task first, a few breaths a turn of the event loop. Breaths are counted work, not
// time (clocks stand still in some hosts). Idle means idle: with no task there is no timer, promise or handle.

import { assert } from '../base/errors.ts';
import { isPromise } from '../base/maybe-promise.ts';
import type { Job, Step } from './job.ts';
import type { Turns } from './turn.ts';

type Outcome = 'breath' | 'waiting' | 'done';

/** A job that was handed to the scheduler. */
export interface Task<T> {
  /** How it ended. Nobody needs to listen: a rejection that nobody hears is kept quiet. */
  readonly done: Promise<T>;
  readonly ended: boolean;
  /** What it failed with. */
  readonly failure: unknown;
}

export class Scheduler {
  readonly #tasks: RunningTask<unknown>[] = [];
  readonly #turns: Turns;
  readonly #waitUntil: ((work: Promise<void>) => void) | undefined;
  #turnAsked = false;
  /** Breaths in a turn of the event loop; raised when writers outrun the background. */
  breathsPerTurn = 2;

  /** `waitUntil` is told each time that there is work again: the promise is fulfilled when there is none. */
  constructor(turns: Turns, waitUntil?: (work: Promise<void>) => void) {
    this.#turns = turns;
    this.#waitUntil = waitUntil;
  }

  /** Starts a job. Tasks of a smaller urgency number run first. */
  add<T>(job: Job<T>, urgency: number): Task<T> {
    const task = new RunningTask(job, urgency, () => this.#askTurn());
    const at = this.#tasks.findIndex((other) => other.urgency > urgency);
    this.#tasks.splice(at < 0 ? this.#tasks.length : at, 0, task as RunningTask<unknown>);
    this.#askTurn();
    if (this.#tasks.length === 1) this.#waitUntil?.(this.idle());
    return task;
  }

  get busy(): boolean {
    return this.#tasks.length > 0;
  }

  /** Resolves when no task is left. */
  async idle(): Promise<void> {
    while (this.#tasks.length > 0) await this.#tasks[0]!.done.catch(() => undefined);
  }

  /** Ends every task: each is told `reason` at its next step, cleans up, and is waited for. */
  async stop(reason: unknown): Promise<void> {
    for (const task of this.#tasks) task.cancel(reason);
    this.#askTurn();
    await this.idle();
  }

  /**
   * Does `breaths` slices of work before returning. I/O is started, not awaited; for a caller that cannot wait (`sync`) it is done before going on,
   * also what is under way.
   */
  run(breaths: number, sync = false): void {
    for (let left = breaths; left > 0 && this.#step(sync); left--);
    this.#goOn();
  }

  /** Works synchronously, most urgent first, until `reached`. Throws when the work ends without reaching it. */
  driveUntil(reached: () => boolean): void {
    while (!reached()) assert(this.#step(true), 'nothing left to drive');
    this.#goOn();
  }

  /** A slice of the most urgent task that can go on. False when there is none. */
  #step(sync: boolean): boolean {
    const task = this.#tasks.find((candidate) => (sync ? !candidate.running : candidate.ready));
    if (task?.run(sync) === 'done') this.#tasks.splice(this.#tasks.indexOf(task), 1);
    return task !== undefined;
  }

  #askTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#turns.next(() => {
      this.#turnAsked = false;
      this.run(this.breathsPerTurn);
    });
  }

  /** Whoever was driven synchronously out of a wait is not woken by its end any more. */
  #goOn(): void {
    if (this.#tasks.some((task) => task.ready)) this.#askTurn();
  }
}

class RunningTask<T> implements Task<T> {
  readonly urgency: number;
  readonly done: Promise<T>;
  ended = false;
  failure: unknown;
  /** On the stack right now: a nested driver must leave it alone. */
  running = false;
  readonly #job: Job<T>;
  readonly #wake: () => void;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  /** The step under way; a later answer of an overtaken step is ignored. */
  #step: Step | undefined;
  #attempt = 0;
  #cancelled: { reason: unknown } | undefined;
  #resume: () => IteratorResult<Step | undefined, T>;

  constructor(job: Job<T>, urgency: number, wake: () => void) {
    this.#job = job;
    this.urgency = urgency;
    this.#wake = wake;
    this.#resume = () => job.next();
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.done.catch(() => undefined);
  }

  get ready(): boolean {
    return !this.ended && !this.running && this.#step === undefined;
  }

  /** The job is told once, as a failure of the step it is at; its clean-up runs to the end. */
  cancel(reason: unknown): void {
    this.#cancelled = { reason };
  }

  /** Runs to the next breath, the next wait, or the end. */
  run(sync: boolean): Outcome {
    this.running = true;
    try {
      if (this.#step !== undefined) {
        if (!sync) return 'waiting';
        this.#attempt++;
        this.#doNow(this.#step);
      }
      for (;;) {
        if (this.#cancelled !== undefined) this.#refuse(this.#cancelled.reason);
        this.#cancelled = undefined;
        const { done, value } = this.#resume();
        if (done === true) return this.#end(() => this.#resolve(value));
        this.#answer(undefined);
        if (value === undefined) return 'breath';
        if (sync) this.#doNow(value);
        else if (this.#start(value)) return 'waiting';
      }
    } catch (error) {
      this.failure = error;
      return this.#end(() => this.#reject(error));
    } finally {
      this.running = false;
    }
  }

  /** What the job goes on with: an answer, or a failure to throw where it stands. */
  #answer(value: unknown): void {
    this.#resume = () => this.#job.next(value);
  }

  #refuse(error: unknown): void {
    this.#resume = () => this.#job.throw(error);
  }

  #doNow(step: Step): void {
    this.#step = undefined;
    try {
      this.#answer(step.now());
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** True when the job has to wait for it. */
  #start(step: Step): boolean {
    try {
      const result = step.later();
      if (isPromise(result)) this.#await(step, result);
      else this.#answer(result);
    } catch (error) {
      this.#refuse(error);
    }
    return this.#step !== undefined;
  }

  #await(step: Step, result: Promise<unknown>): void {
    this.#step = step;
    const attempt = ++this.#attempt;
    const settled = (go: () => void): void => {
      if (attempt !== this.#attempt || this.#step !== step) return;
      this.#step = undefined;
      go();
      this.#wake();
    };
    result.then(
      (value) => settled(() => this.#answer(value)),
      (error: unknown) => settled(() => this.#refuse(error)),
    );
  }

  #end(tell: () => void): Outcome {
    this.ended = true;
    tell();
    return 'done';
  }
}
