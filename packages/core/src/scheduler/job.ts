// Background work as generators: a job yields a step (one piece of I/O) or nothing (a place to breathe, after about a millisecond of
// work). Whoever drives it decides how: asynchronously in slices, or synchronously to the end when a synchronous writer has to wait.
// A step that is under way asynchronously may be done again synchronously, so every step is idempotent.

import type { MaybePromise } from '../base/maybe-promise.ts';

/** One piece of I/O, in both manners. */
export interface Step {
  /** Starts it; what it returns (or fulfils) is sent back into the job. */
  later(): MaybePromise<unknown>;
  /** Does it before returning. Only called where the store is synchronous. */
  now(): unknown;
}

/** Work in progress. A bare `yield` is a place to breathe. */
export type Job<T> = Generator<Step | undefined, T, unknown>;

/** Something that works asynchronously and may have a synchronous twin. */
interface Door<S> {
  readonly sync?: S | undefined;
}

/** One call on a store or writer as a step: on its synchronous half when driven synchronously. */
export function* io<S, D extends Door<S>, T>(door: D, call: (door: D | NonNullable<D['sync']>) => MaybePromise<T>): Job<T> {
  return (yield {
    later: () => call(door),
    now: () => call(door.sync as NonNullable<D['sync']>),
  }) as T;
}

/** A call that is the same in both manners. A synchronous driver goes on without waiting for its promise. */
export function* same<T>(call: () => MaybePromise<T>): Job<T> {
  return (yield { later: call, now: () => quietly(call()) }) as T;
}

/** Nobody waits for it: a failure is not heard. */
function quietly(value: unknown): unknown {
  if (value instanceof Promise) value.catch(() => undefined);
  return value;
}

/** A call that answers at once where the store is synchronous, whoever drives. */
export function* settle<T>(value: MaybePromise<T>): Job<T> {
  if (!(value instanceof Promise)) return value;
  return (yield { later: () => value, now: () => impossible() }) as T;
}

function impossible(): never {
  throw new TypeError('an asynchronous store cannot be driven synchronously');
}

/** Runs a job on its own, asynchronously, without slices: opening and closing. */
export async function runJob<T>(job: Job<T>): Promise<T> {
  let step = job.next();
  while (step.done !== true) {
    if (step.value === undefined) {
      step = job.next();
      continue;
    }
    let answer: unknown;
    try {
      answer = await step.value.later();
    } catch (error) {
      step = job.throw(error);
      continue;
    }
    step = job.next(answer);
  }
  return step.value;
}
